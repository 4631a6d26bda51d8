// SPDX-License-Identifier: GPL-2.0
/*
 * A connection between a host end and a port of the guest.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/slab.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "conn/burst.h"
#include "conn/conn.h"
#include "conn/handshake.h"

/*
 * A cache of its own, because the size falls between kmalloc's buckets. Charged
 * to the memcg of the allocating task.
 */
static struct kmem_cache *vsb_conn_cache;

int __init vsb_conn_init_module(void)
{
	vsb_conn_cache = KMEM_CACHE(vsb_conn,
				    SLAB_ACCOUNT | SLAB_HWCACHE_ALIGN);
	return vsb_conn_cache ? 0 : -ENOMEM;
}

void vsb_conn_exit_module(void)
{
	kmem_cache_destroy(vsb_conn_cache);
}

/* A message is sent as a whole, so the guest's window limits its size. */
static u32 vsb_conn_buf_alloc(const struct vsb_ctx *ctx, u16 type)
{
	if (type == VIRTIO_VSOCK_TYPE_SEQPACKET)
		return min_t(u32, ctx->limits.buf_alloc,
			     VSOCK_BRIDGE_MAX_MESSAGE);
	return ctx->limits.buf_alloc;
}

/* Return: memory for a connection, with a reference; NULL if there is none. */
struct vsb_conn *vsb_conn_alloc(struct vsb_conns *conns)
{
	struct vsb_conn *conn = kmem_cache_zalloc(vsb_conn_cache, GFP_KERNEL);

	if (!conn) {
		vsb_error(conns->ctx, VSB_REASON_NO_MEMORY, 0, 0);
		return NULL;
	}
	refcount_set(&conn->ref, 1);
	conn->ctx = conns->ctx;
	conn->conns = conns;
	return conn;
}

/*
 * The host end or the connector has posted an event. Any context calls this, if
 * it holds a reference or if the detach of the host end waits for it.
 */
static void vsb_conn_notify(struct vsb_watch *watch)
{
	struct vsb_conn *conn = container_of(watch, struct vsb_conn, watch);
	struct vsb_ready *ready = &conn->conns->ready;
	bool first = false, urgent = !vsb_watch_may_wait(watch);

	if (vsb_ready_claim(&conn->ready)) {
		urgent = urgent || !vsb_burst_may_wait(&conn->burst);
		vsb_conn_get(conn);
		first = vsb_ready_add(ready, &conn->ready);
	}
	vsb_ready_wake(ready, first, urgent);
}

/**
 * vsb_conn_begin() - begin the life of a connection
 * @conn: as vsb_conn_alloc() returned it; from here on, the list of all
 *	connections owns the reference
 * @state: VSB_HANDSHAKE or VSB_CONNECTING
 * @type: VIRTIO_VSOCK_TYPE_*
 */
void vsb_conn_begin(struct vsb_conn *conn, enum vsb_state state, u16 type)
{
	struct vsb_conns *conns = conn->conns;

	conn->id = ++conns->last_id;
	conn->began_at = ktime_get_ns();
	conn->by_guest = state == VSB_CONNECTING;
	conn->type = type;
	conn->cs.state = state;
	conn->credit.buf_alloc = vsb_conn_buf_alloc(conn->ctx, type);
	conn->rx_chains = 1;
	conn->probe_ms = VSB_PROBE_MIN_MS;
	vsb_watch_init(&conn->watch, vsb_conn_notify);
	vsb_buffer_init(&conn->buffer);
	vsb_deadline_init(&conn->deadline);
	INIT_HLIST_NODE(&conn->flow.hash);
	INIT_LIST_HEAD(&conn->rxq);
	INIT_LIST_HEAD(&conn->waiting);
	list_add_tail(&conn->all, &conns->all);
	if (state == VSB_HANDSHAKE) {
		list_add_tail(&conn->waiting, &conns->silent);
		conns->nr_handshakes++;
	} else {
		conns->nr++;
	}
}

/* Called from any context that holds a reference. */
void vsb_conn_put(struct vsb_conn *conn)
{
	if (refcount_dec_and_test(&conn->ref))
		kmem_cache_free(vsb_conn_cache, conn);
}

/* From here on the guest knows the connection by its ports. */
void vsb_conn_insert(struct vsb_conn *conn)
{
	vsb_flows_insert(&conn->conns->flows, &conn->flow);
	conn->ctx->stats.conns_added++;
	trace_vsb_conn_added(conn->ctx->stats.device, conn->flow.host_port,
			     conn->flow.guest_port, conn->by_guest);
}

/* The ports are free again. */
static void vsb_conn_unlink(struct vsb_conn *conn)
{
	if (!vsb_flows_remove(&conn->conns->flows, &conn->flow))
		return;
	conn->ctx->stats.conns_removed++;
	trace_vsb_conn_removed(conn->ctx->stats.device, conn->flow.host_port,
			       conn->flow.guest_port, conn->by_guest);
}

/* From here on @end is the host end of the connection. */
void vsb_conn_attach(struct vsb_conn *conn, struct vsb_end *end)
{
	conn->end = end;
	conn->ctx->stats.sockets++;
	vsb_end_attach(end, &conn->watch, conn->conns->pages);
}

/* The connection was taken out of the ready list: a new event adds it again. */
int vsb_conn_take_events(struct vsb_conn *conn)
{
	vsb_ready_release(&conn->ready);
	return vsb_watch_take(&conn->watch);
}

/* Queues the connection for a turn in RX, when there are RX buffers. */
void vsb_conn_queue_rx(struct vsb_conn *conn)
{
	if (list_empty(&conn->rxq))
		list_add_tail(&conn->rxq, &conn->conns->rxq);
}

/*
 * Return: true if a receive would return bytes or EOF; only then RX buffers are
 * taken. A released connection is not readable.
 */
bool vsb_conn_is_readable(struct vsb_conn *conn)
{
	conn->readable = conn->readable && vsb_end_is_readable(conn->end);
	return conn->readable;
}

/*
 * Does the owed SHUTDOWN wait for bytes of the host program? A driver that ends
 * the connection on any SHUTDOWN would lose them. The wait is limited to
 * shutdown_timeout_ms, because the guest may not read.
 */
bool vsb_conn_shutdown_waits(const struct vsb_conn *conn)
{
	return conn->cs.host_shut == VIRTIO_VSOCK_SHUTDOWN_RCV &&
	       !conn->rcv_late && conn->readable &&
	       vsb_conn_wants_data(&conn->cs);
}

/* Is there a packet for the guest that its credit allows? */
bool vsb_conn_has_work(const struct vsb_conn *conn)
{
	u32 packets;

	if (conn->cs.owed & ~VSB_OWE_SHUTDOWN)
		return true;
	if (conn->cs.owed && !vsb_conn_shutdown_waits(conn))
		return true;
	if (!conn->readable || !vsb_conn_wants_data(&conn->cs))
		return false;
	return !conn->credit_asked || vsb_credit_next(&conn->credit, &packets);
}

void vsb_conn_owe(struct vsb_conn *conn, u16 owed)
{
	if (conn->cs.state == VSB_DEAD || conn->cs.state == VSB_LINGER)
		return;
	conn->cs.owed |= owed;
	vsb_conn_queue_rx(conn);
}

/* Is the connection shut down in both directions, by one side or by both? */
static bool vsb_conn_is_shut(const struct vsb_conn *conn)
{
	return conn->cs.guest_shut == VSB_SHUT_BOTH ||
	       conn->cs.host_shut == VSB_SHUT_BOTH;
}

/* Traces what the connection waits for. */
void vsb_conn_trace_stall(const struct vsb_conn *conn, const char *cause)
{
	trace_vsb_stall(conn->ctx->stats.device, conn->flow.host_port,
			conn->flow.guest_port, cause);
}

/*
 * The guest gives no credit: sends a CREDIT_REQUEST and waits for the answer.
 * Linux before 6.1 sends no update after it read few bytes in many packets, and
 * some drivers never send an update. Therefore the request is repeated at
 * growing intervals.
 */
void vsb_conn_ask_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked)
		return;
	conn->credit_asked = true;
	vsb_conn_trace_stall(conn, "guest_credit");
	vsb_conn_owe(conn, VSB_OWE_CREDIT_REQUEST);
	vsb_conn_arm(conn, VSB_DUE_PROBE, conn->probe_ms);
}

/* The interval has passed without credit: repeats the CREDIT_REQUEST. */
static void vsb_conn_ask_again(struct vsb_conn *conn)
{
	conn->probe_ms = min(2 * conn->probe_ms, VSB_PROBE_MAX_MS);
	conn->credit_asked = false;
	vsb_conn_queue_rx(conn);
}

/*
 * The guest's window has opened. The interval is reset only if half of the
 * window is open; otherwise a guest that reads slowly would get many requests.
 */
void vsb_conn_got_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked)
		vsb_conn_disarm(conn, VSB_DUE_PROBE);
	conn->credit_asked = false;
	if (vsb_credit_is_wide(&conn->credit))
		conn->probe_ms = VSB_PROBE_MIN_MS;
	if (conn->readable)
		vsb_conn_queue_rx(conn);
}

/*
 * Ends the host side. The host program sees EOF if it got all bytes that the
 * guest sent, including an incomplete message; with @loss it sees ECONNRESET.
 */
static void vsb_conn_release(struct vsb_conn *conn, bool loss)
{
	struct vsb_end *end = conn->end;

	if (end) {
		if (loss || !vsb_buffer_is_empty(&conn->buffer))
			vsb_end_set_error(end, ECONNRESET);
		vsb_end_detach(end);
		list_add_tail(&end->closing, &conn->conns->closing);
		conn->end = NULL;
		conn->ctx->stats.sockets--;
	}
	vsb_buffer_clear(&conn->buffer, conn->ctx);
	conn->readable = false;
	vsb_conn_disarm(conn, VSB_DUE_PROBE);
	vsb_conn_disarm(conn, VSB_DUE_REPORT);
	WRITE_ONCE(conn->cancelled, true);
}

/*
 * Called last in the life of a connection, under the lock. The ready list and
 * the connector may hold references that keep the memory for a while. @old is
 * the state before: a client in the handshake did not count as a connection.
 */
static void vsb_conn_free(struct vsb_conn *conn, u8 old)
{
	if (old != VSB_HANDSHAKE)
		conn->conns->nr--;
	if (old == VSB_DEAD)
		conn->conns->nr_dead--;
	vsb_deadlines_disarm_all(&conn->conns->deadlines, &conn->deadline);
	list_del_init(&conn->rxq);
	list_del(&conn->all);
	vsb_conn_put(conn);
}

/* Sets why the connection ends, or will end; the first reason counts. */
static void vsb_conn_set_reason(struct vsb_conn *conn, enum vsb_reason reason)
{
	if (!conn->reason)
		conn->reason = reason;
}

/* Errors were counted when they occurred. */
static void vsb_conn_ended(const struct vsb_conn *conn)
{
	enum vsb_reason reason = conn->reason ?: VSB_REASON_CLOSED;

	if (vsb_reason_is_end(reason))
		vsb_count(conn->ctx, reason);
	trace_vsb_conn_ended(conn->ctx->stats.device, conn->flow.host_port,
			     conn->flow.guest_port, conn->by_guest,
			     vsb_reason_name(reason));
}

/* Traces a change of the connection's state. */
static void vsb_conn_trace(const struct vsb_conn *conn, u8 old)
{
	u32 device = conn->ctx->stats.device;
	u8 state = conn->cs.state;

	if (state == VSB_OPEN)
		trace_vsb_conn_accepted(device, conn->flow.host_port,
					conn->flow.guest_port, conn->by_guest);
	else if (state >= VSB_LINGER && old < VSB_LINGER)
		vsb_conn_ended(conn);
}

static void vsb_conn_leave_handshake(struct vsb_conn *conn)
{
	struct vsb_conns *conns = conn->conns;

	conns->nr_handshakes--;
	if (conn->cs.state == VSB_DEAD) {
		list_del_init(&conn->waiting);
		return;
	}
	conns->nr++;
	list_move_tail(&conn->waiting, &conns->requested);
}

/*
 * Restarts the time without progress, because the host program has accepted
 * buffered bytes or because the connection has begun to linger.
 */
void vsb_conn_made_progress(struct vsb_conn *conn)
{
	struct vsb_conns *conns = conn->conns;
	bool lingers = conn->cs.state == VSB_LINGER;

	if (vsb_buffer_is_empty(&conn->buffer))
		list_del_init(&conn->buffer.node);
	else
		vsb_buffer_progress(&conn->buffer, lingers ? &conns->lingering :
							     &conns->stalled,
				    vsb_end_unread(conn->end));
}

/* Updates the gauges and the lists by state after a change of state. */
static void vsb_conn_account(struct vsb_conn *conn, u8 old)
{
	struct vsb_conns *conns = conn->conns;
	u8 state = conn->cs.state;

	if (old == state)
		return;
	vsb_conn_trace(conn, old);
	if (state == VSB_LINGER) {
		conns->nr_lingering++;
		vsb_conn_made_progress(conn);
	}
	if (old == VSB_LINGER)
		conns->nr_lingering--;
	if (state == VSB_DEAD && conn->cs.owed) {
		conn->ctx->stats.conns_killed++;
		conns->nr_dead++;
	}
	if (old == VSB_REQUESTED)
		list_del_init(&conn->waiting);
	if (old == VSB_HANDSHAKE)
		vsb_conn_leave_handshake(conn);
}

/**
 * vsb_conn_check_shut_rd() - check whether the host program reads no more
 * @conn: the connection
 * @state: VSB_END_* of its host end
 */
void vsb_conn_check_shut_rd(struct vsb_conn *conn, unsigned int state)
{
	/* the device's own shutdown sets the same state */
	if (conn->cs.wr_done || !(state & VSB_END_SHUT_RD))
		return;
	/*
	 * The host program has closed: its bytes go first, then one SHUTDOWN
	 * packet reports both directions.
	 */
	if ((state & VSB_END_EOF) && vsb_conn_wants_data(&conn->cs))
		return;

	vsb_conn_event(conn, VSB_EV_HOST_SHUT_RD, 0);
	if (conn->cs.guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)
		vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
}

/*
 * A client that reads no more does not get its OK line, but its bytes are
 * delivered to the guest.
 */
static void vsb_conn_send_ok(struct vsb_conn *conn)
{
	int ret = vsb_handshake_send_ok(conn->end, conn->flow.host_port);

	if (ret && ret != -EPIPE) {
		vsb_conn_fail(conn, VSB_REASON_TX_WRITE_FAILS);
		return;
	}
	if (ret)
		vsb_conn_check_shut_rd(conn, vsb_end_state(conn->end));
	vsb_conn_queue_rx(conn);
}

/* Sends the guest a CREDIT_UPDATE if an update is due. */
void vsb_conn_check_update(struct vsb_conn *conn)
{
	if (vsb_credit_update_due(&conn->credit, conn->buffer.messages.open))
		vsb_conn_owe(conn, VSB_OWE_CREDIT_UPDATE);
}

/* Checks the credit again when the connection may be idle. */
static void vsb_conn_report_later(struct vsb_conn *conn)
{
	if (!vsb_conn_takes_data(&conn->cs))
		return;
	conn->idle_fwd_cnt = conn->credit.fwd_cnt;
	vsb_conn_arm(conn, VSB_DUE_REPORT, VSB_REPORT_MS);
}

/*
 * A writer in the guest may wait for less than half a window, so an idle
 * connection reports all credit. While bytes move, the next half of a window or
 * the next packet to the guest reports the credit.
 */
static void vsb_conn_report_idle(struct vsb_conn *conn)
{
	if (!vsb_conn_takes_data(&conn->cs) ||
	    !vsb_credit_is_unreported(&conn->credit))
		return;
	if (conn->idle_fwd_cnt == conn->credit.fwd_cnt)
		vsb_conn_owe(conn, VSB_OWE_CREDIT_UPDATE);
	else
		vsb_conn_report_later(conn);
}

/* The host end has accepted @len bytes of the guest, or they were dropped. */
void vsb_conn_forwarded(struct vsb_conn *conn, size_t len)
{
	vsb_credit_forward(&conn->credit, len);
	vsb_conn_check_update(conn);
	/* armed once in a while, not with each packet */
	if (!conn->deadline.due[VSB_DUE_REPORT])
		vsb_conn_report_later(conn);
}

/*
 * Drops the guest's bytes, which no host end accepts any more. The guest may go
 * on sending for a while.
 */
static void vsb_conn_discard(struct vsb_conn *conn)
{
	vsb_buffer_clear(&conn->buffer, conn->ctx);
	WRITE_ONCE(conn->watch.want_write, false);
	vsb_conn_forwarded(conn, vsb_credit_unread(&conn->credit));
	/* the host program's bytes, or EOF, are still to be read */
	conn->readable = true;
	vsb_conn_queue_rx(conn);
}

/*
 * An incomplete message cannot be delivered: then the guest's EOF is not clean.
 */
static void vsb_conn_shut_wr(struct vsb_conn *conn)
{
	if (vsb_buffer_is_empty(&conn->buffer))
		vsb_end_shutdown(conn->end, SHUT_WR);
	else
		vsb_conn_abort(conn, VSB_REASON_HALF_MESSAGE, VSB_EV_RESET);
}

static void vsb_conn_apply(struct vsb_conn *conn, unsigned int act)
{
	const struct vsock_bridge_limits *limits = &conn->ctx->limits;

	if (act & VSB_ACT_BAD_OP)
		vsb_conn_error(conn, VSB_REASON_BAD_OP);
	if (act & VSB_ACT_DISARM)
		vsb_conn_disarm(conn, VSB_DUE_STATE);
	if (act & VSB_ACT_SHUT_RD)
		vsb_end_shutdown(conn->end, SHUT_RD);
	if (act & VSB_ACT_DISCARD)
		vsb_conn_discard(conn);
	if (act & VSB_ACT_ARM_CONNECT)
		vsb_conn_arm(conn, VSB_DUE_STATE, limits->connect_timeout_ms);
	if (act & VSB_ACT_ARM_SHUTDOWN)
		vsb_conn_arm(conn, VSB_DUE_STATE, limits->shutdown_timeout_ms);
	if (act & VSB_ACT_ARM_RCV)
		vsb_conn_arm(conn, VSB_DUE_RCV, limits->shutdown_timeout_ms);
	if (act & VSB_ACT_RELEASE)
		vsb_conn_release(conn, act & VSB_ACT_LOSS);
	if (act & VSB_ACT_UNLINK)
		vsb_conn_unlink(conn);
	if (conn->cs.owed)
		vsb_conn_queue_rx(conn);
	/* both calls may end the connection */
	if (act & VSB_ACT_SHUT_WR)
		vsb_conn_shut_wr(conn);
	if (act & VSB_ACT_OK_LINE)
		vsb_conn_send_ok(conn);
}

/**
 * vsb_conn_event() - process an event of a connection
 * @conn: the connection; may be freed on return, unless the caller holds a
 *	reference
 * @event: the event
 * @flags: see enum vsb_event
 */
void vsb_conn_event(struct vsb_conn *conn, enum vsb_event event, u32 flags)
{
	u8 old = conn->cs.state;
	unsigned int act;

	if (event == VSB_EV_GUEST_RST)
		vsb_conn_set_reason(conn, vsb_conn_is_shut(conn) ? VSB_REASON_CLOSED :
							      VSB_REASON_GUEST_RST);
	act = vsb_conn_step(&conn->cs, event, flags,
			    vsb_conn_is_drained(conn));
	vsb_conn_account(conn, old);
	vsb_conn_apply(conn, act);
	if (act & VSB_ACT_FREE)
		vsb_conn_free(conn, old);
}

/* Counts and traces an error of the connection, which continues. */
void vsb_conn_error(struct vsb_conn *conn, enum vsb_reason reason)
{
	vsb_error(conn->ctx, reason, conn->flow.host_port, conn->flow.guest_port);
}

/* Ends the connection because of an error. It may be freed on return. */
void vsb_conn_fail_by(struct vsb_conn *conn, enum vsb_reason reason,
		      enum vsb_event event)
{
	vsb_conn_error(conn, reason);
	vsb_conn_abort(conn, reason, event);
}

void vsb_conn_fail(struct vsb_conn *conn, enum vsb_reason reason)
{
	vsb_conn_fail_by(conn, reason, VSB_EV_RESET);
}

/* Ends the connection for a reason that is already counted, or is no error. */
void vsb_conn_abort(struct vsb_conn *conn, enum vsb_reason reason,
		    enum vsb_event event)
{
	vsb_conn_set_reason(conn, reason);
	vsb_conn_event(conn, event, 0);
}

/* The guest or the device is gone: ends the connection without a packet. */
void vsb_conn_kill(struct vsb_conn *conn, enum vsb_reason reason)
{
	bool loss = vsb_conn_end_is_loss(&conn->cs);
	u8 old = conn->cs.state;

	vsb_conn_set_reason(conn, reason);
	conn->cs.state = VSB_DEAD;
	conn->cs.owed = 0;
	vsb_conn_account(conn, old);
	vsb_conn_release(conn, loss);
	vsb_conn_unlink(conn);
	vsb_conn_free(conn, old);
}

/*
 * The guest no longer knows the connection. If the guest closed it before, the
 * connection lingers: its bytes were accepted and are due to the host program.
 */
void vsb_conn_forget(struct vsb_conn *conn, enum vsb_reason reason)
{
	if (conn->cs.state == VSB_LINGER)
		vsb_conn_event(conn, VSB_EV_GUEST_RST, 0);
	else
		vsb_conn_kill(conn, reason);
}

/* The connection has been in its state for too long. */
static void vsb_conn_timeout(struct vsb_conn *conn, bool gated)
{
	switch (conn->cs.state) {
	case VSB_HANDSHAKE:
		vsb_conn_fail_by(conn, VSB_REASON_HANDSHAKE_TIMEOUTS, VSB_EV_TIMEOUT);
		break;
	case VSB_REQUESTED:
		/*
		 * the time of a REQUEST starts when the guest can see the
		 * packet.
		 */
		if (gated && (conn->cs.owed & VSB_OWE_REQUEST))
			vsb_conn_arm(conn, VSB_DUE_STATE,
				     conn->ctx->limits.connect_timeout_ms);
		else
			vsb_conn_fail_by(conn, VSB_REASON_CONNECT_TIMEOUTS,
					 VSB_EV_TIMEOUT);
		break;
	default:
		vsb_conn_fail_by(conn, VSB_REASON_SHUTDOWN_TIMEOUTS, VSB_EV_TIMEOUT);
	}
}

/**
 * vsb_conn_due() - handle a due time of a connection that has passed
 * @conn: the connection; may be freed on return
 * @due: the purpose, which is disarmed
 * @gated: the gate keeps RX closed
 */
void vsb_conn_due(struct vsb_conn *conn, enum vsb_due due, bool gated)
{
	switch (due) {
	case VSB_DUE_STATE:
		vsb_conn_timeout(conn, gated);
		break;
	case VSB_DUE_PROBE:
		vsb_conn_ask_again(conn);
		break;
	case VSB_DUE_REPORT:
		vsb_conn_report_idle(conn);
		break;
	case VSB_DUE_RCV:
		conn->rcv_late = true;
		vsb_conn_queue_rx(conn);
		break;
	case VSB_DUES:
		break;
	}
}

/* Ends a request whose client has gone and left no bytes to deliver. */
void vsb_conn_check_gone(struct vsb_conn *conn)
{
	if (vsb_end_is_gone(conn->end))
		vsb_conn_abort(conn, VSB_REASON_HOST_GONE, VSB_EV_RESET);
}
