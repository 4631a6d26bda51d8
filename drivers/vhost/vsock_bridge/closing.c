// SPDX-License-Identifier: GPL-2.0
/*
 * Host sockets that are to be closed when the lock of the data path is not held.
 */
#include <linux/list.h>

#include "closing.h"
#include "conn.h"
#include "conntab.h"
#include "socket.h"

/**
 * vsb_closing_add() - leave a socket to the task that unlocks the data path
 * @conn: the connection that it was of; it has no other one here
 * @sock: the socket, without a hook
 */
void vsb_closing_add(struct vsb_conn *conn, struct socket *sock)
{
	conn->closed = sock;
	list_add_tail(&vsb_conn_get(conn)->closing, &conn->tab->closing);
}

/**
 * vsb_closing_finish() - release them all; without the lock
 * @closing: the connections
 * @wait: for file systems too: what the sockets hold is free on return. Else a
 *	work queue releases a socket that may have to wait.
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
