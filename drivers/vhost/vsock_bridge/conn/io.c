// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of a connection, to its host socket and from it.
 *
 * To the host: what the socket does not take at once waits in a FIFO. Of
 * SEQPACKET a message goes with one call, when its end has come.
 *
 * From the host: of a stream a read takes what there is. Of SEQPACKET it takes
 * of one message, which stays in the socket until the guest has all of it.
 */
#include <linux/bvec.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/uio.h>
#include <asm/barrier.h>

#include "base/compat.h"
#include "base/ctx.h"
#include "conn/conn.h"
#include "conn/room.h"
#include "conn/table.h"
#include "host/unix/pages.h"

/*
 * Parts of the FIFO that one call takes along. The largest message has fewer:
 * its first bytes may be in small chunks, each later one is a quarter of what
 * is before it.
 */
#define VSB_FLUSH_PARTS	64

/*
 * Pages of ours carry sends of at least so many bytes, in so many parts: what
 * one gather has, in blocks, the first of which is not empty.
 */
#define VSB_SEND_PAGES_MIN	2048
#define VSB_SEND_PARTS		5

/* One turn of a FIFO: so many bytes, a call counting for some at least. */
#define VSB_FLUSH_BYTES	(256 * 1024)
#define VSB_FLUSH_CALL	(4 * 1024)

/* What one call can give to the host socket: of SEQPACKET, one message. */
static u32 vsb_conn_sendable(const struct vsb_conn *conn)
{
	if (vsb_conn_is_seqpacket(conn))
		return vsb_bounds_first(&conn->bounds);
	return min_t(size_t, conn->txbuf.len, VSB_FLUSH_BYTES);
}

/* Has the host socket all of the guest's bytes? Half a message is none. */
bool vsb_conn_is_drained(const struct vsb_conn *conn)
{
	return !vsb_conn_sendable(conn);
}

void vsb_conn_drop_buffer(struct vsb_conn *conn)
{
	conn->ctx->stats.buffered_bytes -= conn->txbuf.len +
					    conn->bounds.lens.len;
	vsb_txbuf_clear(&conn->txbuf);
	vsb_bounds_clear(&conn->bounds);
	list_del_init(&conn->stalled);
}

/* The host socket, or nobody, has got bytes of the guest. */
void vsb_conn_forwarded(struct vsb_conn *conn, size_t len)
{
	vsb_credit_forward(&conn->credit, len);
	vsb_conn_check_update(conn);
	/* once in a while, not with each packet */
	if (!conn->due[VSB_DUE_TELL])
		vsb_conn_tell_later(conn);
}

/*
 * Only a host program that is gone or deaf leaves something to be read. Of
 * SEQPACKET, one that left unread messages behind is told by ECONNRESET.
 */
static void vsb_conn_write_failed(struct vsb_conn *conn, long error)
{
	bool gone = error == -EPIPE || error == -ECONNRESET;

	vsb_conn_abort(conn, VSB_REASON_HOST_GONE,
		       gone ? VSB_EV_WRITE_FAILED : VSB_EV_RESET);
}

static bool vsb_conn_buffer_bytes(struct vsb_conn *conn, struct iov_iter *from)
{
	size_t room, len;
	void *to;

	while (iov_iter_count(from)) {
		to = vsb_txbuf_reserve(&conn->txbuf, iov_iter_count(from),
				       &room);
		if (!to) {
			vsb_conn_fail(conn, VSB_REASON_NO_MEMORY);
			return false;
		}
		len = copy_from_iter(to, room, from);
		vsb_txbuf_commit(&conn->txbuf, len);
		conn->ctx->stats.buffered_bytes += len;
		if (len < room) {
			vsb_conn_fail(conn, VSB_REASON_GUEST_MEMORY);
			return false;
		}
	}
	return true;
}

/* The message in the FIFO may go. */
static bool vsb_conn_end_message(struct vsb_conn *conn)
{
	struct vsb_bounds *bounds = &conn->bounds;
	size_t before = bounds->lens.len;

	if (!vsb_bounds_end(bounds)) {
		vsb_conn_fail(conn, VSB_REASON_NO_MEMORY);
		return false;
	}
	conn->ctx->stats.buffered_bytes += bounds->lens.len - before;
	return true;
}

/*
 * The credit that the guest was given is the bound of the connection's buffer.
 * The bound of all buffers together is less than the sum of these: to give so
 * little credit that the sum fits would starve guests whose hosts read.
 */
static bool vsb_conn_buffer(struct vsb_conn *conn, struct iov_iter *from,
			    bool eom)
{
	bool seqpacket = vsb_conn_is_seqpacket(conn);
	size_t len = iov_iter_count(from);
	size_t need = len + (seqpacket ? VSB_BOUND_SIZE : 0);

	if (!vsb_room_for_bytes(conn, need) ||
	    !vsb_conn_buffer_bytes(conn, from))
		return false;
	vsb_room_buffered(conn);
	if (!seqpacket)
		return true;
	vsb_bounds_add(&conn->bounds, len);
	return !eom || vsb_conn_end_message(conn);
}

/*
 * Send by reference to pages of ours. Return: bytes that the socket took, or an
 * error; 0 when there is no page, or the bytes cannot be read.
 */
static long vsb_conn_send_pages(struct vsb_conn *conn,
				const struct iov_iter *from)
{
	struct bio_vec parts[VSB_SEND_PARTS];
	struct iov_iter rest = *from, iter;
	unsigned int nr;
	long sent;

	/* before the bytes are copied for nothing */
	if (!vsb_socket_has_room(&conn->sock))
		return -EAGAIN;
	nr = vsb_pages_fill(conn->tab->pages, &rest, parts, VSB_SEND_PARTS);
	if (!nr)
		return 0;
	iov_iter_bvec(&iter, ITER_SOURCE, parts, nr,
		      iov_iter_count(from) - iov_iter_count(&rest));
	sent = vsb_socket_send_pages(&conn->sock, &iter);
	vsb_pages_put(parts, nr);
	return sent;
}

/* Return: bytes of @from that the socket took, or an error; never 0. */
static long vsb_conn_send(struct vsb_conn *conn, struct iov_iter *from)
{
	long sent = 0;

	if (VSB_SPLICE_PAGES && !vsb_conn_is_seqpacket(conn) &&
	    iov_iter_count(from) >= VSB_SEND_PAGES_MIN)
		sent = vsb_conn_send_pages(conn, from);
	return sent ? sent : vsb_socket_send(&conn->sock, from);
}

/*
 * Give the bytes to the host socket without a stop in the FIFO.
 * Return: true when it took what it could, maybe nothing.
 */
static bool vsb_conn_pass(struct vsb_conn *conn, struct iov_iter *from)
{
	long sent;

	while (iov_iter_count(from)) {
		sent = vsb_conn_send(conn, from);
		if (sent == -EAGAIN)
			break;
		if (sent == -EFAULT) {
			vsb_conn_fail(conn, VSB_REASON_GUEST_MEMORY);
			return false;
		}
		if (sent < 0) {
			vsb_conn_error(conn, VSB_REASON_TX_WRITE_FAILS);
			vsb_conn_write_failed(conn, sent);
			return false;
		}
		iov_iter_advance(from, sent);
		vsb_conn_forwarded(conn, sent);
	}
	return true;
}

/* Nothing is before them, and a message is whole. */
static bool vsb_conn_may_pass(const struct vsb_conn *conn, bool eom)
{
	return vsb_txbuf_empty(&conn->txbuf) &&
	       (eom || !vsb_conn_is_seqpacket(conn));
}

/**
 * vsb_conn_write() - give the guest's bytes to the host socket
 * @conn: a connection that was open when it got them; a reference is held
 * @from: the bytes, which the credit of @conn has taken
 * @eom: with SEQPACKET: they end a message
 *
 * What the socket does not take now is buffered.
 */
void vsb_conn_write(struct vsb_conn *conn, struct iov_iter *from, bool eom)
{
	/* another one's bytes needed its room: it has ended meanwhile */
	if (!vsb_socket_is_open(&conn->sock))
		return;
	if (conn->cs.tx_failed) {
		vsb_conn_forwarded(conn, iov_iter_count(from));
		return;
	}
	if (iov_iter_count(from) && vsb_conn_may_pass(conn, eom)) {
		if (!vsb_conn_pass(conn, from) || !iov_iter_count(from))
			return;
	}
	if (!vsb_conn_buffer(conn, from, eom))
		return;
	vsb_conn_check_update(conn);
	if (!vsb_conn_is_drained(conn))
		vsb_conn_flush(conn);
}

/* One call of a flush. Return: bytes that the socket took, or an error. */
static long vsb_conn_send_buffer(struct vsb_conn *conn)
{
	u32 len = vsb_conn_sendable(conn);
	struct kvec parts[VSB_FLUSH_PARTS];
	struct iov_iter iter;
	unsigned int i, nr;
	size_t total = 0;

	nr = vsb_txbuf_peek(&conn->txbuf, len, parts, VSB_FLUSH_PARTS);
	for (i = 0; i < nr; i++)
		total += parts[i].iov_len;
	if (total < len && vsb_conn_is_seqpacket(conn))
		return -EMSGSIZE;
	iov_iter_kvec(&iter, ITER_SOURCE, parts, nr, total);
	return vsb_socket_send(&conn->sock, &iter);
}

static void vsb_conn_sent(struct vsb_conn *conn, u32 len)
{
	conn->ctx->stats.buffered_bytes -= len;
	vsb_txbuf_consume(&conn->txbuf, len);
	vsb_room_progress(conn);
	if (vsb_conn_is_seqpacket(conn)) {
		conn->ctx->stats.buffered_bytes -= VSB_BOUND_SIZE;
		vsb_bounds_drop(&conn->bounds);
	}
	vsb_conn_forwarded(conn, len);
}

/* Return: true when the FIFO is drained; else somebody will come back. */
static bool vsb_conn_flush_turn(struct vsb_conn *conn)
{
	u32 left = VSB_FLUSH_BYTES;
	long sent;

	while (left && !vsb_conn_is_drained(conn)) {
		sent = vsb_conn_send_buffer(conn);
		if (sent == -EAGAIN) {
			vsb_conn_stalled(conn, "host_reader");
			return false;
		}
		if (sent < 0) {
			vsb_conn_error(conn, VSB_REASON_TX_FLUSH_FAILS);
			vsb_conn_write_failed(conn, sent);
			return false;
		}
		vsb_conn_sent(conn, sent);
		left -= min_t(u32, left, max_t(u32, sent, VSB_FLUSH_CALL));
	}
	if (vsb_conn_is_drained(conn))
		return true;
	vsb_socket_post(&conn->sock, VSB_SOCK_OUT);
	return false;
}

/*
 * Give what is buffered to the host socket, as far as it takes it. A reader
 * that is as fast as we are gets it in several turns.
 */
void vsb_conn_flush(struct vsb_conn *conn)
{
	if (!vsb_conn_is_drained(conn)) {
		WRITE_ONCE(conn->sock.want_write, true);
		/*
		 * (L): The reader frees room, then looks for somebody who wants
		 * it (skwq_has_sleeper() has the barrier); here the other way
		 * round: either the send finds the room, or the hook is told.
		 */
		smp_mb();
		if (!vsb_conn_flush_turn(conn))
			return;
	}
	WRITE_ONCE(conn->sock.want_write, false);
	vsb_conn_event(conn, VSB_EV_DRAINED, 0);
}

static void vsb_conn_read_end(struct vsb_conn *conn)
{
	conn->readable = false;
	/* one packet tells both, where both are closed */
	if (vsb_socket_is_deaf(&conn->sock))
		vsb_conn_event(conn, VSB_EV_HOST_DEAF, 0);
	vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
}

/* A read brought no bytes but @error, or the end, which is 0. */
static void vsb_conn_read_nothing(struct vsb_conn *conn, long error)
{
	switch (error) {
	case 0:
		vsb_conn_read_end(conn);
		break;
	case -EAGAIN:
		/* a byte out of band, which nobody gets, had looked like one */
		conn->readable = false;
		vsb_conn_error(conn, VSB_REASON_NO_DATA);
		break;
	default:
		conn->readable = false;
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
	}
}

/*
 * A message that the guest has no room for, however long one waits: it is the
 * host program's error, and told as such.
 */
static void vsb_conn_refuse_message(struct vsb_conn *conn)
{
	vsb_conn_error(conn, VSB_REASON_OVERSIZED_MESSAGES);
	vsb_socket_blame(&conn->sock, EMSGSIZE);
	vsb_conn_abort(conn, VSB_REASON_OVERSIZED_MESSAGES, VSB_EV_RESET);
}

static u32 vsb_conn_offers_message(struct vsb_conn *conn)
{
	long len = vsb_socket_message_len(&conn->sock);

	if (len < 0) {
		vsb_conn_read_nothing(conn, vsb_socket_end(&conn->sock));
		return 0;
	}
	if (!len) {
		/* a reader in the guest would take it for the end */
		len = vsb_socket_drop_message(&conn->sock);
		if (len < 0)
			vsb_conn_read_nothing(conn, len);
		return 0;
	}
	if (len > conn->credit.peer_buf_alloc) {
		vsb_conn_refuse_message(conn);
		return 0;
	}
	return len - conn->taken;
}

/**
 * vsb_conn_offers() - how much a read may bring
 * @conn: an open connection that is readable; a reference is held
 *
 * Return: bytes, at most; 0 when there are none for sure (the end and failures
 * have become events).
 */
u32 vsb_conn_offers(struct vsb_conn *conn)
{
	return vsb_conn_is_seqpacket(conn) ? vsb_conn_offers_message(conn) :
					     U32_MAX;
}

/* Read of the message at hand, of which @left bytes are. */
static long vsb_conn_read_message(struct vsb_conn *conn, struct iov_iter *to,
				  u32 left)
{
	long got, ret;

	if (!conn->taken && iov_iter_count(to) >= left)
		return vsb_socket_recv(&conn->sock, to);
	got = vsb_socket_peek_message(&conn->sock, to, conn->taken);
	if (got <= 0)
		return got;
	if (got < left) {
		conn->taken += got;
		return got;
	}
	conn->taken = 0;
	ret = vsb_socket_drop_message(&conn->sock);
	return ret < 0 ? ret : got;
}

/**
 * vsb_conn_read() - take bytes of the host program for the guest
 * @conn: an open connection; a reference is held
 * @to: room for them, no more than @offered
 * @offered: what vsb_conn_offers() said
 * @eom: out: with SEQPACKET: they end a message
 *
 * Return: bytes, 0 when there are none (the end and failures have become
 * events), or -EFAULT when @to cannot be written.
 */
long vsb_conn_read(struct vsb_conn *conn, struct iov_iter *to, u32 offered,
		   bool *eom)
{
	bool seqpacket = vsb_conn_is_seqpacket(conn);
	size_t room = iov_iter_count(to);
	long got;

	got = seqpacket ? vsb_conn_read_message(conn, to, offered) :
			  vsb_socket_recv(&conn->sock, to);
	*eom = seqpacket && !conn->taken;
	if (got > 0) {
		conn->readable = got == room ||
				 vsb_socket_readable(&conn->sock);
		return got;
	}
	if (got != -EFAULT) {
		vsb_conn_read_nothing(conn, got);
		return 0;
	}
	/* a message is gone with the fault */
	if (seqpacket)
		vsb_conn_abort(conn, VSB_REASON_GUEST_MEMORY, VSB_EV_RESET);
	return got;
}
