// SPDX-License-Identifier: GPL-2.0
/*
 * Connects to host paths on behalf of the guest, off the data path.
 *
 * The thread takes no lock: it reads what does not change (the route, the
 * ports, the type), and hands its result over with the connection's next event.
 */
#include <linux/err.h>
#include <linux/net.h>

#include "conn.h"
#include "connector.h"
#include "conntab.h"
#include "route.h"
#include "stats.h"

static int vsb_conn_sock_type(const struct vsb_conn *conn)
{
	return vsb_conn_is_seqpacket(conn) ? SOCK_SEQPACKET : SOCK_STREAM;
}

static struct socket *vsb_connector_dial(const struct vsb_conn *conn)
{
	struct socket *sock;

	if (READ_ONCE(conn->cancelled))
		return ERR_PTR(-ECONNREFUSED);
	sock = vsb_route_connect(conn->route, conn->host_port,
				 vsb_conn_sock_type(conn));
	/* nobody may look for it when its device waits for its last close */
	if (!IS_ERR(sock) && READ_ONCE(conn->cancelled)) {
		vsb_socket_discard(sock);
		return ERR_PTR(-ECONNREFUSED);
	}
	return sock;
}

/* The last use of the route: its directories are let go here, if need be. */
static void vsb_connector_leave(struct vsb_conn *conn)
{
	vsb_route_put(conn->route);
	conn->route = NULL;
}

static void vsb_connector_run(struct vsb_work *work)
{
	struct vsb_connector *connector =
		container_of(work, struct vsb_connector, work);
	struct llist_node *node = llist_del_all(&connector->queue);
	struct vsb_conn *conn, *next;

	node = llist_reverse_order(node);
	llist_for_each_entry_safe(conn, next, node, connect) {
		conn->connected = vsb_connector_dial(conn);
		vsb_connector_leave(conn);
		vsb_socket_post(&conn->sock, VSB_SOCK_CONNECTED);
		vsb_conn_put(conn);
	}
}

void vsb_connector_init(struct vsb_connector *connector)
{
	vsb_worker_init(&connector->worker, NULL, NULL);
	vsb_work_init(&connector->work, vsb_connector_run);
	init_llist_head(&connector->queue);
}

/* Have @conn connected along @route; ends with VSB_SOCK_CONNECTED. */
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn, struct vsb_route *route)
{
	conn->tab->connecting++;
	conn->route = vsb_route_get(route);
	vsb_conn_get(conn);
	llist_add(&conn->connect, &connector->queue);
	vsb_worker_queue(&connector->worker, &connector->work);
}

/* VSB_SOCK_CONNECTED: take the result over; a reference to @conn is held. */
void vsb_connector_done(struct vsb_conn *conn)
{
	struct socket *sock = conn->connected;

	conn->connected = NULL;
	conn->tab->connecting--;
	if (conn->cs.state != VSB_CONNECTING) {
		if (!IS_ERR_OR_NULL(sock))
			vsb_socket_discard(sock);
		return;
	}
	if (IS_ERR(sock)) {
		vsb_conn_fail(conn, unix_connect_fails);
		return;
	}
	vsb_socket_attach(&conn->sock, sock);
	conn->tab->stats->sockets++;
	vsb_conn_event(conn, VSB_EV_CONNECTED, 0);
}

/*
 * End the thread, wait for the connect that is under way, and give the rest
 * of the queue back as refused. Nobody submits any more.
 */
void vsb_connector_stop(struct vsb_connector *connector)
{
	struct vsb_conn *conn, *next;

	vsb_worker_stop(&connector->worker);
	llist_for_each_entry_safe(conn, next, llist_del_all(&connector->queue),
				  connect) {
		conn->tab->connecting--;
		vsb_connector_leave(conn);
		vsb_conn_put(conn);
	}
}
