// SPDX-License-Identifier: GPL-2.0
/*
 * A listener: takes host programs from an acceptor. It sends the guest a
 * REQUEST for each host program whose CONNECT line is complete.
 */
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/worker.h"
#include "conn/conn.h"
#include "conn/handshake.h"
#include "conn/listener.h"
#include "conn/room.h"
#include "host/acceptor.h"

#define VSB_ACCEPT_AGAIN_MS	100

static void vsb_listener_notify(struct vsb_watch *watch)
{
	struct vsb_listener *listener =
		container_of(watch, struct vsb_listener, watch);

	vsb_worker_queue(&listener->conns->ctx->worker, listener->work);
}

static void vsb_listener_again(struct timer_list *timer)
{
	struct vsb_listener *listener = container_of(timer, struct vsb_listener,
						     again);

	vsb_listener_notify(&listener->watch);
}

/**
 * vsb_listener_init() - initialize a listener without an acceptor
 * @listener: the listener, zeroed
 * @conns: the connections of the device
 * @type: VIRTIO_VSOCK_TYPE_* of the clients
 * @work: the round that calls vsb_listener_accept()
 */
void vsb_listener_init(struct vsb_listener *listener, struct vsb_conns *conns,
		       u16 type, struct vsb_work *work)
{
	listener->conns = conns;
	listener->type = type;
	listener->work = work;
	vsb_watch_init(&listener->watch, vsb_listener_notify);
	timer_setup(&listener->again, vsb_listener_again, 0);
}

/* The listener is closed and accepts no clients; its timer may still run. */
void vsb_listener_destroy(struct vsb_listener *listener)
{
	timer_delete_sync(&listener->again);
}

static void vsb_listener_attach(struct vsb_listener *listener)
{
	listener->open = true;
	listener->conns->ctx->stats.sockets++;
	vsb_acceptor_attach(listener->acceptor, &listener->watch);
}

/**
 * vsb_listener_open() - take an acceptor into use
 * @listener: the listener, which has no acceptor
 * @acceptor: the acceptor; the listener owns it from here on
 * @owned: the device has an owner, or is about to get an owner. Without an
 *	owner the device does not keep a shared acceptor open.
 */
void vsb_listener_open(struct vsb_listener *listener,
		       struct vsb_acceptor *acceptor, bool owned)
{
	listener->acceptor = acceptor;
	if (acceptor->shared && !owned)
		vsb_acceptor_unpin(acceptor);
	else
		vsb_listener_attach(listener);
}

/*
 * A process is about to become the owner. Return: 0, or -EBADF if all processes
 * have closed a shared acceptor.
 */
int vsb_listener_pin(struct vsb_listener *listener)
{
	int ret;

	if (!listener->acceptor || listener->open)
		return 0;
	ret = vsb_acceptor_pin(listener->acceptor);
	if (!ret)
		vsb_listener_attach(listener);
	return ret;
}

static void vsb_listener_unhook(struct vsb_listener *listener)
{
	if (!listener->open)
		return;
	vsb_acceptor_detach(listener->acceptor);
	listener->open = false;
	listener->conns->ctx->stats.sockets--;
}

/* The process did not become the owner. */
void vsb_listener_unpin(struct vsb_listener *listener)
{
	if (!listener->open || !listener->acceptor->shared)
		return;
	vsb_listener_unhook(listener);
	vsb_acceptor_unpin(listener->acceptor);
}

/* The device has an owner: host programs may connect. */
void vsb_listener_admit(struct vsb_listener *listener)
{
	if (listener->open)
		vsb_acceptor_admit(listener->acceptor);
}

/*
 * Stops taking clients. Return: the acceptor, which the caller closes without
 * the lock, or NULL.
 */
struct vsb_acceptor *vsb_listener_detach(struct vsb_listener *listener)
{
	struct vsb_acceptor *acceptor = listener->acceptor;

	vsb_listener_unhook(listener);
	listener->acceptor = NULL;
	return acceptor;
}

static void vsb_listener_adopt(struct vsb_listener *listener,
			       struct vsb_conn *conn, struct vsb_end *end)
{
	vsb_conn_begin(conn, VSB_HANDSHAKE, listener->type);
	vsb_conn_attach(conn, end);
	vsb_conn_arm(conn, VSB_DUE_STATE,
		     conn->ctx->limits.handshake_timeout_ms);
}

/* Return: a free host port towards @guest_port; 0 if none is free, counted. */
static u32 vsb_listener_pick_port(struct vsb_conns *conns, u32 guest_port)
{
	u32 port = vsb_flows_pick_port(&conns->flows, &conns->ctx->limits,
				       guest_port);

	if (!port)
		vsb_error(conns->ctx, VSB_REASON_HOST_PORTS_EXHAUSTED, 0,
			  guest_port);
	return port;
}

/* Sends a REQUEST unless the client has gone and left no bytes to deliver. */
static void vsb_listener_request(struct vsb_conn *conn, u32 port)
{
	struct vsb_conns *conns = conn->conns;

	if (vsb_end_is_gone(conn->end)) {
		vsb_conn_abort(conn, VSB_REASON_HOST_GONE, VSB_EV_RESET);
		return;
	}
	if (!vsb_conns_check_type(conns, conn->type, port) ||
	    !vsb_room_for_conn(conns, 0, port)) {
		vsb_conn_abort(conn, VSB_REASON_REFUSED, VSB_EV_RESET);
		return;
	}
	conn->flow.guest_port = port;
	conn->flow.host_port = vsb_listener_pick_port(conns, port);
	if (!conn->flow.host_port) {
		vsb_conn_abort(conn, VSB_REASON_REFUSED, VSB_EV_RESET);
		return;
	}
	vsb_conn_insert(conn);
	/* the event that brought the line may also have brought payload */
	conn->readable = true;
	vsb_conn_event(conn, VSB_EV_LINE, 0);
}

/* Return: as vsb_handshake_read(). */
static int vsb_listener_read(struct vsb_conn *conn, u32 *port)
{
	struct vsb_handshake *handshake = &conn->handshake;
	bool begun = vsb_handshake_has_begun(handshake);
	int ret;

	if (vsb_conn_is_seqpacket(conn))
		return vsb_handshake_read_message(conn->end, port);
	ret = vsb_handshake_read(handshake, conn->end, port);
	if (!begun && vsb_handshake_has_begun(handshake))
		list_move_tail(&conn->waiting, &conn->conns->begun);
	return ret;
}

/**
 * vsb_listener_read_line() - read what a client in the handshake has sent
 * @conn: the client; the caller holds a reference
 *
 * Bytes behind the line stay in the host end. If a client ends before its line
 * is complete, the guest gets no packet for it.
 */
void vsb_listener_read_line(struct vsb_conn *conn)
{
	u32 port;

	switch (vsb_listener_read(conn, &port)) {
	case 0:
		vsb_listener_request(conn, port);
		break;
	case -EAGAIN:
		break;
	case -EBADMSG:
		vsb_conn_fail(conn, VSB_REASON_INVALID_PORT_REQUEST);
		break;
	default:
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
	}
}

/*
 * Ends the handshake of the client that has been silent for the longest time.
 * If all clients have begun their lines, ends the handshake of the client that
 * began first. The client's bytes are read first, so that no client is evicted
 * that only waits for its turn.
 */
static void vsb_listener_evict(struct vsb_conns *conns)
{
	bool begun = list_empty(&conns->silent);
	struct vsb_conn *conn;

	conn = list_first_entry(begun ? &conns->begun : &conns->silent,
				struct vsb_conn, waiting);
	vsb_conn_get(conn);
	vsb_listener_read_line(conn);
	if (conn->cs.state == VSB_HANDSHAKE &&
	    vsb_handshake_has_begun(&conn->handshake) == begun)
		vsb_conn_fail(conn, VSB_REASON_HANDSHAKE_EVICTIONS);
	vsb_conn_put(conn);
}

/* Without memory, the clients stay in the backlog. */
static void vsb_listener_accept_failed(struct vsb_listener *listener, long err)
{
	if (err == -EAGAIN)
		return;
	vsb_error(listener->conns->ctx, VSB_REASON_UNIX_ACCEPT_FAILS, 0, 0);
	if (err == -ENOMEM)
		mod_timer(&listener->again, jiffies +
			  msecs_to_jiffies(VSB_ACCEPT_AGAIN_MS));
}

/*
 * Allocates memory before it takes the client: without memory the client stays
 * in the backlog. Return: 0 or an error; -EAGAIN if there is no client.
 */
static long vsb_listener_accept_one(struct vsb_listener *listener)
{
	struct vsb_conns *conns = listener->conns;
	struct vsb_conn *conn = vsb_conn_alloc(conns);
	struct vsb_end *end;

	if (!conn)
		return -ENOMEM;
	end = vsb_acceptor_accept(listener->acceptor);
	if (IS_ERR(end)) {
		vsb_conn_put(conn);
		return PTR_ERR(end);
	}
	/* each step ends a client or finds that it has begun its line */
	while (conns->nr_handshakes >= conns->ctx->limits.max_handshakes)
		vsb_listener_evict(conns);
	vsb_listener_adopt(listener, conn, end);
	return 0;
}

/**
 * vsb_listener_accept() - take clients out of the backlog
 * @listener: the listener; the call has no effect if it is closed
 * @budget: maximum number of clients
 *
 * Clients that send nothing are evicted for new clients, so that no client is
 * refused. One call accepts at most as many clients as may be in the handshake,
 * so that each client has had a turn before it can be evicted.
 *
 * Return: true if the budget was used up; then there may be more clients.
 */
bool vsb_listener_accept(struct vsb_listener *listener, unsigned int budget)
{
	u32 max = listener->conns->ctx->limits.max_handshakes;
	long err;

	if (!listener->open)
		return false;
	vsb_watch_take(&listener->watch);

	for (budget = min(budget, max); budget; budget--) {
		err = vsb_listener_accept_one(listener);
		if (err) {
			vsb_listener_accept_failed(listener, err);
			return false;
		}
	}
	return true;
}
