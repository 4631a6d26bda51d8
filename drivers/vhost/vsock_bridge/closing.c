// SPDX-License-Identifier: GPL-2.0
/*
 * Host sockets that are to be closed when the lock of the data path is not held.
 */
#include <linux/list.h>

#include "closing.h"
#include "conn.h"
#include "conntab.h"
#include "socket.h"
#include "worker.h"

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

static void vsb_closing_one(struct vsb_conn *conn)
{
	list_del(&conn->closing);
	vsb_socket_discard(conn->closed);
	vsb_conn_put(conn);
}

/* Release them all; without the lock. */
void vsb_closing_finish(struct list_head *closing)
{
	struct vsb_conn *conn, *next;

	list_for_each_entry_safe(conn, next, closing, closing)
		vsb_closing_one(conn);
}

/**
 * vsb_closing_finish_as() - the same, in a round of the worker
 * @closing: the connections
 * @worker: the worker
 *
 * A release that can wait for a file system is done while the other thread
 * runs the rounds. Where that one is away already the release goes on here.
 *
 * Return: true when this thread was away: the caller looks for what others
 * left to it.
 */
bool vsb_closing_finish_as(struct list_head *closing,
			   struct vsb_worker *worker)
{
	struct vsb_conn *conn, *next;
	bool away = false;

	list_for_each_entry_safe(conn, next, closing, closing) {
		if (!away && vsb_socket_discard_blocks(conn->closed))
			away = vsb_worker_leave(worker);
		vsb_closing_one(conn);
	}
	if (away)
		vsb_worker_return(worker);
	return away;
}
