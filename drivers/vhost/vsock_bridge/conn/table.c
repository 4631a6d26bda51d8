// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a device: lookup by ports, port allocation, limits, the
 * queue of those that have something for the guest, and deadlines.
 */
#include <linux/container_of.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/batch.h"
#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "base/worker.h"
#include "conn/conn.h"
#include "conn/pure/packet.h"
#include "conn/table.h"

/* Ticks that level 0 of the timer wheel can tell apart (kernel/time/timer.c). */
#define VSB_EXACT_TICKS	63

static void vsb_conntab_timer(struct timer_list *timer)
{
	struct vsb_conntab *tab = container_of(timer, struct vsb_conntab,
					       timer);

	vsb_worker_queue(&tab->ctx->worker, tab->timer_work);
}

int vsb_conntab_init(struct vsb_conntab *tab, struct vsb_ctx *ctx)
{
	tab->buckets = kvcalloc(1U << VSB_CONNTAB_BITS, sizeof(*tab->buckets),
				GFP_KERNEL_ACCOUNT);
	if (!tab->buckets)
		return -ENOMEM;
	tab->ctx = ctx;
	tab->seed = get_random_u32();
	INIT_LIST_HEAD(&tab->conns);
	INIT_LIST_HEAD(&tab->silent);
	INIT_LIST_HEAD(&tab->begun);
	INIT_LIST_HEAD(&tab->rxq);
	INIT_LIST_HEAD(&tab->closing);
	vsb_room_init(&tab->room);
	init_llist_head(&tab->ready);
	timerqueue_init_head(&tab->deadlines);
	timer_setup(&tab->timer, vsb_conntab_timer, 0);
	tab->ctx->limits = (struct vsock_bridge_limits) {
		.max_connections = VSOCK_BRIDGE_DEF_CONNECTIONS,
		.max_handshakes = VSOCK_BRIDGE_DEF_HANDSHAKES,
		.buf_alloc = VSOCK_BRIDGE_DEF_BUF_ALLOC,
		.handshake_timeout_ms = VSOCK_BRIDGE_DEF_HANDSHAKE_MS,
		.connect_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS,
		.shutdown_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS,
		.max_buffered = VSOCK_BRIDGE_DEF_BUFFERED,
		.host_port_min = VSOCK_BRIDGE_DEF_HOST_PORT_MIN,
		.host_port_max = VSOCK_BRIDGE_DEF_HOST_PORT_MAX,
	};
	return 0;
}

/* All connections are gone; the timer may be on its way. */
void vsb_conntab_destroy(struct vsb_conntab *tab)
{
	timer_delete_sync(&tab->timer);
	kvfree(tab->buckets);
}

static struct hlist_head *vsb_conntab_bucket(struct vsb_conntab *tab,
					     u32 host_port, u32 guest_port)
{
	u32 hash = jhash_2words(host_port, guest_port, tab->seed);

	return &tab->buckets[hash >> (32 - VSB_CONNTAB_BITS)];
}

/* Return: the connection that the guest knows by these ports, or NULL. */
struct vsb_conn *vsb_conntab_find(struct vsb_conntab *tab, u32 host_port,
				  u32 guest_port)
{
	struct vsb_conn *conn;

	hlist_for_each_entry(conn,
			     vsb_conntab_bucket(tab, host_port, guest_port),
			     hash) {
		if (conn->host_port == host_port &&
		    conn->guest_port == guest_port)
			return conn;
	}
	return NULL;
}

/* Does the guest know connections of this type? */
bool vsb_conntab_takes(struct vsb_conntab *tab, u16 type, u32 guest_port)
{
	if (vsb_packet_type_ok(type, tab->seqpacket))
		return true;
	vsb_error(tab->ctx, VSB_REASON_SEQPACKET_REFUSED, 0, guest_port);
	return false;
}

/* The guest knows the connection by its ports from here on. */
void vsb_conntab_insert(struct vsb_conntab *tab, struct vsb_conn *conn)
{
	hlist_add_head(&conn->hash, vsb_conntab_bucket(tab, conn->host_port,
						       conn->guest_port));
	tab->ctx->stats.conns_added++;
	trace_vsb_conn_added(tab->ctx->stats.device, conn->host_port,
			     conn->guest_port, conn->by_guest);
}

/* The ports are free again. */
void vsb_conntab_remove(struct vsb_conntab *tab, struct vsb_conn *conn)
{
	if (hlist_unhashed(&conn->hash))
		return;
	hlist_del_init(&conn->hash);
	tab->ctx->stats.conns_removed++;
	trace_vsb_conn_removed(tab->ctx->stats.device, conn->host_port,
			       conn->guest_port, conn->by_guest);
}

/* Where the search for a free host port begins. */
static u32 vsb_conntab_first_port(const struct vsb_conntab *tab)
{
	u32 first = tab->ctx->limits.host_port_min, last = tab->ctx->limits.host_port_max;
	u64 ports = (u64)last - first + 1;

	if (tab->ctx->limits.flags & VSOCK_BRIDGE_LIMITS_RANDOM_PORTS)
		return first + (u32)((get_random_u32() * ports) >> 32);
	if (tab->last_port < first || tab->last_port >= last)
		return first;
	return tab->last_port + 1;
}

/**
 * vsb_conntab_pick_port() - choose a host port
 * @tab: the connections
 * @guest_port: towards which it shall be free
 *
 * No more ports can be taken than there are connections, so one more is enough
 * to look at, of however many.
 *
 * Return: the port, or 0, which is no port here, when all are taken.
 */
u32 vsb_conntab_pick_port(struct vsb_conntab *tab, u32 guest_port)
{
	u32 first = tab->ctx->limits.host_port_min, last = tab->ctx->limits.host_port_max;
	u32 left = min(last - first, tab->nr) + 1;
	u32 port = vsb_conntab_first_port(tab);

	for (; left; left--) {
		if (!vsb_conntab_find(tab, port, guest_port)) {
			tab->last_port = port;
			return port;
		}
		port = port == last ? first : port + 1;
	}
	vsb_error(tab->ctx, VSB_REASON_HOST_PORTS_EXHAUSTED, 0, guest_port);
	return 0;
}

static struct vsb_conn *vsb_conntab_earliest(struct vsb_conntab *tab)
{
	struct timerqueue_node *node = timerqueue_getnext(&tab->deadlines);

	return node ? container_of(node, struct vsb_conn, deadline) : NULL;
}

/* Time stands still for a guest that does not run. */
static u64 vsb_conntab_now(const struct vsb_conntab *tab)
{
	return tab->paused ?: ktime_get_ns();
}

/*
 * Let the timer fire for the earliest deadline; it may fire for nothing. The
 * timer wheel is exact for the next 63 ticks, and late by up to an eighth of
 * the time further on, whatever HZ is: so it is asked for earlier then, and set
 * again when it fires.
 */
static void vsb_conntab_set_timer(struct vsb_conntab *tab)
{
	struct vsb_conn *conn = vsb_conntab_earliest(tab);
	unsigned long ticks;
	s64 left;

	if (!conn)
		return;
	left = max_t(s64, conn->deadline.expires - (s64)ktime_get_ns(), 0);
	ticks = nsecs_to_jiffies(left) + 1;
	if (ticks >= VSB_EXACT_TICKS)
		ticks -= ticks / 8;
	mod_timer(&tab->timer, jiffies + ticks);
}

/* Return: which due time of the connection is the earliest, or VSB_DUES. */
static enum vsb_due vsb_conntab_first_due(const struct vsb_conn *conn)
{
	enum vsb_due due, first = VSB_DUES;

	for (due = 0; due < VSB_DUES; due++) {
		if (conn->due[due] &&
		    (first == VSB_DUES || conn->due[due] < conn->due[first]))
			first = due;
	}
	return first;
}

/* Put the connection among the deadlines where its earliest due time says. */
static void vsb_conntab_place(struct vsb_conntab *tab, struct vsb_conn *conn)
{
	enum vsb_due first = vsb_conntab_first_due(conn);

	if (timerqueue_node_queued(&conn->deadline))
		timerqueue_del(&tab->deadlines, &conn->deadline);
	if (first == VSB_DUES)
		return;
	conn->deadline.expires = conn->due[first];
	timerqueue_add(&tab->deadlines, &conn->deadline);
}

/*
 * A connection that has another due time keeps its place: a deadline that comes
 * too early costs less than a place that changes with each packet.
 */
void vsb_conntab_disarm(struct vsb_conntab *tab, struct vsb_conn *conn,
			enum vsb_due due)
{
	conn->due[due] = 0;
	if (vsb_conntab_first_due(conn) == VSB_DUES)
		vsb_conntab_place(tab, conn);
}

void vsb_conntab_disarm_all(struct vsb_conntab *tab, struct vsb_conn *conn)
{
	memset(conn->due, 0, sizeof(conn->due));
	vsb_conntab_place(tab, conn);
}

/**
 * vsb_conntab_arm() - set a due time of a connection
 * @tab: the connections
 * @conn: the connection
 * @due: the purpose; the due times of other purposes stay
 * @ms: milliseconds from now; it does not become due earlier
 */
void vsb_conntab_arm(struct vsb_conntab *tab, struct vsb_conn *conn,
		     enum vsb_due due, u32 ms)
{
	conn->due[due] = vsb_conntab_now(tab) + (u64)ms * NSEC_PER_MSEC;
	if (timerqueue_node_queued(&conn->deadline) &&
	    conn->deadline.expires <= (s64)conn->due[due])
		return;
	vsb_conntab_place(tab, conn);
	if (vsb_conntab_earliest(tab) == conn)
		vsb_conntab_set_timer(tab);
}

/**
 * vsb_conntab_expired() - take the next due time that has passed
 * @tab: the connections
 * @due: out: its purpose, which is disarmed; VSB_DUES: what the connection was
 *	placed for has been disarmed before
 *
 * Return: the connection, or NULL when no due time has passed.
 */
struct vsb_conn *vsb_conntab_expired(struct vsb_conntab *tab,
				     enum vsb_due *due)
{
	struct vsb_conn *conn = vsb_conntab_earliest(tab);
	u64 now = ktime_get_ns();

	if (!conn)
		return NULL;
	if (conn->deadline.expires > (s64)now) {
		vsb_conntab_set_timer(tab);
		return NULL;
	}
	*due = vsb_conntab_first_due(conn);
	if (*due < VSB_DUES && conn->due[*due] <= now)
		conn->due[*due] = 0;
	else
		*due = VSB_DUES;
	vsb_conntab_place(tab, conn);
	return conn;
}

/* Answer a packet of an unknown flow. */
void vsb_conntab_reply_rst(struct vsb_conntab *tab, u32 host_port,
			   u32 guest_port, u16 type)
{
	const struct vsb_rst rst = {
		.host_port = host_port,
		.guest_port = guest_port,
		.type = type,
	};

	if (!vsb_rstq_add(&tab->rsts, rst))
		vsb_error(tab->ctx, VSB_REASON_RST_OVERFLOW, host_port, guest_port);
}

static void vsb_conntab_postpone(struct vsb_conn *conn, u64 ns)
{
	enum vsb_due due;

	for (due = 0; due < VSB_DUES; due++) {
		if (conn->due[due])
			conn->due[due] += ns;
	}
}

void vsb_conntab_pause(struct vsb_conntab *tab)
{
	tab->paused = ktime_get_ns();
}

/* All due times move by the same time, so the order of deadlines stays. */
void vsb_conntab_resume(struct vsb_conntab *tab)
{
	u64 pause = ktime_get_ns() - vsb_conntab_now(tab);
	struct vsb_conn *conn;

	tab->paused = 0;
	list_for_each_entry(conn, &tab->conns, all) {
		if (timerqueue_node_queued(&conn->deadline))
			conn->deadline.expires += pause;
		vsb_conntab_postpone(conn, pause);
	}
}

/*
 * Return: a connection with events, with the ready list's reference, which is
 * the caller's from here on; NULL when there is none.
 */
struct vsb_conn *vsb_conntab_next_ready(struct vsb_conntab *tab)
{
	struct llist_node *node = vsb_batch_next(&tab->ready,
						 &tab->ready_batch);

	return node ? llist_entry(node, struct vsb_conn, ready) : NULL;
}
