// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a data path: initialization, attachment to its owner, start, stop
 * and destruction.
 */
#include <linux/bits.h>
#include <linux/eventfd.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/vhost.h>
#include <linux/virtio_vsock.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "datapath/datapath.h"
#include "datapath/event.h"
#include "datapath/life.h"
#include "datapath/quench.h"
#include "datapath/round.h"
#include "virtio/eventfd.h"

static void vsb_datapath_init_queues(struct vsb_datapath *dp)
{
	int i;

	for (i = 0; i < VSB_QUEUES; i++)
		vsb_queue_init(&dp->queue[i], i, &dp->ctx, &dp->log,
			       &dp->round[i].work);
	vsb_interrupt_init(&dp->interrupt, &dp->ctx, &dp->queue[VSB_TX],
			   &dp->round[VSB_ROUND_INTERRUPT].work);
	vsb_gate_init(&dp->gate, &dp->queue[VSB_EVENT]);
}

/**
 * vsb_datapath_init() - initialize a data path
 * @dp: the data path, zeroed
 * @idle: called by any task when no user delays the teardown any more; may only
 *	queue work
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
	vsb_ctx_init(&dp->ctx, vsb_datapath_killed, dp);
	INIT_LIST_HEAD(&dp->remains.connects);
	vsb_routes_init(&dp->routes);
	vsb_rounds_init(dp);
	vsb_gather_init(&dp->gather);
	vsb_datapath_init_queues(dp);

	ret = vsb_connector_init(&dp->connector, &dp->ctx.worker, &dp->busy);
	if (ret)
		return ret;
	ret = vsb_conns_init(&dp->conns, &dp->ctx, &dp->pages,
			     &dp->round[VSB_ROUND_READY].work,
			     &dp->round[VSB_ROUND_TIMER].work);
	if (ret) {
		vsb_connector_destroy(&dp->connector);
		return ret;
	}
	vsb_listener_init(&dp->listener[VSB_LISTEN_STREAM], &dp->conns,
			  VIRTIO_VSOCK_TYPE_STREAM,
			  &dp->round[VSB_ROUND_ACCEPT].work);
	vsb_listener_init(&dp->listener[VSB_LISTEN_SEQPACKET], &dp->conns,
			  VIRTIO_VSOCK_TYPE_SEQPACKET,
			  &dp->round[VSB_ROUND_ACCEPT].work);
	return 0;
}

/* Creates the threads; the current process becomes the owner. Not locked. */
int vsb_datapath_attach(struct vsb_datapath *dp)
{
	char name[16], stand_in[16];	/* TASK_COMM_LEN */

	scnprintf(name, sizeof(name), "vsb-%d", current->pid);
	scnprintf(stand_in, sizeof(stand_in), "vsb-c-%d", current->pid);
	return vsb_worker_start(&dp->ctx.worker, name, stand_in);
}

/*
 * VHOST_SET_FEATURES; locked. The dirty log follows at once, the rest at the
 * next start.
 */
void vsb_datapath_set_features(struct vsb_datapath *dp, u64 features)
{
	dp->features = features;
	dp->log.all = features & BIT_ULL(VHOST_F_LOG_ALL);
}

/* Are the negotiated features those of the guest that was stopped? */
static bool vsb_datapath_has_same_features(const struct vsb_datapath *dp)
{
	return !((dp->features ^ dp->run_features) & ~BIT_ULL(VHOST_F_LOG_ALL));
}

/**
 * vsb_datapath_set_cid() - VHOST_VSOCK_SET_GUEST_CID
 * @dp: the data path; locked
 * @cid: a CID that a guest may have
 *
 * The packets of a guest name its old CID until it knows the new CID. Therefore
 * its connections end with the change.
 *
 * Return: 0, or -EBUSY if a running guest would change its CID.
 */
int vsb_datapath_set_cid(struct vsb_datapath *dp, u64 cid)
{
	if (cid == dp->guest_cid)
		return 0;
	if (dp->running)
		return -EBUSY;
	vsb_datapath_forget_conns(dp);
	dp->guest_cid = cid;
	return 0;
}

/*
 * A stopped device whose rings continue where they stood was paused, and keeps
 * its connections. Other rings belong to a guest that has started anew.
 */
static bool vsb_datapath_is_resumed(const struct vsb_datapath *dp)
{
	int i;

	if (!vsb_datapath_has_same_features(dp))
		return false;
	for (i = 0; i < VSB_QUEUES; i++) {
		if (!vsb_queue_is_resumed(&dp->queue[i]))
			return false;
	}
	return true;
}

static int vsb_datapath_start_queues(struct vsb_datapath *dp)
{
	int i, ret;

	for (i = 0; i < VSB_QUEUES; i++) {
		ret = vsb_queue_start(&dp->queue[i], dp->features);
		if (ret) {
			vsb_error(&dp->ctx, VSB_REASON_VIRTIO_STATE, 0, 0);
			return ret;
		}
	}
	return 0;
}

/**
 * vsb_datapath_start() - VHOST_VSOCK_SET_RUNNING 1
 * @dp: the data path; locked
 *
 * Return: 0, or -EFAULT if a ring or the log cannot be accessed.
 */
int vsb_datapath_start(struct vsb_datapath *dp)
{
	bool anew;
	int ret;

	if (dp->running)
		return 0;
	if (!vsb_datapath_log_fits(dp, dp->log.base, dp->log.all))
		return -EFAULT;
	ret = vsb_datapath_start_queues(dp);
	if (ret)
		return ret;
	anew = !vsb_datapath_is_resumed(dp);
	if (anew)
		vsb_datapath_forget_conns(dp);

	dp->running = true;
	dp->run_features = dp->features;
	dp->conns.seqpacket = dp->features & BIT_ULL(VIRTIO_VSOCK_F_SEQPACKET);
	vsb_event_start(dp, anew);
	vsb_deadlines_resume(&dp->conns.deadlines);
	/* kicks, clients, events and deadlines may precede the start */
	vsb_datapath_schedule(dp, VSB_ROUND_TX);
	vsb_datapath_schedule(dp, VSB_ROUND_RX);
	vsb_datapath_schedule(dp, VSB_ROUND_ACCEPT);
	vsb_datapath_schedule(dp, VSB_ROUND_TIMER);
	return 0;
}

/**
 * vsb_datapath_stop() - VHOST_VSOCK_SET_RUNNING 0
 * @dp: the data path; locked
 *
 * Between two rounds every chain that was taken is returned to the guest, so
 * the stop waits for nothing.
 */
void vsb_datapath_stop(struct vsb_datapath *dp)
{
	int i;

	if (!dp->running)
		return;
	dp->running = false;
	vsb_interrupt_flush(&dp->interrupt);
	vsb_deadlines_pause(&dp->conns.deadlines);
	for (i = 0; i < VSB_QUEUES; i++)
		vsb_queue_stop(&dp->queue[i]);
}

/*
 * The end has phases. Each of them takes something away for good:
 *
 * 1. vsb_datapath_quench() was called, and the task that held the lock then has
 *    released it: the rings are not touched any more; every hook in a socket or
 *    an eventfd is out of its wait queue and not running; every socket of a
 *    connection is closed; the routes are put. Only the timers and a connect
 *    that is under way can still queue work.
 * 2. The worker's threads are gone, and the dialer's thread; if that hangs in a
 *    lookup, it uses nothing of the device except its route. This task alone
 *    has the data path. Work that is queued from here on wakes no thread.
 * 3. The timers are gone. No task is left that could start them again.
 * 4. Nothing can get into the ready list any more. The list is emptied: it has
 *    the last references to connections, and sockets that were just connected.
 */
void vsb_datapath_destroy(struct vsb_datapath *dp)
{
	int i;

	vsb_worker_stop(&dp->ctx.worker);
	vsb_connector_destroy(&dp->connector);
	vsb_conns_stop(&dp->conns);
	vsb_gate_destroy(&dp->gate);
	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_listener_destroy(&dp->listener[i]);
	vsb_interrupt_destroy(&dp->interrupt);
	/* a reader of the control node may take the lock, and finds @dead */
	mutex_lock(&dp->lock);
	vsb_rounds_drain_ready(dp);
	vsb_datapath_unlock(dp);
	vsb_datapath_let_go(dp);
	vsb_routes_destroy(&dp->routes);

	for (i = 0; i < VSB_QUEUES; i++)
		vsb_queue_destroy(&dp->queue[i]);
	vsb_eventfd_put(dp->log.ctx);
	vsb_mem_free(&dp->mem);
	vsb_conns_destroy(&dp->conns);
}
