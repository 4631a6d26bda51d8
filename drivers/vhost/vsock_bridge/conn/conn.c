// SPDX-License-Identifier: GPL-2.0
/*
 * A connection between a host socket and a port of the guest.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <asm/barrier.h>

#include "base/coalesce.h"
#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "conn/closing.h"
#include "conn/conn.h"
#include "conn/pure/line.h"
#include "conn/room.h"
#include "conn/table.h"

#define VSB_CONN_READY	0

/* Its size is none that kmalloc has; charged to who allocates. */
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

/* A message is sent at once, so the guest's window is the largest there is. */
static u32 vsb_conn_buf_alloc(const struct vsb_conntab *tab, u16 type)
{
	if (type == VIRTIO_VSOCK_TYPE_SEQPACKET)
		return min_t(u32, tab->ctx->limits.buf_alloc,
			     VSOCK_BRIDGE_MAX_MESSAGE);
	return tab->ctx->limits.buf_alloc;
}

/* Return: memory for a connection, with a reference; NULL when there is none. */
struct vsb_conn *vsb_conn_alloc(struct vsb_conntab *tab)
{
	struct vsb_conn *conn = kmem_cache_zalloc(vsb_conn_cache, GFP_KERNEL);

	if (!conn) {
		vsb_error(tab->ctx, VSB_REASON_NO_MEMORY, 0, 0);
		return NULL;
	}
	refcount_set(&conn->ref, 1);
	conn->ctx = tab->ctx;
	conn->tab = tab;
	return conn;
}

/**
 * vsb_conn_begin() - the life of a connection begins
 * @conn: as vsb_conn_alloc() returned it; the table's reference from here on
 * @state: VSB_HANDSHAKE or VSB_CONNECTING
 * @type: VIRTIO_VSOCK_TYPE_*
 */
void vsb_conn_begin(struct vsb_conn *conn, enum vsb_state state, u16 type)
{
	struct vsb_conntab *tab = conn->tab;

	conn->id = ++tab->last_id;
	conn->began_at = ktime_get_ns();
	conn->by_guest = state == VSB_CONNECTING;
	conn->type = type;
	conn->cs.state = state;
	conn->credit.buf_alloc = vsb_conn_buf_alloc(tab, type);
	conn->rx_chains = 1;
	conn->probe_ms = VSB_PROBE_MIN_MS;
	vsb_socket_init(&conn->sock, vsb_conn_notify);
	INIT_HLIST_NODE(&conn->hash);
	INIT_LIST_HEAD(&conn->rxq);
	INIT_LIST_HEAD(&conn->stalled);
	timerqueue_init(&conn->deadline);
	vsb_gathered_init(&conn->gathered);
	list_add_tail(&conn->all, &tab->conns);
	INIT_LIST_HEAD(&conn->waiting);
	if (state == VSB_HANDSHAKE) {
		list_add_tail(&conn->waiting, &tab->silent);
		tab->handshakes++;
	} else {
		tab->nr++;
	}
}

/* From any context that holds a reference. */
void vsb_conn_put(struct vsb_conn *conn)
{
	if (refcount_dec_and_test(&conn->ref))
		kmem_cache_free(vsb_conn_cache, conn);
}

/*
 * The socket's hook, or the connector: something happened. From any context
 * that holds a reference, or that the connection's release waits for.
 */
void vsb_conn_notify(struct vsb_socket *s)
{
	struct vsb_conn *conn = container_of(s, struct vsb_conn, sock);
	struct vsb_conntab *tab = conn->tab;
	bool first = false, urgent = !vsb_socket_may_wait(s);

	/* (J), a full barrier: what was posted is seen by who takes it out */
	if (!test_and_set_bit(VSB_CONN_READY, &conn->ready_queued)) {
		urgent = urgent || !vsb_row_waits(&conn->row);
		vsb_conn_get(conn);
		/* (J): of the bit above; who is woken takes all of the list */
		first = llist_add(&conn->ready, &tab->ready);
	}
	vsb_coalesce_event(tab->coalesce, first, urgent);
}

/* Out of the ready list: what is notified from here on queues it again. */
int vsb_conn_take_events(struct vsb_conn *conn)
{
	/*
	 * (J): The release keeps the read of the list's next node before the
	 * bit, for a hook that finds the bit clear overwrites that.
	 */
	clear_bit_unlock(VSB_CONN_READY, &conn->ready_queued);
	/* (J): a hook that found the bit set has posted its event: seen below */
	smp_mb__after_atomic();
	return vsb_socket_take_events(&conn->sock);
}

/* The connection gets its turn when there are RX buffers. */
void vsb_conn_queue_rx(struct vsb_conn *conn)
{
	if (list_empty(&conn->rxq))
		list_add_tail(&conn->rxq, &conn->tab->rxq);
}

/* Would a read bring bytes, or the end? RX buffers are not taken for less. */
bool vsb_conn_is_readable(struct vsb_conn *conn)
{
	conn->readable = conn->readable && vsb_socket_readable(&conn->sock);
	return conn->readable;
}

/*
 * Does the SHUTDOWN that is owed wait for bytes of the host program? A driver
 * that ends the connection with any SHUTDOWN would lose them. It waits for
 * shutdown_timeout_ms at most, for the guest may not read.
 */
bool vsb_conn_shutdown_waits(const struct vsb_conn *conn)
{
	return conn->cs.host_shut == VIRTIO_VSOCK_SHUTDOWN_RCV &&
	       !conn->rcv_late && conn->readable &&
	       vsb_conn_wants_data(&conn->cs);
}

/* Is there something to send to the guest that its credit allows? */
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

/* Have both sides said, or one for both, that nothing more will come? */
static bool vsb_conn_is_shut(const struct vsb_conn *conn)
{
	return conn->cs.guest_shut == VSB_SHUT_BOTH ||
	       conn->cs.host_shut == VSB_SHUT_BOTH;
}

/* Trace what the connection waits for. */
void vsb_conn_stalled(const struct vsb_conn *conn, const char *cause)
{
	trace_vsb_stall(conn->ctx->stats.device, conn->host_port,
			conn->guest_port, cause);
}

/*
 * The guest gives no credit: send a CREDIT_REQUEST and wait for the answer.
 * Linux before 6.1 sends no update after reading few bytes in many packets, and
 * some drivers never do, so the request is repeated at growing intervals.
 */
void vsb_conn_ask_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked)
		return;
	conn->credit_asked = true;
	vsb_conn_stalled(conn, "guest_credit");
	vsb_conn_owe(conn, VSB_OWE_CREDIT_REQUEST);
	vsb_conntab_arm(conn->tab, conn, VSB_DUE_PROBE, conn->probe_ms);
}

/* The interval has passed without credit: repeat the CREDIT_REQUEST. */
static void vsb_conn_ask_again(struct vsb_conn *conn)
{
	conn->probe_ms = min(2 * conn->probe_ms, VSB_PROBE_MAX_MS);
	conn->credit_asked = false;
	vsb_conn_queue_rx(conn);
}

/*
 * The guest's window has opened. The interval is reset only when half of the
 * window is open; otherwise a guest that reads slowly would get many requests.
 */
void vsb_conn_got_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked)
		vsb_conntab_disarm(conn->tab, conn, VSB_DUE_PROBE);
	conn->credit_asked = false;
	if (vsb_credit_is_wide(&conn->credit))
		conn->probe_ms = VSB_PROBE_MIN_MS;
	if (conn->readable)
		vsb_conn_queue_rx(conn);
}

/*
 * The host side ends. Its program sees EOF when it has got all that the guest
 * sent, half a message included; else, with @loss, ECONNRESET.
 */
static void vsb_conn_release(struct vsb_conn *conn, bool loss)
{
	if (vsb_socket_is_open(&conn->sock)) {
		if (loss || !vsb_txbuf_empty(&conn->txbuf))
			vsb_socket_blame(&conn->sock, ECONNRESET);
		vsb_closing_add(conn, vsb_socket_detach(&conn->sock));
		conn->ctx->stats.sockets--;
	}
	vsb_conn_drop_buffer(conn);
	conn->readable = false;
	vsb_conntab_disarm(conn->tab, conn, VSB_DUE_PROBE);
	vsb_conntab_disarm(conn->tab, conn, VSB_DUE_TELL);
	WRITE_ONCE(conn->cancelled, true);
}

/*
 * The last thing that happens to a connection under the lock; references of
 * the ready list and of the connector may keep the memory for a while. @old is
 * the state before: a client in the handshake did not count as a connection.
 */
static void vsb_conn_free(struct vsb_conn *conn, u8 old)
{
	if (old != VSB_HANDSHAKE)
		conn->tab->nr--;
	if (old == VSB_DEAD)
		conn->tab->dead--;
	vsb_conntab_disarm_all(conn->tab, conn);
	list_del_init(&conn->rxq);
	list_del(&conn->all);
	vsb_conn_put(conn);
}

/* What is about to end it, or will; what was there before has done so. */
static void vsb_conn_blame(struct vsb_conn *conn, enum vsb_reason why)
{
	if (!conn->why)
		conn->why = why;
}

/* Errors were counted when they occurred. */
static void vsb_conn_ended(const struct vsb_conn *conn)
{
	enum vsb_reason why = conn->why ?: VSB_REASON_CLOSED;

	if (vsb_reason_is_end(why))
		vsb_count(conn->ctx, why);
	trace_vsb_conn_ended(conn->ctx->stats.device, conn->host_port,
			     conn->guest_port, conn->by_guest,
			     vsb_reason_name(why));
}

/* Trace a change of the connection's state. */
static void vsb_conn_trace(const struct vsb_conn *conn, u8 old)
{
	u32 device = conn->ctx->stats.device;
	u8 state = conn->cs.state;

	if (state == VSB_OPEN)
		trace_vsb_conn_accepted(device, conn->host_port,
					conn->guest_port, conn->by_guest);
	else if (state >= VSB_LINGER && old < VSB_LINGER)
		vsb_conn_ended(conn);
}

static void vsb_conn_leave_handshake(struct vsb_conn *conn)
{
	struct vsb_conntab *tab = conn->tab;

	tab->handshakes--;
	if (conn->cs.state == VSB_DEAD) {
		list_del_init(&conn->waiting);
		return;
	}
	tab->nr++;
	vsb_room_request(conn);
}

/* The gauges, and the lists by state, follow the state. */
static void vsb_conn_account(struct vsb_conn *conn, u8 old)
{
	struct vsb_conntab *tab = conn->tab;
	u8 state = conn->cs.state;

	if (old == state)
		return;
	vsb_conn_trace(conn, old);
	if (state == VSB_LINGER) {
		tab->lingering++;
		vsb_room_progress(conn);
	}
	if (old == VSB_LINGER)
		tab->lingering--;
	if (state == VSB_DEAD && conn->cs.owed) {
		tab->ctx->stats.conns_killed++;
		tab->dead++;
	}
	if (old == VSB_REQUESTED)
		list_del_init(&conn->waiting);
	if (old == VSB_HANDSHAKE)
		vsb_conn_leave_handshake(conn);
}

/* The host program has closed its end for both directions, or for reading. */
static void vsb_conn_check_deaf(struct vsb_conn *conn)
{
	/* our own shutdown looks the same */
	if (conn->cs.wr_done || !vsb_socket_is_deaf(&conn->sock))
		return;
	/* closed: what it wrote before goes first, then one packet says both */
	if (vsb_socket_at_eof(&conn->sock) && vsb_conn_wants_data(&conn->cs))
		return;

	vsb_conn_event(conn, VSB_EV_HOST_DEAF, 0);
	if (conn->cs.guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)
		vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
}

/*
 * A client that reads no more does not get its OK, but what it wrote before is
 * delivered as that of any other.
 */
static void vsb_conn_send_ok(struct vsb_conn *conn)
{
	char text[VSB_OK_MAX];
	int len = scnprintf(text, sizeof(text), "OK %u\n", conn->host_port);
	long sent = vsb_socket_send_text(&conn->sock, text, len);

	if (sent != len && sent != -EPIPE && sent != -ECONNRESET) {
		vsb_conn_fail(conn, VSB_REASON_TX_WRITE_FAILS);
		return;
	}
	if (sent != len)
		vsb_conn_check_deaf(conn);
	vsb_conn_queue_rx(conn);
}

/* Tell the guest of its credit, if that is due. */
void vsb_conn_check_update(struct vsb_conn *conn)
{
	if (vsb_credit_update_due(&conn->credit, conn->bounds.open))
		vsb_conn_owe(conn, VSB_OWE_CREDIT_UPDATE);
}

/* Look at the credit again when the connection has had time to become idle. */
void vsb_conn_tell_later(struct vsb_conn *conn)
{
	if (!vsb_conn_takes_data(&conn->cs))
		return;
	conn->idle_fwd_cnt = conn->credit.fwd_cnt;
	vsb_conntab_arm(conn->tab, conn, VSB_DUE_TELL, VSB_TELL_MS);
}

/*
 * A writer in the guest may wait for less than half a window, so an idle
 * connection reports all of its credit. While bytes move, the next half of a
 * window or the next packet to the guest reports it.
 */
static void vsb_conn_tell_idle(struct vsb_conn *conn)
{
	if (!vsb_conn_takes_data(&conn->cs) ||
	    !vsb_credit_is_untold(&conn->credit))
		return;
	if (conn->idle_fwd_cnt == conn->credit.fwd_cnt)
		vsb_conn_owe(conn, VSB_OWE_CREDIT_UPDATE);
	else
		vsb_conn_tell_later(conn);
}

/* The guest's bytes have nowhere to go; it may go on sending for a while. */
static void vsb_conn_discard(struct vsb_conn *conn)
{
	vsb_conn_drop_buffer(conn);
	WRITE_ONCE(conn->sock.want_write, false);
	vsb_conn_forwarded(conn, vsb_credit_unread(&conn->credit));
	/* what the host program sent, or the end, is still to be read */
	conn->readable = true;
	vsb_conn_queue_rx(conn);
}

/* Half a message cannot be delivered: the guest's end is no clean one then. */
static void vsb_conn_shut_wr(struct vsb_conn *conn)
{
	if (vsb_txbuf_empty(&conn->txbuf))
		vsb_socket_shutdown_write(&conn->sock);
	else
		vsb_conn_abort(conn, VSB_REASON_HALF_MESSAGE, VSB_EV_RESET);
}

static void vsb_conn_apply(struct vsb_conn *conn, unsigned int act)
{
	struct vsb_conntab *tab = conn->tab;

	if (act & VSB_ACT_BAD_OP)
		vsb_conn_error(conn, VSB_REASON_BAD_OP);
	if (act & VSB_ACT_DISARM)
		vsb_conntab_disarm(tab, conn, VSB_DUE_STATE);
	if (act & VSB_ACT_SHUT_RD)
		vsb_socket_shutdown_read(&conn->sock);
	if (act & VSB_ACT_DISCARD)
		vsb_conn_discard(conn);
	if (act & VSB_ACT_ARM_CONNECT)
		vsb_conntab_arm(tab, conn, VSB_DUE_STATE,
				tab->ctx->limits.connect_timeout_ms);
	if (act & VSB_ACT_ARM_SHUTDOWN)
		vsb_conntab_arm(tab, conn, VSB_DUE_STATE,
				tab->ctx->limits.shutdown_timeout_ms);
	if (act & VSB_ACT_ARM_RCV)
		vsb_conntab_arm(tab, conn, VSB_DUE_RCV,
				tab->ctx->limits.shutdown_timeout_ms);
	if (act & VSB_ACT_RELEASE)
		vsb_conn_release(conn, act & VSB_ACT_BLAME);
	if (act & VSB_ACT_UNLINK)
		vsb_conntab_remove(tab, conn);
	if (conn->cs.owed)
		vsb_conn_queue_rx(conn);
	/* these may end it */
	if (act & VSB_ACT_SHUT_WR)
		vsb_conn_shut_wr(conn);
	if (act & VSB_ACT_OK_LINE)
		vsb_conn_send_ok(conn);
}

/**
 * vsb_conn_event() - something happened to a connection
 * @conn: the connection; may be gone afterwards, unless there is a reference
 * @event: what
 * @flags: see enum vsb_event
 */
void vsb_conn_event(struct vsb_conn *conn, enum vsb_event event, u32 flags)
{
	u8 old = conn->cs.state;
	unsigned int act;

	if (event == VSB_EV_GUEST_RST)
		vsb_conn_blame(conn, vsb_conn_is_shut(conn) ? VSB_REASON_CLOSED :
							      VSB_REASON_GUEST_RST);
	act = vsb_conn_step(&conn->cs, event, flags,
			    vsb_conn_is_drained(conn));
	vsb_conn_account(conn, old);
	vsb_conn_apply(conn, act);
	if (act & VSB_ACT_FREE)
		vsb_conn_free(conn, old);
}

/* Count and trace an error of the connection, which goes on. */
void vsb_conn_error(struct vsb_conn *conn, enum vsb_reason reason)
{
	vsb_error(conn->ctx, reason, conn->host_port, conn->guest_port);
}

/* End the connection by an error. It may be freed on return. */
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

/* End the connection for a reason that is counted already, or is no error. */
void vsb_conn_abort(struct vsb_conn *conn, enum vsb_reason why,
		    enum vsb_event event)
{
	vsb_conn_blame(conn, why);
	vsb_conn_event(conn, event, 0);
}

/* The guest or the device is gone: end the connection without a packet. */
void vsb_conn_kill(struct vsb_conn *conn, enum vsb_reason why)
{
	bool loss = vsb_conn_end_is_loss(&conn->cs);
	u8 old = conn->cs.state;

	vsb_conn_blame(conn, why);
	conn->cs.state = VSB_DEAD;
	conn->cs.owed = 0;
	vsb_conn_account(conn, old);
	vsb_conn_release(conn, loss);
	vsb_conntab_remove(conn->tab, conn);
	vsb_conn_free(conn, old);
}

/*
 * The guest does not know the connection any more. One that it has closed
 * before lingers on: its bytes were accepted, and are the host program's.
 */
void vsb_conn_forget(struct vsb_conn *conn, enum vsb_reason why)
{
	if (conn->cs.state == VSB_LINGER)
		vsb_conn_event(conn, VSB_EV_GUEST_RST, 0);
	else
		vsb_conn_kill(conn, why);
}

/* It has been in its state for too long. */
static void vsb_conn_timeout(struct vsb_conn *conn, bool gated)
{
	switch (conn->cs.state) {
	case VSB_HANDSHAKE:
		vsb_conn_fail_by(conn, VSB_REASON_HANDSHAKE_TIMEOUTS, VSB_EV_TIMEOUT);
		break;
	case VSB_REQUESTED:
		/* its time starts when the guest can know */
		if (gated && (conn->cs.owed & VSB_OWE_REQUEST))
			vsb_conntab_arm(conn->tab, conn, VSB_DUE_STATE,
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
 * vsb_conn_due() - a due time of a connection has passed
 * @conn: the connection; may be gone afterwards
 * @due: the purpose, which is disarmed
 * @gated: nothing goes to the guest for now
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
	case VSB_DUE_TELL:
		vsb_conn_tell_idle(conn);
		break;
	case VSB_DUE_RCV:
		conn->rcv_late = true;
		vsb_conn_queue_rx(conn);
		break;
	case VSB_DUES:
		break;
	}
}

/* End a request whose client has gone and has nothing to deliver. */
void vsb_conn_check_gone(struct vsb_conn *conn)
{
	if (vsb_socket_is_gone(&conn->sock))
		vsb_conn_abort(conn, VSB_REASON_HOST_GONE, VSB_EV_RESET);
}

/**
 * vsb_conn_host_ready() - the host socket has had an event
 * @conn: the connection; a reference is held
 * @events: VSB_SOCK_*
 */
void vsb_conn_host_ready(struct vsb_conn *conn, int events)
{
	if (!vsb_socket_is_open(&conn->sock))
		return;
	/* now, for a guest that does not read would keep them with the device */
	if ((events & VSB_SOCK_IN) && vsb_socket_holds_files(&conn->sock)) {
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
		return;
	}
	if (conn->cs.state == VSB_REQUESTED) {
		conn->readable = true;
		vsb_conn_check_gone(conn);
		return;
	}

	if (events & VSB_SOCK_OUT)
		vsb_conn_flush(conn);
	if ((events & VSB_SOCK_IN) && conn->cs.state == VSB_OPEN) {
		vsb_row_round(&conn->row);
		conn->readable = true;
		vsb_conn_check_deaf(conn);
		vsb_conn_queue_rx(conn);
	}
}
