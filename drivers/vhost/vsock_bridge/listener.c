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

#include "conn.h"
#include "conntab.h"
#include "handshake.h"
#include "listener.h"
#include "stats.h"
#include "worker.h"

#define VSB_ACCEPT_AGAIN_MS	100

static void vsb_listener_notify(struct vsb_socket *s)
{
	struct vsb_listener *listener =
		container_of(s, struct vsb_listener, sock);

	vsb_worker_queue(listener->tab->worker, listener->tab->accept_work);
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
	listener->tab->stats->sockets++;
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
	struct socket *sock = vsb_socket_unwatch(&listener->sock);

	vsb_socket_forget(listener->lent);
	listener->lent = NULL;
	if (sock)
		listener->tab->stats->sockets--;
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
			       struct socket *sock)
{
	struct vsb_conntab *tab = listener->tab;
	struct vsb_conn *conn = vsb_conn_new(tab, VSB_HANDSHAKE,
					     listener->type);

	if (!conn) {
		vsb_socket_discard(sock);
		return;
	}
	vsb_socket_attach(&conn->sock, sock);
	tab->stats->sockets++;
	vsb_conntab_arm(tab, conn, tab->limits.handshake_timeout_ms);
}

/* The line is complete: the guest is asked. What follows stays in the socket. */
static void vsb_listener_request(struct vsb_conn *conn, u32 line_len, u32 port)
{
	struct vsb_conntab *tab = conn->tab;
	char line[VSB_LINE_MAX];

	if (vsb_socket_recv_text(&conn->sock, line, line_len, false) !=
	    line_len) {
		vsb_conn_fail(conn, rx_read_fails);
		return;
	}
	if (!vsb_conntab_takes(tab, conn->type, port) ||
	    !vsb_conntab_has_room(tab, 0, port)) {
		vsb_conn_abort(conn, "refused", VSB_EV_RESET);
		return;
	}
	conn->guest_port = port;
	conn->host_port = vsb_conntab_pick_port(tab, port);
	if (!conn->host_port) {
		vsb_conn_abort(conn, "refused", VSB_EV_RESET);
		return;
	}
	vsb_conntab_insert(tab, conn);
	/* the event that brought the line may have brought payload as well */
	conn->readable = true;
	vsb_conn_event(conn, VSB_EV_LINE, 0);
}

/* What a client has sent so far; @line has room for a byte more. */
static enum vsb_line vsb_listener_parse(const struct vsb_conn *conn, char *line,
					u32 len, u32 *line_len, u32 *port)
{
	if (!vsb_conn_is_seqpacket(conn))
		return vsb_line_parse(line, len, line_len, port);
	*line_len = len;
	return vsb_socket_message_len(&conn->sock) == len ?
	       vsb_message_parse(line, len, port) : VSB_LINE_BAD;
}

/* Its first bytes were seen. */
static void vsb_listener_begun(struct vsb_conn *conn)
{
	if (!conn->line_begun)
		list_move_tail(&conn->waiting, &conn->tab->begun);
	conn->line_begun = true;
}

/**
 * vsb_listener_read_line() - a client in the handshake has sent something
 * @conn: the client; a reference is held
 *
 * The bytes are only looked at until the line is complete, so that those
 * behind it stay where the data path finds them.
 */
void vsb_listener_read_line(struct vsb_conn *conn)
{
	/* asked first: bytes that were sent before the end are seen below */
	bool eof = vsb_socket_at_eof(&conn->sock);
	char line[VSB_LINE_MAX + 1];
	u32 line_len, port;
	long len;

	len = vsb_socket_recv_text(&conn->sock, line, VSB_LINE_MAX, true);
	if (len == -EAGAIN)
		return;
	if (len < 0) {
		vsb_conn_fail(conn, rx_read_fails);
		return;
	}
	if (!len) {
		vsb_conn_fail(conn, invalid_port_request);
		return;
	}
	switch (vsb_listener_parse(conn, line, len, &line_len, &port)) {
	case VSB_LINE_OK:
		vsb_listener_request(conn, line_len, port);
		break;
	case VSB_LINE_PARTIAL:
		if (eof)
			vsb_conn_fail(conn, invalid_port_request);
		else
			vsb_listener_begun(conn);
		break;
	case VSB_LINE_BAD:
		vsb_conn_fail(conn, invalid_port_request);
		break;
	}
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
		vsb_conn_fail(conn, handshake_evictions);
	vsb_conn_put(conn);
}

/* Without memory, whoever waits stays in the backlog. */
static void vsb_listener_accept_failed(struct vsb_listener *listener, long err)
{
	if (err == -EAGAIN)
		return;
	vsb_error(listener->tab->stats, unix_accept_fails, 0, 0);
	if (err == -ENOMEM)
		mod_timer(&listener->again, jiffies +
			  msecs_to_jiffies(VSB_ACCEPT_AGAIN_MS));
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
	struct vsb_conntab *tab = listener->tab;
	u32 max = tab->limits.max_handshakes;
	struct socket *sock;

	if (!vsb_socket_is_open(&listener->sock))
		return false;
	vsb_socket_take_events(&listener->sock);

	for (budget = min(budget, max); budget; budget--) {
		sock = vsb_socket_accept(&listener->sock);
		if (IS_ERR(sock)) {
			vsb_listener_accept_failed(listener, PTR_ERR(sock));
			return false;
		}
		/* each step ends one, or sees that one has begun */
		while (tab->handshakes >= max)
			vsb_listener_evict(tab);
		vsb_listener_adopt(listener, sock);
	}
	return true;
}
