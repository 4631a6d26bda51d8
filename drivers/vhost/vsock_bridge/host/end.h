/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host end: the host's side of one connection, of any kind.
 *
 * An acceptor or a route makes it. A connection attaches it, uses it under the
 * data path's lock, detaches it under that lock and closes it without the lock.
 * Only the close may wait for another process or for a file system.
 */
#ifndef VSB_END_H
#define VSB_END_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/types.h>

struct iov_iter;
struct vsb_end;
struct vsb_pages;
struct vsb_watch;

/* The state of a host end. */
#define VSB_END_DATA	BIT(0)	/* bytes or messages can be received */
#define VSB_END_EOF	BIT(1)	/* no more bytes follow, or an error */
#define VSB_END_SHUT_RD	BIT(2)	/* the peer has shut down reading */
#define VSB_END_FILES	BIT(3)	/* the peer has passed descriptors */

/**
 * struct vsb_end_ops - the operations of a kind of host end
 * @attach: begin to post events to @watch, including events that happened
 *	before
 * @detach: report @error to the peer, if it is set; stop posting events
 * @close: release the end, which is not attached. @wait: the task may wait for
 *	a file system
 * @send: send bytes. For SEQPACKET, the bytes are one message, which is sent as
 *	a whole. Return: number of bytes sent, never 0; or an error, which is
 *	-EAGAIN if there is no room.
 * @recv: receive bytes, for SEQPACKET a message, and set @more. Return: number
 *	of bytes; 0 at EOF; or an error, which is -EAGAIN if nothing is
 *	available.
 * @peek: as @recv, but beginning with byte @skip of the next message, and
 *	without consuming any bytes
 * @next_message: only for SEQPACKET. Return: length of the next message;
 *	-ENODATA at EOF; -EAGAIN if no message is available; or the error that
 *	ends the host end.
 * @state: return VSB_END_*, without a lock; an event follows each change
 * @unread: return the amount of bytes that the peer has not received, in the
 *	unit of the kind
 * @shutdown: shut down one direction; @how: SHUT_RD or SHUT_WR
 * @peer: get the peer's process, in the current process's namespaces; 0 and the
 *	overflow user if it is not known
 */
struct vsb_end_ops {
	void (*attach)(struct vsb_end *end);
	void (*detach)(struct vsb_end *end);
	void (*close)(struct vsb_end *end, bool wait);
	long (*send)(struct vsb_end *end, struct iov_iter *from);
	long (*recv)(struct vsb_end *end, struct iov_iter *to);
	long (*peek)(struct vsb_end *end, struct iov_iter *to, u32 skip);
	long (*next_message)(struct vsb_end *end);
	unsigned int (*state)(const struct vsb_end *end);
	u32 (*unread)(const struct vsb_end *end);
	void (*shutdown)(struct vsb_end *end, int how);
	void (*peer)(const struct vsb_end *end, u32 *pid, u32 *uid);
};

/**
 * struct vsb_end - the part that all kinds of host ends have
 * @ops: the operations of the kind
 * @watch: the connection's watch; NULL while the end is not attached
 * @pages: pages of the device that @ops->send may send by reference
 * @error: the errno value that the detach reports to the peer; 0 for a clean
 *	EOF
 * @more: set by @ops->recv: another receive would return bytes or EOF
 * @closing: entry in a list of ends to be closed
 */
struct vsb_end {
	const struct vsb_end_ops *ops;
	struct vsb_watch *watch;
	struct vsb_pages *pages;
	u16 error;
	bool more;
	struct list_head closing;
};

void vsb_end_attach(struct vsb_end *end, struct vsb_watch *watch,
		    struct vsb_pages *pages);
void vsb_end_detach(struct vsb_end *end);
void vsb_end_close(struct vsb_end *end, bool wait);
void vsb_ends_close(struct list_head *closing, bool wait);
long vsb_end_drop_message(struct vsb_end *end);
void vsb_end_peer(const struct vsb_end *end, u32 *pid, u32 *uid);

/*
 * Sets the error that the peer gets at the end of the connection; the first
 * counts.
 */
static inline void vsb_end_set_error(struct vsb_end *end, int error)
{
	if (!end->error)
		end->error = error;
}

static inline long vsb_end_send(struct vsb_end *end, struct iov_iter *from)
{
	return end->ops->send(end, from);
}

static inline long vsb_end_recv(struct vsb_end *end, struct iov_iter *to)
{
	return end->ops->recv(end, to);
}

static inline long vsb_end_peek(struct vsb_end *end, struct iov_iter *to,
				u32 skip)
{
	return end->ops->peek(end, to, skip);
}

static inline long vsb_end_next_message(struct vsb_end *end)
{
	return end->ops->next_message(end);
}

static inline unsigned int vsb_end_state(const struct vsb_end *end)
{
	return end->ops->state(end);
}

/* Would a receive return bytes or EOF? */
static inline bool vsb_end_is_readable(const struct vsb_end *end)
{
	return vsb_end_state(end) & (VSB_END_DATA | VSB_END_EOF);
}

/* Has the peer shut down both directions, and is nothing left to receive? */
static inline bool vsb_end_is_gone(const struct vsb_end *end)
{
	return (vsb_end_state(end) &
		(VSB_END_DATA | VSB_END_EOF | VSB_END_SHUT_RD)) ==
	       (VSB_END_EOF | VSB_END_SHUT_RD);
}

static inline u32 vsb_end_unread(const struct vsb_end *end)
{
	return end->ops->unread(end);
}

static inline void vsb_end_shutdown(struct vsb_end *end, int how)
{
	end->ops->shutdown(end, how);
}

#endif /* VSB_END_H */
