// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of a connection, to its host end and from it.
 *
 * To the host: bytes that the host end does not accept at once wait in a FIFO.
 * A SEQPACKET message is sent with one call when it is complete.
 *
 * From the host: for a stream, one receive takes the available bytes. For
 * SEQPACKET, a receive takes bytes of one message, which stays in the host end
 * until the guest has all of it.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/uio.h>
#include <asm/barrier.h>

#include "base/ctx.h"
#include "conn/burst.h"
#include "conn/conn.h"
#include "conn/io.h"
#include "conn/room.h"

/*
 * Maximum number of FIFO parts in one send. The largest message has fewer
 * parts: its first bytes may be in small chunks, and each later chunk is a
 * quarter of the bytes before it.
 */
#define VSB_FLUSH_PARTS	64

/* Bytes of one turn of a FIFO; a send counts for at least VSB_FLUSH_CALL. */
#define VSB_FLUSH_BYTES	(256 * 1024)
#define VSB_FLUSH_CALL	(4 * 1024)

/*
 * Return: bytes that one send can carry; for SEQPACKET, those of one message.
 */
static u32 vsb_io_sendable(const struct vsb_conn *conn)
{
	if (vsb_conn_is_seqpacket(conn))
		return vsb_messages_first(&conn->buffer.messages);
	return min_t(size_t, conn->buffer.bytes.len, VSB_FLUSH_BYTES);
}

/*
 * A write failed. If the host program has closed or reads no more, its bytes
 * can still be received. For SEQPACKET, the error is ECONNRESET if the host
 * program left unread messages.
 */
static void vsb_io_write_failed(struct vsb_conn *conn, long error)
{
	bool gone = error == -EPIPE || error == -ECONNRESET;

	vsb_conn_abort(conn, VSB_REASON_HOST_GONE,
		       gone ? VSB_EV_WRITE_FAILED : VSB_EV_RESET);
}

static bool vsb_io_buffer_bytes(struct vsb_conn *conn, struct iov_iter *from)
{
	int ret = vsb_buffer_fill(&conn->buffer, conn->ctx, from);

	if (ret)
		vsb_conn_fail(conn, ret == -ENOMEM ? VSB_REASON_NO_MEMORY :
						     VSB_REASON_GUEST_MEMORY);
	return !ret;
}

/* The message in the FIFO is complete and may be sent. */
static bool vsb_io_end_message(struct vsb_conn *conn)
{
	int ret = vsb_buffer_end_message(&conn->buffer, conn->ctx);

	if (ret)
		vsb_conn_fail(conn, VSB_REASON_NO_MEMORY);
	return !ret;
}

/*
 * The credit of the guest limits the connection's buffer. The limit of all
 * buffers together is less than the sum of these limits: if the sum had to fit,
 * guests whose host programs read would get too little credit.
 */
static bool vsb_io_buffer(struct vsb_conn *conn, struct iov_iter *from,
			  bool eom)
{
	bool seqpacket = vsb_conn_is_seqpacket(conn);
	size_t len = iov_iter_count(from);
	size_t need = len + (seqpacket ? VSB_MESSAGE_COST : 0);

	if (!vsb_room_for_bytes(conn, need) || !vsb_io_buffer_bytes(conn, from))
		return false;
	/* a connection that is already listed keeps its place */
	if (list_empty(&conn->buffer.node))
		vsb_conn_made_progress(conn);
	if (!seqpacket)
		return true;
	vsb_messages_add(&conn->buffer.messages, len);
	return !eom || vsb_io_end_message(conn);
}

/*
 * Sends the bytes to the host end without copying them into the FIFO. Return:
 * true if the host end has accepted what it had room for, possibly nothing.
 */
static bool vsb_io_pass(struct vsb_conn *conn, struct iov_iter *from)
{
	long sent;

	while (iov_iter_count(from)) {
		sent = vsb_end_send(conn->end, from);
		if (sent == -EAGAIN)
			break;
		if (sent == -EFAULT) {
			vsb_conn_fail(conn, VSB_REASON_GUEST_MEMORY);
			return false;
		}
		if (sent < 0) {
			vsb_conn_error(conn, VSB_REASON_TX_WRITE_FAILS);
			vsb_io_write_failed(conn, sent);
			return false;
		}
		iov_iter_advance(from, sent);
		vsb_conn_forwarded(conn, sent);
	}
	return true;
}

/* Return: true if no bytes wait in the FIFO, and a message is complete. */
static bool vsb_io_may_pass(const struct vsb_conn *conn, bool eom)
{
	return vsb_buffer_is_empty(&conn->buffer) &&
	       (eom || !vsb_conn_is_seqpacket(conn));
}

/* One send of a flush. Return: number of bytes sent, or an error. */
static long vsb_io_send_buffer(struct vsb_conn *conn)
{
	u32 len = vsb_io_sendable(conn);
	struct kvec parts[VSB_FLUSH_PARTS];
	struct iov_iter iter;
	unsigned int i, nr;
	size_t total = 0;

	nr = vsb_txbuf_peek(&conn->buffer.bytes, len, parts, VSB_FLUSH_PARTS);
	for (i = 0; i < nr; i++)
		total += parts[i].iov_len;
	if (total < len && vsb_conn_is_seqpacket(conn))
		return -EMSGSIZE;
	iov_iter_kvec(&iter, ITER_SOURCE, parts, nr, total);
	return vsb_end_send(conn->end, &iter);
}

static void vsb_io_sent(struct vsb_conn *conn, u32 len)
{
	vsb_buffer_consume(&conn->buffer, conn->ctx, len);
	if (vsb_conn_is_seqpacket(conn))
		vsb_buffer_drop_message(&conn->buffer, conn->ctx);
	vsb_conn_made_progress(conn);
	vsb_conn_forwarded(conn, len);
}

/* Return: true if the FIFO is drained; if not, an event will follow. */
static bool vsb_io_flush_turn(struct vsb_conn *conn)
{
	u32 left = VSB_FLUSH_BYTES;
	long sent;

	while (left && !vsb_conn_is_drained(conn)) {
		sent = vsb_io_send_buffer(conn);
		if (sent == -EAGAIN) {
			vsb_conn_trace_stall(conn, "host_reader");
			return false;
		}
		if (sent < 0) {
			vsb_conn_error(conn, VSB_REASON_TX_FLUSH_FAILS);
			vsb_io_write_failed(conn, sent);
			return false;
		}
		vsb_io_sent(conn, sent);
		left -= min_t(u32, left, max_t(u32, sent, VSB_FLUSH_CALL));
	}
	if (vsb_conn_is_drained(conn))
		return true;
	vsb_watch_post(&conn->watch, VSB_WATCH_OUT);
	return false;
}

/*
 * Sends the buffered bytes to the host end, as far as it has room. A host
 * program that reads as fast as the device sends gets them in several turns.
 */
static void vsb_io_flush(struct vsb_conn *conn)
{
	if (!vsb_conn_is_drained(conn)) {
		WRITE_ONCE(conn->watch.want_write, true);
		/*
		 * (L): The reader frees room, then checks for sleepers
		 * (skwq_has_sleeper() has the barrier); here the order is
		 * reversed. So either the send finds the room, or the host end
		 * posts an event.
		 */
		smp_mb();
		if (!vsb_io_flush_turn(conn))
			return;
	}
	WRITE_ONCE(conn->watch.want_write, false);
	vsb_conn_event(conn, VSB_EV_DRAINED, 0);
}

/**
 * vsb_io_write() - send the guest's bytes to the host end
 * @conn: a connection that was open when the bytes arrived; the caller holds a
 *	reference
 * @from: the bytes, which are accounted in the credit of @conn
 * @eom: for SEQPACKET: the bytes end a message
 *
 * Bytes that the host end does not accept now are buffered.
 */
void vsb_io_write(struct vsb_conn *conn, struct iov_iter *from, bool eom)
{
	/* it may have ended to make room for bytes of another connection */
	if (!conn->end)
		return;
	if (conn->cs.tx_failed) {
		vsb_conn_forwarded(conn, iov_iter_count(from));
		return;
	}
	if (iov_iter_count(from) && vsb_io_may_pass(conn, eom)) {
		if (!vsb_io_pass(conn, from) || !iov_iter_count(from))
			return;
	}
	if (!vsb_io_buffer(conn, from, eom))
		return;
	vsb_conn_check_update(conn);
	if (!vsb_conn_is_drained(conn))
		vsb_io_flush(conn);
}

static void vsb_io_read_end(struct vsb_conn *conn)
{
	conn->readable = false;
	/* one packet reports both directions if both are closed */
	if (vsb_end_state(conn->end) & VSB_END_SHUT_RD)
		vsb_conn_event(conn, VSB_EV_HOST_SHUT_RD, 0);
	vsb_conn_event(conn, VSB_EV_HOST_EOF, 0);
}

/* A receive returned no bytes but @error, which is 0 at EOF. */
static void vsb_io_read_nothing(struct vsb_conn *conn, long error)
{
	switch (error) {
	case 0:
		vsb_io_read_end(conn);
		break;
	case -EAGAIN:
		/* an out-of-band byte, which is dropped, was counted as data */
		conn->readable = false;
		vsb_conn_error(conn, VSB_REASON_NO_DATA);
		break;
	default:
		conn->readable = false;
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
	}
}

/*
 * The guest will never have room for the message. The host program gets the
 * error, because it sent the message.
 */
static void vsb_io_refuse_message(struct vsb_conn *conn)
{
	vsb_conn_error(conn, VSB_REASON_OVERSIZED_MESSAGES);
	vsb_end_set_error(conn->end, EMSGSIZE);
	vsb_conn_abort(conn, VSB_REASON_OVERSIZED_MESSAGES, VSB_EV_RESET);
}

static u32 vsb_io_offers_message(struct vsb_conn *conn)
{
	long len = vsb_end_next_message(conn->end);

	if (len < 0) {
		vsb_io_read_nothing(conn, len == -ENODATA ? 0 : len);
		return 0;
	}
	if (!len) {
		/* a reader in the guest would take an empty message for EOF */
		len = vsb_end_drop_message(conn->end);
		if (len < 0)
			vsb_io_read_nothing(conn, len);
		return 0;
	}
	if (len > conn->credit.peer_buf_alloc) {
		vsb_io_refuse_message(conn);
		return 0;
	}
	return len - conn->taken;
}

/**
 * vsb_io_offers() - get the number of bytes that a read may return
 * @conn: an open connection that is readable; the caller holds a reference
 *
 * Return: the maximum number of bytes; 0 if there are none (EOF and failures
 * have become events).
 */
u32 vsb_io_offers(struct vsb_conn *conn)
{
	return vsb_conn_is_seqpacket(conn) ? vsb_io_offers_message(conn) :
					     U32_MAX;
}

/* Reads bytes of the current message, of which @left bytes remain. */
static long vsb_io_read_message(struct vsb_conn *conn, struct iov_iter *to,
				u32 left)
{
	long got, ret;

	if (!conn->taken && iov_iter_count(to) >= left)
		return vsb_end_recv(conn->end, to);
	got = vsb_end_peek(conn->end, to, conn->taken);
	if (got <= 0)
		return got;
	if (got < left) {
		conn->taken += got;
		return got;
	}
	conn->taken = 0;
	ret = vsb_end_drop_message(conn->end);
	return ret < 0 ? ret : got;
}

/**
 * vsb_io_read() - read bytes of the host program for the guest
 * @conn: an open connection; the caller holds a reference
 * @to: room for the bytes, at most @offered
 * @offered: as vsb_io_offers() returned it
 * @eom: out: for SEQPACKET: the bytes end a message
 *
 * Return: number of bytes; 0 if there are none (EOF and failures have become
 * events); or -EFAULT if @to cannot be written.
 */
long vsb_io_read(struct vsb_conn *conn, struct iov_iter *to, u32 offered,
		 bool *eom)
{
	bool seqpacket = vsb_conn_is_seqpacket(conn);
	size_t room = iov_iter_count(to);
	long got;

	got = seqpacket ? vsb_io_read_message(conn, to, offered) :
			  vsb_end_recv(conn->end, to);
	*eom = seqpacket && !conn->taken;
	if (got > 0) {
		conn->readable = got == room || conn->end->more;
		return got;
	}
	if (got != -EFAULT) {
		vsb_io_read_nothing(conn, got);
		return 0;
	}
	/* the fault has dropped the message */
	if (seqpacket)
		vsb_conn_abort(conn, VSB_REASON_GUEST_MEMORY, VSB_EV_RESET);
	return got;
}

/**
 * vsb_io_host_event() - handle events of the host end
 * @conn: the connection; the caller holds a reference
 * @events: VSB_WATCH_*
 */
void vsb_io_host_event(struct vsb_conn *conn, int events)
{
	unsigned int state = 0;

	if (!conn->end)
		return;
	if (events & VSB_WATCH_IN)
		state = vsb_end_state(conn->end);
	/*
	 * Checked here, because without a read by the guest the device would
	 * keep the descriptors.
	 */
	if (state & VSB_END_FILES) {
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
		return;
	}
	if (conn->cs.state == VSB_REQUESTED) {
		conn->readable = true;
		vsb_conn_check_gone(conn);
		return;
	}

	if (events & VSB_WATCH_OUT)
		vsb_io_flush(conn);
	if ((events & VSB_WATCH_IN) && conn->cs.state == VSB_OPEN) {
		vsb_burst_round(&conn->burst);
		conn->readable = true;
		vsb_conn_check_shut_rd(conn, state);
		vsb_conn_queue_rx(conn);
	}
}
