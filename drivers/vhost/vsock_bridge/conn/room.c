// SPDX-License-Identifier: GPL-2.0
/*
 * Eviction of connections to make room for a new connection or for more bytes.
 *
 * If a limit is reached, the connection ends that has made no progress for the
 * longest time, so that a host program that reads keeps its connection. The
 * host program of the ended connection sees ECONNRESET. Each search checks at
 * most VSB_ROOM_CHECKS connections.
 */
#include <linux/ktime.h>
#include <linux/list.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "conn/conn.h"
#include "conn/room.h"

/* Maximum number of connections that one search of a list checks. */
#define VSB_ROOM_CHECKS	64

/*
 * Return: the connection of @list that has made no progress for the longest
 * time; NULL if the list is empty, or if the host program of every checked
 * connection has read since the last check. The check is needed because AF_UNIX
 * reports room only when three quarters of the socket's buffer are free.
 */
static struct vsb_conn *vsb_room_first(struct list_head *list)
{
	unsigned int checks = VSB_ROOM_CHECKS;
	struct vsb_conn *conn;

	while (checks-- &&
	       (conn = list_first_entry_or_null(list, struct vsb_conn,
						buffer.node))) {
		if (vsb_end_unread(conn->end) == conn->buffer.unread)
			return conn;
		vsb_conn_made_progress(conn);
	}
	return NULL;
}

/* Ends requests whose host program has gone before the guest answered. */
static void vsb_room_end_gone(struct vsb_conns *conns)
{
	unsigned int checks = VSB_ROOM_CHECKS;
	struct vsb_conn *conn, *next;
	LIST_HEAD(seen);

	list_for_each_entry_safe(conn, next, &conns->requested, waiting) {
		if (!checks--)
			break;
		list_move_tail(&conn->waiting, &seen);
		vsb_conn_check_gone(conn);
	}
	/* the next call starts with the connections that were not checked */
	list_splice_tail(&seen, &conns->requested);
}

/*
 * Ends the lingering connection that has made no progress for the longest time,
 * if that time is at least shutdown_timeout_ms.
 */
static void vsb_room_end_lingering(struct vsb_conns *conns)
{
	struct vsb_conn *conn = vsb_room_first(&conns->lingering);
	u64 grace = (u64)conns->ctx->limits.shutdown_timeout_ms * NSEC_PER_MSEC;

	if (conn && ktime_get_ns() - conn->buffer.progress_at >= grace)
		vsb_conn_fail_by(conn, VSB_REASON_SHUTDOWN_TIMEOUTS, VSB_EV_TIMEOUT);
}

/*
 * Return: true if there is room. A dead connection, which only owes the guest
 * an RST, does not count towards max_connections. It stays until the guest
 * provides an RX buffer, so the number of dead connections has a separate limit
 * of the same size.
 */
static bool vsb_room_is_there(const struct vsb_conns *conns)
{
	u32 max = conns->ctx->limits.max_connections;

	return conns->nr - conns->nr_dead < max && conns->nr_dead < max;
}

/**
 * vsb_room_for_conn() - make room for one more connection
 * @conns: the connections of the device
 * @host_port: host port of the new connection; 0 if not chosen yet
 * @guest_port: guest port of the new connection; 0 if not chosen yet
 *
 * If the limit is reached, requests whose client has gone end first. If that is
 * not enough, one lingering connection ends that has made no progress for
 * shutdown_timeout_ms.
 *
 * Return: true if there is room; false if not, counted as too_many_connections.
 */
bool vsb_room_for_conn(struct vsb_conns *conns, u32 host_port, u32 guest_port)
{
	if (likely(vsb_room_is_there(conns)))
		return true;
	vsb_room_end_gone(conns);
	if (vsb_room_is_there(conns))
		return true;
	vsb_room_end_lingering(conns);
	if (vsb_room_is_there(conns))
		return true;
	vsb_error(conns->ctx, VSB_REASON_TOO_MANY_CONNECTIONS, host_port, guest_port);
	return false;
}

/*
 * A connect that the guest has reset stays with the connector until it returns.
 * It counts towards the limit: otherwise a guest that alternates REQUEST and
 * RST could queue an unbounded number of connects.
 */
bool vsb_room_for_connect(struct vsb_conns *conns, u32 host_port,
			  u32 guest_port)
{
	if (conns->nr_connecting < conns->ctx->limits.max_connections)
		return vsb_room_for_conn(conns, host_port, guest_port);
	vsb_error(conns->ctx, VSB_REASON_TOO_MANY_CONNECTIONS, host_port, guest_port);
	return false;
}

/* Return: the connection without progress for the longest time, or NULL. */
static struct vsb_conn *vsb_room_longest(struct vsb_conns *conns)
{
	struct vsb_conn *open = vsb_room_first(&conns->stalled);
	struct vsb_conn *closed = vsb_room_first(&conns->lingering);

	if (!open || !closed)
		return open ?: closed;
	return closed->buffer.progress_at <= open->buffer.progress_at ? closed : open;
}

/**
 * vsb_room_for_bytes() - make room in max_buffered
 * @conn: the connection whose host end does not accept the bytes
 * @need: number of bytes to buffer
 *
 * The device cannot withdraw credit, so a connection has to end. The connection
 * that has made no progress for the longest time ends, not the connection whose
 * bytes arrive next. Thus a host program that reads keeps its connection. If
 * the bytes would exceed max_buffered even with all other buffers empty, only
 * @conn ends.
 *
 * Return: true if there is room; false if @conn has ended.
 */
bool vsb_room_for_bytes(struct vsb_conn *conn, size_t need)
{
	size_t own = vsb_buffer_size(&conn->buffer);
	struct vsb_conns *conns = conn->conns;
	struct vsb_conn *longest;

	if (own + need > conns->ctx->limits.max_buffered) {
		vsb_conn_fail(conn, VSB_REASON_OVER_BUFFERED);
		return false;
	}
	/* each step empties a buffer */
	while (conns->ctx->stats.buffered_bytes + need > conns->ctx->limits.max_buffered) {
		longest = vsb_room_longest(conns) ?: conn;
		vsb_conn_fail(longest, VSB_REASON_OVER_BUFFERED);
		if (longest == conn)
			return false;
	}
	return true;
}
