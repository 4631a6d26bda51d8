// SPDX-License-Identifier: GPL-2.0
/*
 * Room for one more connection, and for more bytes of the guest.
 *
 * A limit never ends a connection whose host program reads before one whose
 * host program does not: the one that has gone without progress for longest
 * makes room, and its host program sees ECONNRESET.
 */
#include <linux/container_of.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "conn.h"
#include "conntab.h"
#include "room.h"
#include "stats.h"

/* One look for clients that have gone, or a reader that stands still. */
#define VSB_ROOM_LOOKS	64

void vsb_room_init(struct vsb_room *room)
{
	INIT_LIST_HEAD(&room->requested);
	INIT_LIST_HEAD(&room->stalled);
	INIT_LIST_HEAD(&room->lingering);
}

/* The guest is asked for the connection. */
void vsb_room_request(struct vsb_conn *conn)
{
	list_move_tail(&conn->waiting, &conn->tab->room.requested);
}

static struct list_head *vsb_room_list(const struct vsb_conn *conn)
{
	struct vsb_room *room = &conn->tab->room;

	return conn->cs.state == VSB_LINGER ? &room->lingering :
					      &room->stalled;
}

/*
 * The host program has taken bytes that were buffered, or the connection
 * begins to linger: its time without progress begins anew.
 */
void vsb_room_progress(struct vsb_conn *conn)
{
	if (vsb_txbuf_empty(&conn->txbuf)) {
		list_del_init(&conn->stalled);
		return;
	}
	conn->progress_at = ktime_get_ns();
	conn->unread = vsb_socket_unread(&conn->sock);
	list_move_tail(&conn->stalled, vsb_room_list(conn));
}

/*
 * The connection of a list that has been without progress for longest; NULL when
 * there is none, or when all that were looked at have read. AF_UNIX tells of
 * room only when three quarters of the socket's buffer are free, so what the
 * program has read is looked at here.
 */
static struct vsb_conn *vsb_room_first(struct list_head *list)
{
	unsigned int looks = VSB_ROOM_LOOKS;
	struct vsb_conn *conn;

	while (looks-- &&
	       (conn = list_first_entry_or_null(list, struct vsb_conn,
						stalled))) {
		if (vsb_socket_unread(&conn->sock) == conn->unread)
			return conn;
		vsb_room_progress(conn);
	}
	return NULL;
}

/* Bytes were buffered; a connection that is stalled already keeps its place. */
void vsb_room_buffered(struct vsb_conn *conn)
{
	if (list_empty(&conn->stalled))
		vsb_room_progress(conn);
}

/* Host programs that gave up before the guest answered. */
static void vsb_room_end_gone(struct vsb_conntab *tab)
{
	unsigned int looks = VSB_ROOM_LOOKS;
	struct vsb_conn *conn, *next;
	LIST_HEAD(seen);

	list_for_each_entry_safe(conn, next, &tab->room.requested, waiting) {
		if (!looks--)
			break;
		list_move_tail(&conn->waiting, &seen);
		vsb_conn_check_gone(conn);
	}
	/* the next look begins with the others */
	list_splice_tail(&seen, &tab->room.requested);
}

/* One that the guest has closed, and whose host program has stopped reading. */
static void vsb_room_end_lingering(struct vsb_conntab *tab)
{
	struct vsb_conn *conn = vsb_room_first(&tab->room.lingering);
	u64 grace = (u64)tab->limits.shutdown_timeout_ms * NSEC_PER_MSEC;

	if (conn && ktime_get_ns() - conn->progress_at >= grace)
		vsb_conn_fail_by(conn, shutdown_timeouts, VSB_EV_TIMEOUT);
}

/*
 * A connection that owes the guest nothing but an RST does not count: its host
 * program and the guest's are done with it. Without RX buffers it stays, so
 * these have the same bound, for themselves.
 */
static bool vsb_room_is_there(const struct vsb_conntab *tab)
{
	u32 max = tab->limits.max_connections;

	return tab->nr - tab->dead < max && tab->dead < max;
}

/**
 * vsb_room_for_conn() - is there room for one more connection?
 * @tab: the connections
 * @host_port: of the new one; 0 where it is still to be chosen
 * @guest_port: likewise
 *
 * Clients that have gone make room first, then a connection that lingers and
 * has gone without progress for shutdown_timeout_ms.
 *
 * Return: false when there is none, which is counted.
 */
bool vsb_room_for_conn(struct vsb_conntab *tab, u32 host_port, u32 guest_port)
{
	if (likely(vsb_room_is_there(tab)))
		return true;
	vsb_room_end_gone(tab);
	if (vsb_room_is_there(tab))
		return true;
	vsb_room_end_lingering(tab);
	if (vsb_room_is_there(tab))
		return true;
	vsb_error(tab->stats, too_many_connections, host_port, guest_port);
	return false;
}

/*
 * A connect that the guest gave up is still with the connector for a while;
 * it counts, or REQUEST and RST in turn would grow without bound.
 */
bool vsb_room_for_connect(struct vsb_conntab *tab, u32 host_port,
			  u32 guest_port)
{
	if (tab->connecting < tab->limits.max_connections)
		return vsb_room_for_conn(tab, host_port, guest_port);
	vsb_error(tab->stats, too_many_connections, host_port, guest_port);
	return false;
}

/* The connection whose host program has taken nothing for longest. */
static struct vsb_conn *vsb_room_longest(struct vsb_conntab *tab)
{
	struct vsb_conn *open = vsb_room_first(&tab->room.stalled);
	struct vsb_conn *closed = vsb_room_first(&tab->room.lingering);

	if (!open || !closed)
		return open ?: closed;
	return closed->progress_at <= open->progress_at ? closed : open;
}

/**
 * vsb_room_for_bytes() - make room in max_buffered
 * @conn: the connection whose host socket does not take them
 * @need: how many
 *
 * Credit that was given cannot be taken back, so a connection has to end. It is
 * the one without progress for longest, not the one that happens to come next:
 * a host program that reads keeps its connection whatever others do. Bytes
 * that would not fit if @conn had all of the room end @conn alone.
 *
 * Return: false when there is none; then @conn has ended itself.
 */
bool vsb_room_for_bytes(struct vsb_conn *conn, size_t need)
{
	size_t own = conn->txbuf.len + conn->bounds.lens.len;
	struct vsb_conntab *tab = conn->tab;
	struct vsb_conn *longest;

	if (own + need > tab->limits.max_buffered) {
		vsb_conn_fail(conn, over_buffered);
		return false;
	}
	/* each step empties a buffer */
	while (tab->stats->buffered_bytes + need > tab->limits.max_buffered) {
		longest = vsb_room_longest(tab) ?: conn;
		vsb_conn_fail(longest, over_buffered);
		if (longest == conn)
			return false;
	}
	return true;
}
