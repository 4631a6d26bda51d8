/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An acceptor: a host end of any kind that host programs connect to. Each
 * client is a host end of its own.
 */
#ifndef VSB_ACCEPTOR_H
#define VSB_ACCEPTOR_H

#include <linux/types.h>

struct vsb_acceptor;
struct vsb_end;
struct vsb_watch;

/**
 * struct vsb_acceptor_ops - the operations of a kind of acceptor
 * @attach: begin to post events to @watch, including events that happened
 *	before
 * @detach: stop posting events
 * @accept: take the next client. Return: its end, or an error; -EAGAIN if there
 *	is no client.
 * @unpin: stop keeping a shared acceptor open, but keep a reference to find it
 *	again; the acceptor is not attached
 * @pin: undo @unpin. Return: 0, or -EBADF if all processes have closed it.
 * @admit: allow clients to connect, unless the acceptor is shared
 * @refuse: refuse all clients, unless processes share the acceptor
 * @close: release the acceptor, which is not attached; may wait for a file
 *	system
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
 * struct vsb_acceptor - the part that all kinds of acceptors have
 * @ops: the operations of the kind
 * @watch: the listener's watch, while the acceptor is attached
 * @shared: processes may have the acceptor open too. An acceptor that is not
 *	shared refuses clients until @ops->admit.
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

/* @acceptor may be NULL. */
static inline void vsb_acceptor_refuse(struct vsb_acceptor *acceptor)
{
	if (acceptor)
		acceptor->ops->refuse(acceptor);
}

/* @acceptor may be NULL. */
static inline void vsb_acceptor_close(struct vsb_acceptor *acceptor)
{
	if (acceptor)
		acceptor->ops->close(acceptor);
}

#endif /* VSB_ACCEPTOR_H */
