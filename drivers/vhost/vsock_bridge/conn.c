// SPDX-License-Identifier: GPL-2.0
/*
 * A connection between a host socket and a port of the guest.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <asm/barrier.h>

#include "conn.h"
#include "conntab.h"
#include "handshake.h"
#include "stats.h"
#include "worker.h"

#define VSB_CONN_READY	0

/* Chunks of the buffer that one send takes along. */
#define VSB_FLUSH_PARTS	16

/**
 * vsb_conn_new() - make a connection
 * @tab: where it belongs
 * @state: VSB_HANDSHAKE or VSB_CONNECTING
 *
 * Return: the connection, or NULL when there is no memory.
 */
struct vsb_conn *vsb_conn_new(struct vsb_conntab *tab, enum vsb_state state)
{
	struct vsb_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL_ACCOUNT);

	if (!conn) {
		vsb_error(tab->stats, no_memory, 0, 0);
		return NULL;
	}
	conn->tab = tab;
	refcount_set(&conn->ref, 1);
	conn->by_guest = state == VSB_CONNECTING;
	conn->cs.state = state;
	conn->credit.buf_alloc = tab->limits.buf_alloc;
	conn->rx_chains = 1;
	conn->probe_ms = VSB_PROBE_MIN_MS;
	vsb_socket_init(&conn->sock, vsb_conn_notify);
	INIT_HLIST_NODE(&conn->hash);
	INIT_LIST_HEAD(&conn->rxq);
	timerqueue_init(&conn->deadline);
	list_add_tail(&conn->all, &tab->conns);
	INIT_LIST_HEAD(&conn->waiting);
	if (state == VSB_HANDSHAKE) {
		list_add_tail(&conn->waiting, &tab->silent);
		tab->handshakes++;
	} else {
		tab->nr++;
	}
	return conn;
}

/* From any context that holds a reference. */
void vsb_conn_put(struct vsb_conn *conn)
{
	if (refcount_dec_and_test(&conn->ref))
		kfree(conn);
}

/*
 * The socket's hook, or the connector: something happened. From any context
 * that holds a reference, or that the connection's release waits for.
 */
void vsb_conn_notify(struct vsb_socket *s)
{
	struct vsb_conn *conn = container_of(s, struct vsb_conn, sock);
	struct vsb_conntab *tab = conn->tab;

	if (test_and_set_bit(VSB_CONN_READY, &conn->ready_queued))
		return;
	vsb_conn_get(conn);
	llist_add(&conn->ready, &tab->ready);
	vsb_worker_queue(tab->worker, tab->ready_work);
}

/* Out of the ready list: what is notified from here on queues it again. */
int vsb_conn_take_events(struct vsb_conn *conn)
{
	clear_bit(VSB_CONN_READY, &conn->ready_queued);
	/* whoever found it queued has posted his event: it is seen below */
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

/* Is there something to send to the guest that its credit allows? */
bool vsb_conn_has_work(const struct vsb_conn *conn)
{
	if (conn->cs.owed)
		return true;
	if (!conn->readable || !vsb_conn_wants_data(&conn->cs))
		return false;
	return !conn->credit_asked ||
	       (vsb_credit_free(&conn->credit) &&
		vsb_credit_packets(&conn->credit));
}

void vsb_conn_owe(struct vsb_conn *conn, u16 owed)
{
	if (conn->cs.state == VSB_DEAD || conn->cs.state == VSB_LINGER)
		return;
	conn->cs.owed |= owed;
	vsb_conn_queue_rx(conn);
}

/* Its one deadline belongs to the end of the connection, once that is near. */
static bool vsb_conn_is_ending(const struct vsb_conn *conn)
{
	return conn->cs.state != VSB_OPEN ||
	       conn->cs.guest_shut == VSB_SHUT_BOTH ||
	       conn->cs.host_shut == VSB_SHUT_BOTH;
}

/*
 * The guest gives no credit: ask, then wait for its answer. Linux before 6.1
 * does not say when it has read few bytes in many packets, so a guest that has
 * nothing to say is asked again, ever more rarely.
 */
void vsb_conn_ask_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked)
		return;
	conn->credit_asked = true;
	vsb_conn_owe(conn, VSB_OWE_CREDIT_REQUEST);
	if (vsb_conn_is_ending(conn))
		return;
	vsb_conntab_arm(conn->tab, conn, conn->probe_ms);
	conn->probe_ms = min(2 * conn->probe_ms, VSB_PROBE_MAX_MS);
}

/* The guest's window opened. */
void vsb_conn_got_credit(struct vsb_conn *conn)
{
	if (conn->credit_asked && !vsb_conn_is_ending(conn))
		vsb_conntab_disarm(conn->tab, conn);
	conn->credit_asked = false;
	conn->probe_ms = VSB_PROBE_MIN_MS;
	if (conn->readable)
		vsb_conn_queue_rx(conn);
}

static void vsb_conn_drop_buffer(struct vsb_conn *conn)
{
	conn->tab->stats->buffered_bytes -= conn->txbuf.len;
	vsb_txbuf_clear(&conn->txbuf);
}

/* The host side ends: its program sees EOF, or ECONNRESET. */
static void vsb_conn_release(struct vsb_conn *conn)
{
	if (vsb_socket_is_open(&conn->sock)) {
		vsb_socket_close(&conn->sock);
		conn->tab->stats->sockets--;
	}
	vsb_conn_drop_buffer(conn);
	conn->readable = false;
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
	vsb_conntab_disarm(conn->tab, conn);
	list_del_init(&conn->rxq);
	list_del(&conn->all);
	vsb_conn_put(conn);
}

/* The gauges follow the state. */
static void vsb_conn_account(struct vsb_conn *conn, u8 old)
{
	struct vsb_conntab *tab = conn->tab;
	u8 state = conn->cs.state;

	if (old == state)
		return;
	if (state == VSB_LINGER)
		tab->lingering++;
	if (old == VSB_LINGER)
		tab->lingering--;
	if (state == VSB_DEAD && conn->cs.owed)
		tab->stats->conns_killed++;
	if (old != VSB_HANDSHAKE)
		return;

	list_del_init(&conn->waiting);
	tab->handshakes--;
	if (state != VSB_DEAD)
		tab->nr++;
}

static void vsb_conn_send_ok(struct vsb_conn *conn)
{
	char text[VSB_OK_MAX];
	int len = scnprintf(text, sizeof(text), "OK %u\n", conn->host_port);

	if (vsb_socket_send_text(&conn->sock, text, len) != len) {
		vsb_conn_error(conn, tx_write_fails);
		vsb_conn_event(conn, VSB_EV_RESET, 0);
		return;
	}
	vsb_conn_queue_rx(conn);
}

static void vsb_conn_forwarded(struct vsb_conn *conn, size_t len)
{
	vsb_credit_forward(&conn->credit, len);
	if (vsb_credit_update_due(&conn->credit))
		vsb_conn_owe(conn, VSB_OWE_CREDIT_UPDATE);
}

/* The guest's bytes have nowhere to go; it may go on sending for a while. */
static void vsb_conn_discard(struct vsb_conn *conn)
{
	vsb_conn_drop_buffer(conn);
	vsb_conn_forwarded(conn, vsb_credit_unread(&conn->credit));
	/* what the host program sent, or the end, is still to be read */
	conn->readable = true;
	vsb_conn_queue_rx(conn);
}

static void vsb_conn_apply(struct vsb_conn *conn, unsigned int act)
{
	struct vsb_conntab *tab = conn->tab;

	if (act & VSB_ACT_BAD_OP)
		vsb_conn_error(conn, bad_op);
	if (act & VSB_ACT_DISARM)
		vsb_conntab_disarm(tab, conn);
	if (act & VSB_ACT_SHUT_RD)
		vsb_socket_shutdown_read(&conn->sock);
	if (act & VSB_ACT_SHUT_WR)
		vsb_socket_shutdown_write(&conn->sock);
	if (act & VSB_ACT_DISCARD)
		vsb_conn_discard(conn);
	if (act & VSB_ACT_ARM_CONNECT)
		vsb_conntab_arm(tab, conn, tab->limits.connect_timeout_ms);
	if (act & VSB_ACT_ARM_SHUTDOWN)
		vsb_conntab_arm(tab, conn, tab->limits.shutdown_timeout_ms);
	if (act & VSB_ACT_RELEASE)
		vsb_conn_release(conn);
	if (act & VSB_ACT_UNLINK)
		vsb_conntab_remove(tab, conn);
	if (conn->cs.owed)
		vsb_conn_queue_rx(conn);
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

	act = vsb_conn_step(&conn->cs, event, flags,
			    vsb_txbuf_empty(&conn->txbuf));
	vsb_conn_account(conn, old);
	vsb_conn_apply(conn, act);
	if (act & VSB_ACT_FREE)
		vsb_conn_free(conn, old);
}

/* The guest, or the device, is gone: no goodbye. */
void vsb_conn_kill(struct vsb_conn *conn)
{
	u8 old = conn->cs.state;

	conn->cs.state = VSB_DEAD;
	conn->cs.owed = 0;
	vsb_conn_account(conn, old);
	vsb_conn_apply(conn, VSB_ACT_RELEASE | VSB_ACT_UNLINK);
	vsb_conn_free(conn, old);
}

/* Only a host program that is gone or deaf leaves something to be read. */
static void vsb_conn_write_failed(struct vsb_conn *conn, long error)
{
	vsb_conn_event(conn, error == -EPIPE ? VSB_EV_WRITE_FAILED :
					       VSB_EV_RESET, 0);
}

/* The deadline has passed. */
void vsb_conn_timeout(struct vsb_conn *conn)
{
	switch (conn->cs.state) {
	case VSB_HANDSHAKE:
		vsb_conn_error(conn, handshake_timeouts);
		break;
	case VSB_REQUESTED:
		vsb_conn_error(conn, connect_timeouts);
		break;
	default:
		if (!vsb_conn_is_ending(conn)) {
			conn->credit_asked = false;
			vsb_conn_queue_rx(conn);
			return;
		}
		vsb_conn_error(conn, shutdown_timeouts);
	}
	vsb_conn_event(conn, VSB_EV_TIMEOUT, 0);
}

static void vsb_conn_bad_memory(struct vsb_conn *conn)
{
	vsb_conn_error(conn, guest_memory);
	vsb_conn_event(conn, VSB_EV_RESET, 0);
}

/*
 * The credit that the guest was given is the bound of the connection's buffer.
 * The bound of all buffers together is less than the sum of these: credit that
 * was given cannot be taken back, and to give so little that the sum fits would
 * starve guests whose hosts read. So who needs more than is left is reset,
 * rather than that bytes are lost without a word.
 */
static bool vsb_conn_buffer(struct vsb_conn *conn, struct iov_iter *from)
{
	struct vsb_conntab *tab = conn->tab;
	size_t room, len;
	void *to;

	if (tab->stats->buffered_bytes + iov_iter_count(from) >
	    tab->limits.max_buffered) {
		vsb_conn_error(conn, over_buffered);
		vsb_conn_event(conn, VSB_EV_RESET, 0);
		return false;
	}
	while (iov_iter_count(from)) {
		to = vsb_txbuf_reserve(&conn->txbuf, iov_iter_count(from),
				       &room);
		if (!to) {
			vsb_conn_error(conn, no_memory);
			vsb_conn_event(conn, VSB_EV_RESET, 0);
			return false;
		}
		len = copy_from_iter(to, room, from);
		vsb_txbuf_commit(&conn->txbuf, len);
		conn->tab->stats->buffered_bytes += len;
		if (len < room) {
			vsb_conn_bad_memory(conn);
			return false;
		}
	}
	return true;
}

/**
 * vsb_conn_write() - give the guest's bytes to the host socket
 * @conn: an open connection; a reference is held
 * @from: the bytes, which the credit of @conn has taken
 *
 * What the socket does not take now is buffered.
 */
void vsb_conn_write(struct vsb_conn *conn, struct iov_iter *from)
{
	long sent;

	if (conn->cs.tx_failed) {
		vsb_conn_forwarded(conn, iov_iter_count(from));
		return;
	}
	if (vsb_txbuf_empty(&conn->txbuf)) {
		sent = vsb_socket_send(&conn->sock, from);
		if (sent == -EFAULT) {
			vsb_conn_bad_memory(conn);
			return;
		}
		if (sent < 0 && sent != -EAGAIN) {
			vsb_conn_error(conn, tx_write_fails);
			vsb_conn_write_failed(conn, sent);
			return;
		}
		if (sent > 0) {
			iov_iter_advance(from, sent);
			vsb_conn_forwarded(conn, sent);
		}
	}
	if (iov_iter_count(from) && vsb_conn_buffer(conn, from))
		vsb_conn_flush(conn);
}

static long vsb_conn_send_buffer(struct vsb_conn *conn)
{
	struct kvec kvec[VSB_FLUSH_PARTS];
	void *data[VSB_FLUSH_PARTS];
	size_t len[VSB_FLUSH_PARTS];
	struct iov_iter iter;
	size_t total = 0;
	unsigned int i, nr;

	nr = vsb_txbuf_peek(&conn->txbuf, data, len, VSB_FLUSH_PARTS);
	for (i = 0; i < nr; i++) {
		kvec[i].iov_base = data[i];
		kvec[i].iov_len = len[i];
		total += len[i];
	}
	iov_iter_kvec(&iter, ITER_SOURCE, kvec, nr, total);
	return vsb_socket_send(&conn->sock, &iter);
}

/*
 * Give what is buffered to the host socket, as far as it takes it. A reader
 * that is as fast as we are gets it in several turns.
 */
void vsb_conn_flush(struct vsb_conn *conn)
{
	long sent;

	if (!vsb_txbuf_empty(&conn->txbuf)) {
		WRITE_ONCE(conn->sock.want_write, true);
		/*
		 * The reader frees room, then looks for somebody who wants it
		 * (skwq_has_sleeper() has the barrier); here the other way
		 * round: either the send finds the room, or the hook is told.
		 */
		smp_mb();
		sent = vsb_conn_send_buffer(conn);
		if (sent == -EAGAIN)
			return;
		if (sent < 0) {
			vsb_conn_error(conn, tx_flush_fails);
			vsb_conn_write_failed(conn, sent);
			return;
		}
		vsb_txbuf_consume(&conn->txbuf, sent);
		conn->tab->stats->buffered_bytes -= sent;
		vsb_conn_forwarded(conn, sent);
		if (!vsb_txbuf_empty(&conn->txbuf)) {
			vsb_socket_post(&conn->sock, VSB_SOCK_OUT);
			return;
		}
	}
	WRITE_ONCE(conn->sock.want_write, false);
	vsb_conn_event(conn, VSB_EV_DRAINED, 0);
}

/* The host program has closed its end for both directions, or for reading. */
static void vsb_conn_check_deaf(struct vsb_conn *conn)
{
	/* our own shutdown looks the same */
	if (conn->cs.wr_done || !vsb_socket_is_deaf(&conn->sock))
		return;
	/* closed: what it wrote before goes first, then both are told at once */
	if (vsb_socket_at_eof(&conn->sock) && vsb_conn_wants_data(&conn->cs))
		return;

	vsb_conn_event(conn, VSB_EV_HOST_DEAF, 0);
	if (conn->cs.guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)
		vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
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
	if (conn->cs.state == VSB_REQUESTED) {
		conn->readable = true;
		if (vsb_socket_at_eof(&conn->sock) &&
		    vsb_socket_is_deaf(&conn->sock))
			vsb_conn_event(conn, VSB_EV_RESET, 0);
		return;
	}

	if (events & VSB_SOCK_OUT)
		vsb_conn_flush(conn);
	if ((events & VSB_SOCK_IN) && conn->cs.state == VSB_OPEN) {
		conn->readable = true;
		vsb_conn_check_deaf(conn);
		vsb_conn_queue_rx(conn);
	}
}

static void vsb_conn_read_end(struct vsb_conn *conn)
{
	conn->readable = false;
	/* one packet tells both, where both are closed */
	if (vsb_socket_is_deaf(&conn->sock))
		vsb_conn_event(conn, VSB_EV_HOST_DEAF, 0);
	vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
}

/**
 * vsb_conn_read() - take bytes of the host program for the guest
 * @conn: an open connection; a reference is held
 * @to: room for them
 *
 * Return: bytes, 0 when there are none (the end and failures have become
 * events), or -EFAULT when @to cannot be written.
 */
long vsb_conn_read(struct vsb_conn *conn, struct iov_iter *to)
{
	size_t room = iov_iter_count(to);
	long got = vsb_socket_recv(&conn->sock, to);

	if (got > 0) {
		conn->readable = got == room ||
				 vsb_socket_readable(&conn->sock);
		return got;
	}
	switch (got) {
	case 0:
		vsb_conn_read_end(conn);
		return 0;
	case -EAGAIN:
		/* a byte out of band looked like one */
		conn->readable = false;
		vsb_conn_error(conn, no_data);
		return 0;
	case -EFAULT:
		return -EFAULT;
	default:
		conn->readable = false;
		vsb_conn_error(conn, rx_read_fails);
		vsb_conn_event(conn, VSB_EV_RESET, 0);
		return 0;
	}
}
