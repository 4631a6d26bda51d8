// SPDX-License-Identifier: GPL-2.0
/*
 * The data path as a whole: its rounds, its start and its end.
 *
 * All rounds run in the worker, under the lock, one after the other. Each is
 * bounded and queues itself again when more is left, so that the worker sees
 * signals, and ioctls get the lock, in between.
 */
#include <linux/eventfd.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vhost.h>
#include <linux/virtio_vsock.h>

#include "base/compat.h"
#include "base/ctx.h"
#include "base/reason.h"
#include "conn/closing.h"
#include "conn/conn.h"
#include "datapath/datapath.h"

/* One round: so many clients, sockets or deadlines. */
#define VSB_ROUND_ACCEPTS	64
#define VSB_ROUND_READY		256
#define VSB_ROUND_TIMEOUTS	256

/* How long the end of a device waits for a task that holds its lock. */
#define VSB_QUENCH_WAIT		HZ

void vsb_datapath_count_fault(struct vsb_datapath *dp,
			      const struct vsb_queue *q, enum vsb_fault fault)
{
	struct vsb_ctx *ctx = &dp->ctx;

	switch (fault) {
	case VSB_FAULT_NONE:
		break;
	case VSB_FAULT_DIRECTION:
		if (q->vr.writes)
			vsb_error(ctx, VSB_REASON_UNWRITABLE_DESCRIPTOR, 0, 0);
		else
			vsb_error(ctx, VSB_REASON_UNREADABLE_DESCRIPTOR, 0, 0);
		break;
	case VSB_FAULT_CHAIN:
		vsb_error(ctx, VSB_REASON_DESC_CHAIN_OVERFLOW, 0, 0);
		break;
	case VSB_FAULT_SEGS:
		vsb_error(ctx, VSB_REASON_IOV_OVERFLOW, 0, 0);
		break;
	case VSB_FAULT_BOUNDS:
		vsb_error(ctx, VSB_REASON_GUEST_MEMORY_BOUNDS, 0, 0);
		break;
	case VSB_FAULT_MEMORY:
		vsb_error(ctx, VSB_REASON_GUEST_MEMORY, 0, 0);
		break;
	}
}

/*
 * Tell the VMM what is new: bits in its log; a ring that turned out to be
 * broken, once.
 */
static void vsb_datapath_report(struct vsb_datapath *dp, struct vsb_queue *q)
{
	if (unlikely(dp->log.dirty)) {
		dp->log.dirty = false;
		if (dp->log.ctx)
			vsb_eventfd_signal(dp->log.ctx);
	}
	if (!q->vr.broken || q->reported)
		return;
	q->reported = true;
	pr_warn_ratelimited("vsock_bridge: device %u: the guest has broken virtqueue %td, which is not served any more\n",
			    dp->ctx.stats.device, q - dp->queue);
	vsb_error(&dp->ctx, VSB_REASON_VRING_BROKEN, 0, 0);
	if (q->err)
		vsb_eventfd_signal(q->err);
}

/**
 * vsb_datapath_finish() - the end of a round on a queue
 * @dp: the data path
 * @q: the queue
 *
 * Used elements become visible, with at most one interrupt, now or later.
 */
void vsb_datapath_finish(struct vsb_datapath *dp, struct vsb_queue *q)
{
	if (vsb_vring_publish(&q->vr)) {
		vsb_poll_active(&dp->poll);
		if (q == &dp->queue[VSB_TX])
			vsb_call_later(dp);
		else
			vsb_call(dp, q);
	}
	vsb_datapath_report(dp, q);
}

/**
 * vsb_datapath_park() - a queue is empty
 * @dp: the data path
 * @q: the queue
 *
 * Return: true when it is not any more; no kick may come.
 */
bool vsb_datapath_park(struct vsb_datapath *dp, struct vsb_queue *q)
{
	bool more = vsb_vring_park(&q->vr);

	vsb_datapath_report(dp, q);
	return more && !q->vr.broken;
}

static void vsb_datapath_end_all(struct vsb_datapath *dp,
				 void (*end)(struct vsb_conn *conn,
					     enum vsb_reason why))
{
	struct vsb_conn *conn, *next;

	list_for_each_entry_safe(conn, next, &dp->tab.conns, all) {
		end(conn, VSB_REASON_DEVICE_STOPPED);
		cond_resched();
	}
	vsb_rstq_clear(&dp->tab.rsts);
}

/* The guest has forgotten its connections: they end, without a packet. */
void vsb_datapath_forget_all(struct vsb_datapath *dp)
{
	vsb_datapath_end_all(dp, vsb_conn_forget);
}

/*
 * What others see of the device ends: sockets, hooks, rounds on the rings. Return:
 * false when that was done before.
 */
static bool vsb_datapath_end(struct vsb_datapath *dp)
{
	struct vsb_remains *remains = &dp->remains;
	int i;

	if (dp->ended)
		return false;
	WRITE_ONCE(dp->ended, true);
	dp->running = false;
	for (i = 0; i < VSB_LISTENERS; i++) {
		remains->listener[i] = vsb_listener_detach(&dp->listener[i]);
		vsb_socket_refuse(remains->listener[i]);
	}
	vsb_datapath_end_all(dp, vsb_conn_kill);
	vsb_pages_free(&dp->pages);
	for (i = 0; i < VSB_QUEUES; i++)
		vsb_kick_clear(&dp->queue[i].kick);
	vsb_connector_cancel(&dp->connector, &remains->connects);
	remains->routes = vsb_routes_take(&dp->routes);
	return true;
}

/* By the task that ended the device, or by its teardown. */
static void vsb_datapath_let_go(struct vsb_remains *remains)
{
	int i;

	for (i = 0; i < VSB_LISTENERS; i++) {
		vsb_socket_discard(remains->listener[i]);
		remains->listener[i] = NULL;
	}
	vsb_connector_forget(&remains->connects);
	vsb_route_put_all(remains->routes);
	remains->routes = NULL;
}

static void vsb_datapath_unlock_once(struct vsb_datapath *dp, bool wait)
{
	bool ends = vsb_datapath_is_dead(dp) && vsb_datapath_end(dp);
	LIST_HEAD(closing);

	list_splice_init(&dp->tab.closing, &closing);
	mutex_unlock(&dp->lock);
	vsb_closing_finish(&closing, ends && wait);
	if (ends) {
		/* a mount is free when its VMM's end is reported */
		if (wait)
			vsb_datapath_let_go(&dp->remains);
		complete_all(&dp->quenched);
		vsb_busy_put(&dp->busy);
	}
}

/* Does the device end, and has nobody done it? Then the lock may be free. */
static bool vsb_datapath_must_end(struct vsb_datapath *dp)
{
	/* (T): orders the unlock before the read of @dead */
	smp_mb();
	return vsb_datapath_is_dead(dp) && !READ_ONCE(dp->ended);
}

static void vsb_datapath_unlock_as(struct vsb_datapath *dp, bool wait)
{
	do {
		vsb_datapath_unlock_once(dp, wait);
	} while (unlikely(vsb_datapath_must_end(dp)) &&
		 mutex_trylock(&dp->lock));
}

/**
 * vsb_datapath_unlock() - release the lock of the data path
 * @dp: the data path; the caller has a reference of its own to the device, or is
 *	one of its threads
 *
 * A device that is quenched while the lock is held ends here: the task that
 * quenches it does not wait for the lock, whose holder may wait for a page of
 * the owner's memory.
 *
 * Sockets of connections that ended under the lock are released after the
 * unlock. At the end of the device this task releases them itself, so that the
 * dentries and mounts that they hold are free on return.
 */
void vsb_datapath_unlock(struct vsb_datapath *dp)
{
	vsb_datapath_unlock_as(dp, true);
}

/* The guest has put packets into the TX queue. */
static void vsb_round_tx(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       queue[VSB_TX].work);
	struct vsb_poll_spot spot;
	bool polls = false;

	mutex_lock(&dp->lock);
	if (dp->running) {
		polls = vsb_receive(dp, &spot);
		vsb_send(dp);
	}
	vsb_datapath_unlock(dp);
	if (polls) {
		vsb_poll_spin(&spot, &dp->ctx.worker);
		vsb_worker_queue(&dp->ctx.worker, work);
	}
}

/* The guest has put buffers into the RX queue, or a round left something. */
static void vsb_round_rx(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       queue[VSB_RX].work);

	mutex_lock(&dp->lock);
	if (dp->running)
		vsb_send(dp);
	vsb_datapath_unlock(dp);
}

/* The guest has put buffers into the event queue: it may have answered. */
static void vsb_round_event(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       queue[VSB_EVENT].work);

	mutex_lock(&dp->lock);
	if (dp->running)
		vsb_event_look(dp);
	vsb_datapath_unlock(dp);
}

static void vsb_datapath_ready_conn(struct vsb_conn *conn)
{
	int events = vsb_conn_take_events(conn);

	if (events & VSB_SOCK_CONNECTED)
		vsb_connector_done(conn);
	else if (conn->cs.state == VSB_HANDSHAKE)
		vsb_listener_read_line(conn);
	else
		vsb_conn_host_ready(conn, events);
}

/*
 * Sockets have had events; each gets one short turn, the long ones are in send.
 * Return: true when the budget was spent before the list was empty.
 */
static bool vsb_datapath_ready(struct vsb_datapath *dp, unsigned int budget)
{
	struct vsb_conn *conn;

	while ((conn = vsb_conntab_next_ready(&dp->tab))) {
		vsb_datapath_ready_conn(conn);
		vsb_conn_put(conn);
		if (!--budget)
			return true;
	}
	return false;
}

static void vsb_round_ready(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       ready_work);

	mutex_lock(&dp->lock);
	if (vsb_datapath_ready(dp, VSB_ROUND_READY))
		vsb_worker_queue(&dp->ctx.worker, &dp->ready_work);
	if (dp->running)
		vsb_send(dp);
	vsb_datapath_unlock(dp);
}

/* Host clients wait in the backlog while the guest does not run. */
static void vsb_round_accept(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       accept_work);
	int i;

	mutex_lock(&dp->lock);
	for (i = 0; i < VSB_LISTENERS && dp->running; i++) {
		if (vsb_listener_accept(&dp->listener[i], VSB_ROUND_ACCEPTS))
			vsb_worker_queue(&dp->ctx.worker, &dp->accept_work);
	}
	vsb_datapath_unlock(dp);
}

/* Return: true when the budget was spent; there may be more. */
static bool vsb_datapath_expire(struct vsb_datapath *dp, unsigned int budget)
{
	struct vsb_conn *conn;
	enum vsb_due due;

	while (budget--) {
		conn = vsb_conntab_expired(&dp->tab, &due);
		if (!conn)
			return false;
		vsb_conn_due(conn, due, dp->gate.closed);
	}
	return true;
}

/* Time stands still for a guest that does not run; see vsb_conntab_pause(). */
static void vsb_round_timer(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       timer_work);

	mutex_lock(&dp->lock);
	if (dp->running) {
		if (vsb_datapath_expire(dp, VSB_ROUND_TIMEOUTS))
			vsb_worker_queue(&dp->ctx.worker, &dp->timer_work);
		vsb_send(dp);
	}
	vsb_datapath_unlock(dp);
}

static void vsb_datapath_quench_as(struct vsb_datapath *dp, bool wait)
{
	WRITE_ONCE(dp->dead, true);
	/* (T): before the lock is tried: its holder sees @dead, or it is free */
	smp_mb();
	if (mutex_trylock(&dp->lock))
		vsb_datapath_unlock_as(dp, wait);
	if (wait)
		wait_for_completion_timeout(&dp->quenched, VSB_QUENCH_WAIT);
}

/**
 * vsb_datapath_quench() - end what others see of the device
 * @dp: the data path; the caller has a reference of its own to the device, or is
 *	one of its threads
 *
 * Afterwards the device runs no rounds and has no sockets, and no hook can
 * queue work. Host programs see the end before this function returns, unless
 * the holder of the lock needs longer than VSB_QUENCH_WAIT; then the holder
 * ends the device when it unlocks. A kernel thread, which may close files for
 * the whole machine, waits neither for the holder nor for a file system.
 */
void vsb_datapath_quench(struct vsb_datapath *dp)
{
	vsb_datapath_quench_as(dp, !(current->flags & PF_KTHREAD));
}

/**
 * vsb_datapath_release() - the last descriptor is closed
 * @dp: the data path, quenched; it may be gone afterwards
 */
void vsb_datapath_release(struct vsb_datapath *dp)
{
	vsb_worker_let_go_mm(&dp->ctx.worker);
	vsb_busy_put(&dp->busy);
}

/*
 * The owner was killed; its descriptor may live on in another process. The device's
 * own thread may wait, also where it is one of the kernel (before Linux 6.4).
 */
static void vsb_datapath_killed(void *arg)
{
	vsb_datapath_quench_as(arg, true);
}

static void vsb_queue_init(struct vsb_datapath *dp, int i,
			   void (*round)(struct vsb_work *work))
{
	struct vsb_queue *q = &dp->queue[i];

	vsb_work_init(&q->work, round);
	vsb_kick_init(&q->kick, &dp->ctx.worker, &q->work, &dp->ctx.stats.device, i);
	q->vr.writes = i != VSB_TX;
	q->vr.log = &dp->log;
}

/**
 * vsb_datapath_init() - make a data path
 * @dp: zeroed
 * @idle: called when nothing is left that the teardown waits for, from any
 *	task; may only queue work
 *
 * Return: 0 or -ENOMEM.
 */
int vsb_datapath_init(struct vsb_datapath *dp,
		      void (*idle)(struct vsb_busy *busy))
{
	int ret;

	mutex_init(&dp->lock);
	init_completion(&dp->quenched);
	refcount_set(&dp->busy.ref, 2);
	dp->busy.idle = idle;
	vsb_worker_init(&dp->ctx.worker, vsb_datapath_killed, dp);
	INIT_LIST_HEAD(&dp->remains.connects);
	vsb_routes_init(&dp->routes);
	vsb_work_init(&dp->ready_work, vsb_round_ready);
	vsb_work_init(&dp->timer_work, vsb_round_timer);
	vsb_work_init(&dp->accept_work, vsb_round_accept);
	vsb_coalesce_init(&dp->coalesce, &dp->ctx.worker, &dp->ready_work);
	vsb_call_init(dp);
	vsb_event_init(dp);
	vsb_gather_init(&dp->gather);
	vsb_queue_init(dp, VSB_RX, vsb_round_rx);
	vsb_queue_init(dp, VSB_TX, vsb_round_tx);
	vsb_queue_init(dp, VSB_EVENT, vsb_round_event);

	ret = vsb_connector_init(&dp->connector, &dp->ctx.worker, &dp->busy);
	if (ret)
		return ret;
	ret = vsb_conntab_init(&dp->tab, &dp->ctx);
	if (ret) {
		vsb_connector_destroy(&dp->connector);
		return ret;
	}
	dp->tab.pages = &dp->pages;
	dp->tab.coalesce = &dp->coalesce;
	dp->tab.timer_work = &dp->timer_work;
	dp->tab.accept_work = &dp->accept_work;
	vsb_listener_init(&dp->listener[VSB_LISTEN_STREAM], &dp->tab,
			  VIRTIO_VSOCK_TYPE_STREAM);
	vsb_listener_init(&dp->listener[VSB_LISTEN_SEQPACKET], &dp->tab,
			  VIRTIO_VSOCK_TYPE_SEQPACKET);
	return 0;
}

/* Create the threads; the current process becomes the owner. Not locked. */
int vsb_datapath_attach(struct vsb_datapath *dp)
{
	char name[16], stand_in[16];	/* TASK_COMM_LEN */

	scnprintf(name, sizeof(name), "vsb-%d", current->pid);
	scnprintf(stand_in, sizeof(stand_in), "vsb-c-%d", current->pid);
	return vsb_worker_start(&dp->ctx.worker, name, stand_in);
}

/* VHOST_SET_FEATURES; locked. All but the log follow with the next start. */
void vsb_datapath_set_features(struct vsb_datapath *dp, u64 features)
{
	dp->features = features;
	dp->log.all = features & BIT_ULL(VHOST_F_LOG_ALL);
}

/* Is the guest the one that was stopped, by what was negotiated with it? */
static bool vsb_datapath_has_same_features(const struct vsb_datapath *dp)
{
	return !((dp->features ^ dp->run_features) & ~BIT_ULL(VHOST_F_LOG_ALL));
}

/**
 * vsb_datapath_set_cid() - VHOST_VSOCK_SET_GUEST_CID
 * @dp: the data path; locked
 * @cid: a CID that a guest may have
 *
 * What a running guest has in flight names its old CID, and so do its
 * connections: they end with the change.
 *
 * Return: 0, or -EBUSY when a running guest would change its CID.
 */
int vsb_datapath_set_cid(struct vsb_datapath *dp, u64 cid)
{
	if (cid == dp->guest_cid)
		return 0;
	if (dp->running)
		return -EBUSY;
	vsb_datapath_forget_all(dp);
	dp->guest_cid = cid;
	return 0;
}

/*
 * Does the ring go on where it stood? A new one that begins at 0 may look as if
 * it did, for 16 bits are soon round; but what the device wrote last is not in
 * it.
 */
static bool vsb_queue_is_resumed(const struct vsb_queue *q)
{
	struct vring_used_elem used;

	if (q->vr.last_avail != q->stop_base)
		return false;
	vsb_vring_last_used(&q->vr, &used);
	return !memcmp(&used, &q->stop_used, sizeof(used));
}

/*
 * A stopped device that goes on where it stood was paused: its connections
 * live on. One whose rings are others has a guest that started anew.
 */
static bool vsb_datapath_is_resumed(const struct vsb_datapath *dp)
{
	int i;

	if (!vsb_datapath_has_same_features(dp))
		return false;
	for (i = 0; i < VSB_QUEUES; i++) {
		const struct vsb_queue *q = &dp->queue[i];

		if (q->active && !vsb_queue_is_resumed(q))
			return false;
	}
	return true;
}

/**
 * vsb_datapath_log_fits() - can a log hold what is to be logged?
 * @dp: the data path; locked
 * @base: the log
 * @all: with all of the guest's memory; else just the used rings that are
 *
 * Return: false when it cannot.
 */
bool vsb_datapath_log_fits(const struct vsb_datapath *dp,
			   const void __user *base, bool all)
{
	int i;

	if (all && !vsb_log_fits(base, 0, dp->mem.top))
		return false;
	for (i = 0; i < VSB_QUEUES; i++) {
		const struct vsb_vring *vr = &dp->queue[i].vr;

		if (vr->log_used &&
		    !vsb_vring_log_fits(vr, base, vr->log_addr))
			return false;
	}
	return true;
}

static int vsb_queue_start(struct vsb_datapath *dp, int i)
{
	struct vsb_queue *q = &dp->queue[i];

	q->reported = false;
	q->active = i != VSB_EVENT || vsb_vring_is_set(&q->vr);
	return q->active ? vsb_vring_start(&q->vr, dp->features) : 0;
}

/**
 * vsb_datapath_start() - VHOST_VSOCK_SET_RUNNING 1
 * @dp: the data path; locked
 *
 * Return: 0, or -EFAULT when a ring, or the log, cannot be accessed.
 */
int vsb_datapath_start(struct vsb_datapath *dp)
{
	bool anew;
	int i, ret;

	if (dp->running)
		return 0;
	if (!vsb_datapath_log_fits(dp, dp->log.base, dp->log.all))
		return -EFAULT;
	for (i = 0; i < VSB_QUEUES; i++) {
		ret = vsb_queue_start(dp, i);
		if (ret) {
			vsb_error(&dp->ctx, VSB_REASON_VIRTIO_STATE, 0, 0);
			return ret;
		}
	}
	anew = !vsb_datapath_is_resumed(dp);
	if (anew)
		vsb_datapath_forget_all(dp);

	dp->running = true;
	dp->run_features = dp->features;
	dp->tab.seqpacket = dp->features & BIT_ULL(VIRTIO_VSOCK_F_SEQPACKET);
	vsb_event_start(dp, anew);
	vsb_conntab_resume(&dp->tab);
	/* kicks, clients, events and deadlines from before were kept for now */
	vsb_worker_queue(&dp->ctx.worker, &dp->queue[VSB_TX].work);
	vsb_worker_queue(&dp->ctx.worker, &dp->queue[VSB_RX].work);
	vsb_worker_queue(&dp->ctx.worker, &dp->accept_work);
	vsb_worker_queue(&dp->ctx.worker, &dp->timer_work);
	return 0;
}

/**
 * vsb_datapath_stop() - VHOST_VSOCK_SET_RUNNING 0
 * @dp: the data path; locked
 *
 * Between two rounds every chain that was taken is back with the guest, so
 * there is nothing to wait for.
 */
void vsb_datapath_stop(struct vsb_datapath *dp)
{
	struct vsb_queue *q;
	int i;

	if (!dp->running)
		return;
	dp->running = false;
	vsb_call_waiting(dp);
	vsb_conntab_pause(&dp->tab);
	for (i = 0; i < VSB_QUEUES; i++) {
		q = &dp->queue[i];
		q->stop_base = q->vr.last_avail;
		if (q->active)
			vsb_vring_last_used(&q->vr, &q->stop_used);
	}
}

/*
 * The end, in phases, each of which takes something away for good:
 *
 * 1. vsb_datapath_quench() was called, and the task that held the lock then has
 *    released it: the rings are not touched any more; every hook in a socket or
 *    an eventfd is out of its wait queue and not running; every socket of a
 *    connection is closed; the routes are put. What is left to queue work: the
 *    timers, and a connect that is under way.
 * 2. The worker's threads are gone, and that of the dialer; one that hangs in a
 *    lookup has nothing of the device but its route. This task alone has the
 *    data path. What is queued from here on wakes nobody.
 * 3. The timers are gone, and since nobody is left to start one they stay so.
 * 4. Nothing more comes into the ready list. It is emptied: with it go the last
 *    references to connections, and sockets that were just connected.
 */
void vsb_datapath_destroy(struct vsb_datapath *dp)
{
	int i;

	vsb_worker_stop(&dp->ctx.worker);
	vsb_connector_destroy(&dp->connector);
	timer_delete_sync(&dp->tab.timer);
	vsb_event_destroy(dp);
	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_listener_destroy(&dp->listener[i]);
	vsb_coalesce_destroy(&dp->coalesce);
	vsb_call_destroy(dp);
	/* a tool may still ask, and be told that the device is dead */
	mutex_lock(&dp->lock);
	while (vsb_datapath_ready(dp, VSB_ROUND_READY))
		cond_resched();
	vsb_datapath_unlock(dp);
	vsb_datapath_let_go(&dp->remains);
	vsb_routes_destroy(&dp->routes);

	for (i = 0; i < VSB_QUEUES; i++) {
		if (dp->queue[i].call)
			eventfd_ctx_put(dp->queue[i].call);
		if (dp->queue[i].err)
			eventfd_ctx_put(dp->queue[i].err);
	}
	if (dp->log.ctx)
		eventfd_ctx_put(dp->log.ctx);
	vsb_mem_free(&dp->mem);
	vsb_conntab_destroy(&dp->tab);
}
