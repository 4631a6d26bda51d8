// SPDX-License-Identifier: GPL-2.0
/*
 * Connects to host paths on behalf of the guest, outside the data path's lock.
 * A path lookup may block for long, so the worker's other thread stands in for
 * the thread that connects.
 *
 * The connect takes no lock: it reads only fields that do not change (the
 * route, the ports, the type), and passes its result on with the connection's
 * next event.
 */
#include <linux/err.h>
#include <linux/net.h>

#include "base/busy.h"
#include "conn/conn.h"
#include "conn/connector.h"
#include "host/dialer.h"
#include "host/end.h"
#include "host/route.h"
#include "host/watch.h"

static int vsb_conn_sock_type(const struct vsb_conn *conn)
{
	return vsb_conn_is_seqpacket(conn) ? SOCK_SEQPACKET : SOCK_STREAM;
}

/*
 * If this thread connects, the host program sees the PID of the VMM. For a
 * jailed owner a kernel thread connects, because the owner cannot inspect it.
 */
static struct vsb_end *vsb_connector_connect(struct vsb_connector *connector,
					     const struct vsb_conn *conn)
{
	u32 port = conn->flow.host_port;
	int type = vsb_conn_sock_type(conn);

	if (!vsb_route_is_jailed(conn->route))
		return vsb_route_connect(conn->route, port, type);
	return vsb_dialer_connect(connector->dialer, conn->route, port, type);
}

static struct vsb_end *vsb_connector_dial(struct vsb_connector *connector,
					  const struct vsb_conn *conn)
{
	struct vsb_end *end;

	if (READ_ONCE(conn->cancelled))
		return ERR_PTR(-ECONNREFUSED);
	end = vsb_connector_connect(connector, conn);
	/*
	 * a dead device that waits for its last close may never take the
	 * result.
	 */
	if (!IS_ERR(end) && READ_ONCE(conn->cancelled)) {
		vsb_end_close(end, true);
		return ERR_PTR(-ECONNREFUSED);
	}
	return end;
}

/* This may be the last use of the route; then its directories are released. */
static void vsb_connector_put_route(struct vsb_conn *conn)
{
	vsb_route_put(conn->route);
	conn->route = NULL;
}

/*
 * Takes the next connection; from here on the device is busy. Return: the
 * connection, or NULL.
 */
static struct vsb_conn *vsb_connector_next(struct vsb_connector *connector)
{
	struct vsb_conn *conn;

	spin_lock(&connector->lock);
	conn = list_first_entry_or_null(&connector->queue, struct vsb_conn,
					connect);
	if (conn) {
		list_del(&conn->connect);
		/* before the device ends and its end takes the queue */
		vsb_busy_get(connector->busy);
	}
	spin_unlock(&connector->lock);
	return conn;
}

static bool vsb_connector_is_empty(struct vsb_connector *connector)
{
	bool empty;

	spin_lock(&connector->lock);
	empty = list_empty(&connector->queue);
	spin_unlock(&connector->lock);
	return empty;
}

/*
 * Makes one connect and posts its result after the return to the worker, so
 * that the post wakes no other thread. If another thread is already blocked in
 * a connect, the queue is left to it: it checks the queue on its return.
 */
static bool vsb_connector_one(struct vsb_connector *connector)
{
	struct vsb_conn *conn;

	if (!vsb_worker_leave(connector->worker))
		return false;
	conn = vsb_connector_next(connector);
	if (conn) {
		conn->connected = vsb_connector_dial(connector, conn);
		vsb_connector_put_route(conn);
	}
	vsb_worker_return(connector->worker);
	if (conn) {
		vsb_watch_post(&conn->watch, VSB_WATCH_CONNECTED);
		vsb_conn_put(conn);
		vsb_busy_put(connector->busy);
	}
	return true;
}

static void vsb_connector_run(struct vsb_work *work)
{
	struct vsb_connector *connector =
		container_of(work, struct vsb_connector, work);

	if (vsb_connector_one(connector) && !vsb_connector_is_empty(connector))
		vsb_worker_queue(connector->worker, work);
}

/* Return: 0 or -ENOMEM. */
int vsb_connector_init(struct vsb_connector *connector,
		       struct vsb_worker *worker, struct vsb_busy *busy)
{
	connector->dialer = vsb_dialer_new();
	if (!connector->dialer)
		return -ENOMEM;
	connector->worker = worker;
	connector->busy = busy;
	vsb_work_init(&connector->work, vsb_connector_run);
	spin_lock_init(&connector->lock);
	INIT_LIST_HEAD(&connector->queue);
	return 0;
}

/* The threads are gone. A connect for a jailed owner may still block. */
void vsb_connector_destroy(struct vsb_connector *connector)
{
	vsb_dialer_end(connector->dialer);
}

/*
 * Queues a connect of @conn along @route; VSB_WATCH_CONNECTED reports its end.
 */
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn, struct vsb_route *route)
{
	conn->conns->nr_connecting++;
	conn->route = vsb_route_get(route);
	vsb_conn_get(conn);
	spin_lock(&connector->lock);
	list_add_tail(&conn->connect, &connector->queue);
	spin_unlock(&connector->lock);
	/*
	 * (H), a full barrier in it: the thread that is away sees the connect.
	 */
	vsb_worker_queue(connector->worker, &connector->work);
}

/* Handles VSB_WATCH_CONNECTED. The caller holds a reference to @conn. */
void vsb_connector_done(struct vsb_conn *conn)
{
	struct vsb_end *end = conn->connected;

	conn->connected = NULL;
	conn->conns->nr_connecting--;
	if (conn->cs.state != VSB_CONNECTING) {
		if (!IS_ERR_OR_NULL(end))
			list_add_tail(&end->closing, &conn->conns->closing);
		return;
	}
	if (IS_ERR(end)) {
		if (PTR_ERR(end) == -EAGAIN)
			vsb_conn_error(conn, VSB_REASON_BACKLOG_FULL);
		vsb_conn_fail(conn, VSB_REASON_UNIX_CONNECT_FAILS);
		return;
	}
	vsb_conn_attach(conn, end);
	vsb_conn_event(conn, VSB_EV_CONNECTED, 0);
}

/**
 * vsb_connector_cancel() - take out the waiting connections at the device's end
 * @connector: the connector; the caller holds the data path's lock
 * @cancelled: out: the connections, for vsb_connector_forget()
 *
 * The caller submits no more connections. A connect under way drops its route
 * when it returns. The worker does not wait for a connect for a jailed owner.
 */
void vsb_connector_cancel(struct vsb_connector *connector,
			  struct list_head *cancelled)
{
	struct vsb_conn *conn;

	spin_lock(&connector->lock);
	list_splice_init(&connector->queue, cancelled);
	spin_unlock(&connector->lock);
	list_for_each_entry(conn, cancelled, connect)
		conn->conns->nr_connecting--;
	vsb_dialer_cancel(connector->dialer);
}

/* Called without a lock, because putting a route may sleep. */
void vsb_connector_forget(struct list_head *cancelled)
{
	struct vsb_conn *conn;

	while ((conn = list_first_entry_or_null(cancelled, struct vsb_conn,
						connect))) {
		list_del(&conn->connect);
		vsb_connector_put_route(conn);
		vsb_conn_put(conn);
	}
}
