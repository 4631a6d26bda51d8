/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An acceptor: a host end that host programs connect to, of any kind. Each client
 * is a host end of its own.
 */
#ifndef VSB_ACCEPTOR_H
#define VSB_ACCEPTOR_H

#include <linux/types.h>

struct vsb_acceptor;
struct vsb_end;
struct vsb_watch;

/**
 * struct vsb_acceptor_ops - what each kind of acceptor does in its own way
 * @attach: begin to post events to @watch, those that happened before included
 * @detach: post no more events
 * @accept: take the next client. Return: its end, or an error; -EAGAIN when there
 *	is no client.
 * @unpin: no longer keep a shared acceptor open; it stays known. It is not
 *	attached.
 * @pin: undo @unpin. Return: 0, or -EBADF when all others have closed it.
 * @admit: clients may connect from now on, if it is not shared
 * @refuse: no client may connect any more, unless others use it, too
 * @close: release it, which is not attached; may wait for a file system
 */
struct vsb_acceptor_ops {
	void (*attach)(struct vsb_acceptor *acceptor);
	void (*detach)(struct vsb_acceptor *acceptor);
	struct vsb_end *(*accept)(struct vsb_acceptor *acceptor);
	void (*unpin)(struct vsb_acceptor *acceptor);
	int (*pin)(struct vsb_acceptor *acceptor);
	void (*admit)(struct vsb_acceptor *acceptor);
	void (*refuse)(struct vsb_acceptor *acceptor);
	void (*close)(struct vsb_acceptor *acceptor);
};

/**
 * struct vsb_acceptor - the part that all kinds have
 * @ops: the kind
 * @watch: the listener's, while the acceptor is attached
 * @shared: processes may also have it open. An acceptor that is not shared refuses
 *	clients until @ops->admit.
 */
struct vsb_acceptor {
	const struct vsb_acceptor_ops *ops;
	struct vsb_watch *watch;
	bool shared;
};

static inline void vsb_acceptor_attach(struct vsb_acceptor *acceptor,
				       struct vsb_watch *watch)
{
	acceptor->watch = watch;
	acceptor->ops->attach(acceptor);
}

static inline void vsb_acceptor_detach(struct vsb_acceptor *acceptor)
{
	acceptor->ops->detach(acceptor);
}

static inline struct vsb_end *
vsb_acceptor_accept(struct vsb_acceptor *acceptor)
{
	return acceptor->ops->accept(acceptor);
}

static inline void vsb_acceptor_unpin(struct vsb_acceptor *acceptor)
{
	acceptor->ops->unpin(acceptor);
}

static inline int vsb_acceptor_pin(struct vsb_acceptor *acceptor)
{
	return acceptor->ops->pin(acceptor);
}

static inline void vsb_acceptor_admit(struct vsb_acceptor *acceptor)
{
	acceptor->ops->admit(acceptor);
}

/* NULL is fine. */
static inline void vsb_acceptor_refuse(struct vsb_acceptor *acceptor)
{
	if (acceptor)
		acceptor->ops->refuse(acceptor);
}

/* NULL is fine. */
static inline void vsb_acceptor_close(struct vsb_acceptor *acceptor)
{
	if (acceptor)
		acceptor->ops->close(acceptor);
}

#endif /* VSB_ACCEPTOR_H */
