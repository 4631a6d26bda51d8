// SPDX-License-Identifier: GPL-2.0
/*
 * Defer the release of host sockets until the data path's lock is dropped.
 */
#include <linux/list.h>

#include "conn/closing.h"
#include "conn/conn.h"
#include "conn/table.h"
#include "host/unix/socket.h"

/**
 * vsb_closing_add() - queue a socket for release after the unlock
 * @conn: the connection that owned the socket; it queues at most one socket
 * @sock: the detached socket
 */
void vsb_closing_add(struct vsb_conn *conn, struct socket *sock)
{
	conn->closed = sock;
	list_add_tail(&vsb_conn_get(conn)->closing, &conn->tab->closing);
}

/**
 * vsb_closing_finish() - release all queued sockets
 * @closing: list of connections with a queued socket
 * @wait: if true, the calling task also waits for file systems, so that
 *	dentries and mounts are free on return. If false, a work queue releases
 *	each socket whose release may block on a file system.
 *
 * Called without the data path's lock.
 */
void vsb_closing_finish(struct list_head *closing, bool wait)
{
	struct vsb_conn *conn;

	while ((conn = list_first_entry_or_null(closing, struct vsb_conn,
						closing))) {
		list_del(&conn->closing);
		if (wait)
			vsb_socket_discard(conn->closed);
		else
			vsb_socket_discard_soon(conn->closed);
		vsb_conn_put(conn);
	}
}
