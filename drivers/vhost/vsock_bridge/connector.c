// SPDX-License-Identifier: GPL-2.0
/*
 * Connects to host paths on behalf of the guest, off the data path.
 *
 * The thread takes no lock: it reads what does not change (the path, the
 * ports), and hands its result over with the connection's next event.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/un.h>
#include <linux/workqueue.h>

#include "conn.h"
#include "connector.h"
#include "conntab.h"
#include "context.h"

/* Connects for owners in a jail. */
static struct workqueue_struct *vsb_connector_wq;

int __init vsb_connector_init_module(void)
{
	vsb_connector_wq = alloc_workqueue("vsb_connector", WQ_UNBOUND, 0);
	return vsb_connector_wq ? 0 : -ENOMEM;
}

void vsb_connector_exit_module(void)
{
	destroy_workqueue(vsb_connector_wq);
}

/**
 * struct vsb_dial - one connect
 * @work: does it for an owner in a jail
 * @ctx: who connects
 * @path: where to
 * @sock: out: the socket, or an error
 */
struct vsb_dial {
	struct work_struct work;
	struct vsb_context *ctx;
	char path[sizeof_field(struct vsb_connector, path) +
		  sizeof("_4294967295")];
	struct socket *sock;
};

static void vsb_dial_run(struct work_struct *work)
{
	struct vsb_dial *dial = container_of(work, struct vsb_dial, work);
	struct vsb_context_saved saved;

	vsb_context_enter(dial->ctx, &saved);
	dial->sock = vsb_socket_connect(dial->ctx, dial->path);
	vsb_context_leave(&saved);
}

/*
 * In this thread, the host program sees the pid of the VMM. For one in a jail a
 * kernel thread does it: what that one sees, the VMM cannot.
 */
static struct socket *vsb_connector_connect(struct vsb_dial *dial)
{
	INIT_WORK_ONSTACK(&dial->work, vsb_dial_run);
	if (vsb_context_is_jailed(dial->ctx)) {
		queue_work(vsb_connector_wq, &dial->work);
		flush_work(&dial->work);
	} else {
		vsb_dial_run(&dial->work);
	}
	destroy_work_on_stack(&dial->work);
	return dial->sock;
}

static struct socket *vsb_connector_dial(struct vsb_connector *connector,
					 const struct vsb_conn *conn)
{
	/* pairs with the release in vsb_connector_set() */
	struct vsb_dial dial = { .ctx = smp_load_acquire(&connector->ctx) };
	struct socket *sock;

	if (!dial.ctx || READ_ONCE(conn->cancelled))
		return ERR_PTR(-ECONNREFUSED);

	scnprintf(dial.path, sizeof(dial.path), "%s_%u", connector->path,
		  conn->host_port);
	sock = vsb_connector_connect(&dial);
	/* nobody may look for it when its device waits for its last close */
	if (!IS_ERR(sock) && READ_ONCE(conn->cancelled)) {
		vsb_socket_discard(sock);
		return ERR_PTR(-ECONNREFUSED);
	}
	return sock;
}

static void vsb_connector_run(struct vsb_work *work)
{
	struct vsb_connector *connector =
		container_of(work, struct vsb_connector, work);
	struct llist_node *node = llist_del_all(&connector->queue);
	struct vsb_conn *conn, *next;

	node = llist_reverse_order(node);
	llist_for_each_entry_safe(conn, next, node, connect) {
		conn->connected = vsb_connector_dial(connector, conn);
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

/* Where guest connections go from now on; once in the connector's life. */
void vsb_connector_set(struct vsb_connector *connector,
		       struct vsb_context *ctx, const char *path)
{
	strscpy(connector->path, path, sizeof(connector->path));
	/* the thread that sees the context sees the path */
	smp_store_release(&connector->ctx, ctx);
}

/* Have @conn connected; ends with VSB_SOCK_CONNECTED. */
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn)
{
	conn->tab->connecting++;
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
		conn->tab->stats->unix_connect_fails++;
		vsb_conn_event(conn, VSB_EV_RESET, 0);
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
		vsb_conn_put(conn);
	}
	vsb_context_free(connector->ctx);
	connector->ctx = NULL;
}
