// SPDX-License-Identifier: GPL-2.0
/*
 * A socket that host programs connect to, and the line with which they ask for
 * a guest port.
 */
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/worker.h"
#include "conn/conn.h"
#include "conn/listener.h"
#include "conn/pure/line.h"
#include "conn/room.h"
#include "conn/table.h"

#define VSB_ACCEPT_AGAIN_MS	100

static void vsb_listener_notify(struct vsb_socket *s)
{
	struct vsb_listener *listener =
		container_of(s, struct vsb_listener, sock);

	vsb_worker_queue(&listener->tab->ctx->worker, listener->tab->accept_work);
}

static void vsb_listener_again(struct timer_list *timer)
{
	struct vsb_listener *listener = container_of(timer, struct vsb_listener,
						     again);

	vsb_listener_notify(&listener->sock);
}

void vsb_listener_init(struct vsb_listener *listener, struct vsb_conntab *tab,
		       u16 type)
{
	listener->tab = tab;
	listener->type = type;
	vsb_socket_init(&listener->sock, vsb_listener_notify);
	timer_setup(&listener->again, vsb_listener_again, 0);
}

/* It is closed, and nobody accepts any more; the timer may be on its way. */
void vsb_listener_destroy(struct vsb_listener *listener)
{
	timer_delete_sync(&listener->again);
}

/* @shared: others have it, too. One that is not refuses clients at first. */
void vsb_listener_open(struct vsb_listener *listener, struct socket *sock,
		       bool shared)
{
	listener->shared = shared;
	vsb_socket_watch(&listener->sock, sock);
	listener->tab->ctx->stats.sockets++;
}

/**
 * vsb_listener_lend() - a shared socket, before there is an owner
 * @listener: has no socket
 * @sock: the socket, with a reference; the listener's from here on
 *
 * The device must not keep it open: a client in its backlog may have sent it the
 * device itself, which would keep both for ever.
 */
void vsb_listener_lend(struct vsb_listener *listener, struct socket *sock)
{
	listener->lent = vsb_socket_lend(sock);
	listener->shared = true;
}

/*
 * A process is about to become the owner. Return: 0, or -EBADF when a shared
 * socket was closed by all others.
 */
int vsb_listener_borrow(struct vsb_listener *listener)
{
	struct socket *sock;

	if (!listener->lent)
		return 0;
	sock = vsb_socket_borrow(listener->lent);
	if (!sock)
		return -EBADF;
	vsb_socket_forget(listener->lent);
	listener->lent = NULL;
	vsb_listener_open(listener, sock, true);
	return 0;
}

/* It did not become the owner. */
void vsb_listener_return(struct vsb_listener *listener)
{
	if (listener->shared && vsb_socket_is_open(&listener->sock))
		vsb_listener_lend(listener, vsb_listener_detach(listener));
}

/* There is an owner: host programs get in. */
void vsb_listener_admit(struct vsb_listener *listener)
{
	if (!listener->shared && vsb_socket_is_open(&listener->sock))
		vsb_socket_admit(listener->sock.sock);
}

/*
 * Take no more clients. Return: the socket, to be closed without the lock, or NULL.
 */
struct socket *vsb_listener_detach(struct vsb_listener *listener)
{
	struct socket *sock = vsb_socket_detach(&listener->sock);

	vsb_socket_forget(listener->lent);
	listener->lent = NULL;
	if (sock)
		listener->tab->ctx->stats.sockets--;
	return sock;
}

/*
 * Clients in the backlog see ECONNRESET, the next ones ECONNREFUSED, unless
 * the socket is shared.
 */
void vsb_listener_close(struct vsb_listener *listener)
{
	vsb_socket_discard(vsb_listener_detach(listener));
}

static void vsb_listener_adopt(struct vsb_listener *listener,
			       struct vsb_conn *conn, struct socket *sock)
{
	struct vsb_conntab *tab = listener->tab;

	vsb_conn_begin(conn, VSB_HANDSHAKE, listener->type);
	vsb_socket_attach(&conn->sock, sock);
	tab->ctx->stats.sockets++;
	vsb_conntab_arm(tab, conn, VSB_DUE_STATE,
			tab->ctx->limits.handshake_timeout_ms);
}

/* The guest is asked, unless the client has gone and left nothing to deliver. */
static void vsb_listener_request(struct vsb_conn *conn, u32 port)
{
	struct vsb_conntab *tab = conn->tab;

	if (vsb_socket_is_gone(&conn->sock)) {
		vsb_conn_abort(conn, VSB_REASON_HOST_GONE, VSB_EV_RESET);
		return;
	}
	if (!vsb_conntab_takes(tab, conn->type, port) ||
	    !vsb_room_for_conn(tab, 0, port)) {
		vsb_conn_abort(conn, VSB_REASON_REFUSED, VSB_EV_RESET);
		return;
	}
	conn->guest_port = port;
	conn->host_port = vsb_conntab_pick_port(tab, port);
	if (!conn->host_port) {
		vsb_conn_abort(conn, VSB_REASON_REFUSED, VSB_EV_RESET);
		return;
	}
	vsb_conntab_insert(tab, conn);
	/* the event that brought the line may have brought payload as well */
	conn->readable = true;
	vsb_conn_event(conn, VSB_EV_LINE, 0);
}

/* What was read of the line; the rest stays in the socket. */
static void vsb_listener_judge(struct vsb_conn *conn)
{
	u32 line_len, port;

	switch (vsb_line_parse(conn->line, conn->line_len, &line_len, &port)) {
	case VSB_LINE_OK:
		vsb_listener_request(conn, port);
		break;
	case VSB_LINE_PARTIAL:
		break;
	case VSB_LINE_BAD:
		vsb_conn_fail(conn, VSB_REASON_INVALID_PORT_REQUEST);
		break;
	}
}

/* Its first bytes were seen. */
static void vsb_listener_begun(struct vsb_conn *conn)
{
	if (!conn->line_begun)
		list_move_tail(&conn->waiting, &conn->tab->begun);
	conn->line_begun = true;
}

/* A read brought no byte of the line, but @error, or the end, which is 0. */
static void vsb_listener_read_nothing(struct vsb_conn *conn, long error)
{
	if (!error)
		vsb_conn_fail(conn, VSB_REASON_INVALID_PORT_REQUEST);
	else if (error != -EAGAIN)
		vsb_conn_fail(conn, VSB_REASON_RX_READ_FAILS);
}

/*
 * Take what has come of the line, its newline included, and no byte behind it.
 * A peek does not see beyond an urgent byte, which a read drops: so where it
 * sees nothing one byte is read.
 *
 * Return: bytes, an error, or 0 at the end.
 */
static long vsb_listener_take(struct vsb_conn *conn)
{
	char *to = conn->line + conn->line_len;
	long len = sizeof(conn->line) - conn->line_len;
	const char *end;

	len = vsb_socket_recv_text(&conn->sock, to, len, true);
	if (!len || (len < 0 && len != -EAGAIN))
		return len;
	end = len > 0 ? memchr(to, '\n', len) : NULL;
	if (end)
		len = end + 1 - to;
	len = vsb_socket_recv_text(&conn->sock, to, len > 0 ? len : 1, false);
	if (len > 0)
		conn->line_len += len;
	return len;
}

/* A stream: the line may come in pieces. Each step takes a byte of 32 or more. */
static void vsb_listener_read_stream(struct vsb_conn *conn)
{
	long len;

	while (conn->cs.state == VSB_HANDSHAKE) {
		len = vsb_listener_take(conn);
		if (len <= 0) {
			vsb_listener_read_nothing(conn, len);
			break;
		}
		vsb_listener_begun(conn);
		vsb_listener_judge(conn);
	}
}

/* SEQPACKET: the first message is the line, and nothing else. */
static void vsb_listener_read_message(struct vsb_conn *conn)
{
	char line[VSB_LINE_MAX + 1];
	long len;
	u32 port;

	/* room for a byte more than a line has shows a message that is too long */
	len = vsb_socket_recv_text(&conn->sock, line, sizeof(line), false);
	if (len <= 0)
		vsb_listener_read_nothing(conn, len);
	else if (vsb_message_parse(line, len, &port) != VSB_LINE_OK)
		vsb_conn_fail(conn, VSB_REASON_INVALID_PORT_REQUEST);
	else
		vsb_listener_request(conn, port);
}

/**
 * vsb_listener_read_line() - a client in the handshake has sent something
 * @conn: the client; a reference is held
 *
 * Bytes behind the line stay where the data path finds them. A client that ends
 * before the end of its line never gets to the guest.
 */
void vsb_listener_read_line(struct vsb_conn *conn)
{
	if (vsb_conn_is_seqpacket(conn))
		vsb_listener_read_message(conn);
	else
		vsb_listener_read_stream(conn);
}

/*
 * End the handshake of the client that has been silent for longest; only when
 * all have begun their lines, of the one that began first. What a client has
 * sent is looked at first, so none is ended that only waits for its turn.
 */
static void vsb_listener_evict(struct vsb_conntab *tab)
{
	bool begun = list_empty(&tab->silent);
	struct vsb_conn *conn;

	conn = list_first_entry(begun ? &tab->begun : &tab->silent,
				struct vsb_conn, waiting);
	vsb_conn_get(conn);
	vsb_listener_read_line(conn);
	if (conn->cs.state == VSB_HANDSHAKE && conn->line_begun == begun)
		vsb_conn_fail(conn, VSB_REASON_HANDSHAKE_EVICTIONS);
	vsb_conn_put(conn);
}

/* Without memory the clients stay in the backlog. */
static void vsb_listener_accept_failed(struct vsb_listener *listener, long err)
{
	if (err == -EAGAIN)
		return;
	vsb_error(listener->tab->ctx, VSB_REASON_UNIX_ACCEPT_FAILS, 0, 0);
	if (err == -ENOMEM)
		mod_timer(&listener->again, jiffies +
			  msecs_to_jiffies(VSB_ACCEPT_AGAIN_MS));
}

/*
 * The memory is there before the client is taken: without it the client stays
 * in the backlog. Return: 0 or an error; -EAGAIN when there is no client.
 */
static long vsb_listener_accept_one(struct vsb_listener *listener)
{
	struct vsb_conntab *tab = listener->tab;
	struct vsb_conn *conn = vsb_conn_alloc(tab);
	struct socket *sock;

	if (!conn)
		return -ENOMEM;
	sock = vsb_socket_accept(&listener->sock);
	if (IS_ERR(sock)) {
		vsb_conn_put(conn);
		return PTR_ERR(sock);
	}
	/* each step ends one, or sees that one has begun */
	while (tab->handshakes >= tab->ctx->limits.max_handshakes)
		vsb_listener_evict(tab);
	vsb_listener_adopt(listener, conn, sock);
	return 0;
}

/**
 * vsb_listener_accept() - take clients out of the backlog
 * @listener: the listener; closed is fine
 * @budget: how many at most
 *
 * A client is not turned away because others do not speak: they make room. No
 * more are taken at once than may wait, so that each has had a turn before it
 * can be evicted.
 *
 * Return: true when the budget was spent; there may be more.
 */
bool vsb_listener_accept(struct vsb_listener *listener, unsigned int budget)
{
	u32 max = listener->tab->ctx->limits.max_handshakes;
	long err;

	if (!vsb_socket_is_open(&listener->sock))
		return false;
	vsb_socket_take_events(&listener->sock);

	for (budget = min(budget, max); budget; budget--) {
		err = vsb_listener_accept_one(listener);
		if (err) {
			vsb_listener_accept_failed(listener, err);
			return false;
		}
	}
	return true;
}
