/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A watch: the events of a host end or of an acceptor, for its user.
 */
#ifndef VSB_WATCH_H
#define VSB_WATCH_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Events. A posted event says what may have happened. */
#define VSB_WATCH_IN		BIT(0)	/* bytes, a client, or EOF */
#define VSB_WATCH_OUT		BIT(1)	/* room, or EOF */
#define VSB_WATCH_CONNECTED	BIT(2)	/* the connector has a result */
#define VSB_WATCH_URGENT	BIT(3)	/* the event must not be coalesced */

/**
 * struct vsb_watch - events, part of the object that they are for
 * @events: VSB_WATCH_* since the last take; from any context
 * @want_write: the user waits for VSB_WATCH_OUT; hooks read it without a lock
 * @notify: called after a post has added events; may run under the lock of a
 *	wait queue with interrupts off, so it may only queue work
 */
struct vsb_watch {
	atomic_t events;
	bool want_write;
	void (*notify)(struct vsb_watch *watch);
};

static inline void vsb_watch_init(struct vsb_watch *watch,
				  void (*notify)(struct vsb_watch *watch))
{
	atomic_set(&watch->events, 0);
	watch->want_write = false;
	watch->notify = notify;
}

/* Posts events, from any context. */
static inline void vsb_watch_post(struct vsb_watch *watch, int events)
{
	/* (M), a full barrier: a take of the events sees the caller's writes */
	atomic_fetch_or(events, &watch->events);
	watch->notify(watch);
}

/* Return: true if only bytes arrived, and more bytes may follow. */
static inline bool vsb_watch_may_wait(const struct vsb_watch *watch)
{
	return atomic_read(&watch->events) == VSB_WATCH_IN;
}

/* Return: the posted events; from here on new events are notified again. */
static inline int vsb_watch_take(struct vsb_watch *watch)
{
	/* (M), a full barrier: this task sees the writes before each post */
	return atomic_xchg(&watch->events, 0);
}

#endif /* VSB_WATCH_H */
