/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host AF_UNIX socket and our hook in its wait queue.
 *
 * This is the only place that knows struct socket. Nothing in here waits for
 * another process or a file system, except the path lookups in listen and
 * connect, and vsb_socket_discard().
 */
#ifndef VSB_SOCKET_H
#define VSB_SOCKET_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <linux/un.h>
#include <linux/wait.h>

struct iov_iter;
struct path;
struct sock;
struct socket;
struct vsb_context;
struct vsb_sockfile;

/**
 * struct vsb_name - an AF_UNIX address
 * @len: bytes in use
 * @text: a path without its NUL, or an abstract name, which begins with one
 */
struct vsb_name {
	unsigned int len;
	char text[UNIX_PATH_MAX];
};

/* What may have happened to a socket. */
#define VSB_SOCK_IN		BIT(0)	/* bytes, a client, or an end */
#define VSB_SOCK_OUT		BIT(1)	/* room, or an end */
#define VSB_SOCK_CONNECTED	BIT(2)	/* the connector is done */
#define VSB_SOCK_NOW		BIT(3)	/* it is not bytes of which more may come */

/**
 * struct vsb_socket - a socket and its hook
 * @sock: the socket; NULL when there is none
 * @wait: our entry in its wait queue
 * @events: VSB_SOCK_* since they were taken last; from any context
 * @want_write: somebody waits for room
 * @reset: of SEQPACKET, the peer's reset was seen before all of its messages
 * @blame: what the peer is told with the close, an errno value, or 0
 * @notify: called when @events gained something: under the lock of the wait
 *	queue, with interrupts off; may only queue work
 */
struct vsb_socket {
	struct socket *sock;
	wait_queue_entry_t wait;
	atomic_t events;
	bool want_write;
	bool reset;
	u16 blame;
	void (*notify)(struct vsb_socket *s);
};

int vsb_socket_init_module(void);
void vsb_socket_exit_module(void);

void vsb_socket_init(struct vsb_socket *s, void (*notify)(struct vsb_socket *));
void vsb_socket_watch(struct vsb_socket *s, struct socket *sock);
void vsb_socket_attach(struct vsb_socket *s, struct socket *sock);
struct socket *vsb_socket_detach(struct vsb_socket *s);
void vsb_socket_refuse(struct socket *sock);
void vsb_socket_discard(struct socket *sock);
void vsb_socket_discard_soon(struct socket *sock);

struct socket *vsb_socket_from_fd(int fd, int type);
struct sock *vsb_socket_lend(struct socket *sock);
struct socket *vsb_socket_borrow(struct sock *lent);
void vsb_socket_forget(struct sock *lent);
struct socket *vsb_socket_listen(struct vsb_context *ctx, int type,
				 const struct vsb_name *name,
				 const struct vsb_sockfile *file);
void vsb_socket_admit(struct socket *sock);
void vsb_socket_unlink(const struct socket *sock);
const struct path *vsb_socket_path(const struct socket *sock);
struct socket *vsb_socket_connect(struct vsb_context *ctx, int type,
				  const struct vsb_name *name);
struct socket *vsb_socket_accept(struct vsb_socket *s);

long vsb_socket_send(struct vsb_socket *s, struct iov_iter *from);
long vsb_socket_send_pages(struct vsb_socket *s, struct iov_iter *from);
long vsb_socket_send_text(struct vsb_socket *s, const char *text, size_t len);
long vsb_socket_recv(struct vsb_socket *s, struct iov_iter *to);
long vsb_socket_recv_text(struct vsb_socket *s, char *text, size_t len,
			  bool peek);
long vsb_socket_message_len(const struct vsb_socket *s);
long vsb_socket_peek_message(struct vsb_socket *s, struct iov_iter *to,
			     u32 skip);
long vsb_socket_drop_message(struct vsb_socket *s);
long vsb_socket_end(struct vsb_socket *s);
void vsb_socket_shutdown_read(struct vsb_socket *s);
void vsb_socket_shutdown_write(struct vsb_socket *s);

bool vsb_socket_holds_files(const struct vsb_socket *s);
bool vsb_socket_has_room(const struct vsb_socket *s);
u32 vsb_socket_unread(const struct vsb_socket *s);
bool vsb_socket_readable(const struct vsb_socket *s);
bool vsb_socket_at_eof(const struct vsb_socket *s);
bool vsb_socket_is_deaf(const struct vsb_socket *s);
bool vsb_socket_is_gone(const struct vsb_socket *s);
void vsb_socket_peer_is(const struct vsb_socket *s, u32 *pid, u32 *uid);

static inline bool vsb_name_is_abstract(const struct vsb_name *name)
{
	return name->len && !name->text[0];
}

/* The peer sees the end that is about to come as this errno; the first counts. */
static inline void vsb_socket_blame(struct vsb_socket *s, int error)
{
	if (!s->blame)
		s->blame = error;
}

static inline bool vsb_socket_is_open(const struct vsb_socket *s)
{
	return s->sock;
}

/* Say that something happened; from any context, as the hook does. */
static inline void vsb_socket_post(struct vsb_socket *s, int events)
{
	/* (M), a full barrier: what was done before is seen with the event */
	atomic_fetch_or(events, &s->events);
	s->notify(s);
}

/* Has nothing happened but that bytes came, of which more may come? */
static inline bool vsb_socket_may_wait(const struct vsb_socket *s)
{
	return atomic_read(&s->events) == VSB_SOCK_IN;
}

/* Take what happened so far; what happens from here on is notified again. */
static inline int vsb_socket_take_events(struct vsb_socket *s)
{
	/* (M), a full barrier: what was done before they were posted is seen */
	return atomic_xchg(&s->events, 0);
}

#endif /* VSB_SOCKET_H */
