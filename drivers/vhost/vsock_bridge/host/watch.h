/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user of a host end, or of an acceptor, learns of its events.
 */
#ifndef VSB_WATCH_H
#define VSB_WATCH_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/* What may have happened. */
#define VSB_WATCH_IN		BIT(0)	/* bytes, a client, or the end */
#define VSB_WATCH_OUT		BIT(1)	/* room, or the end */
#define VSB_WATCH_CONNECTED	BIT(2)	/* the connector has a result */
#define VSB_WATCH_URGENT	BIT(3)	/* the event must not be coalesced */

/**
 * struct vsb_watch - events, part of the object that they are for
 * @events: VSB_WATCH_* since they were taken last; from any context
 * @want_write: VSB_WATCH_OUT is of interest; hooks read it without a lock
 * @notify: called after @events has gained something, maybe under the lock of a
 *	wait queue with interrupts off; may only queue work
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

/* Something has happened. From any context. */
static inline void vsb_watch_post(struct vsb_watch *watch, int events)
{
	/* (M), a full barrier: what was done before is seen with the event */
	atomic_fetch_or(events, &watch->events);
	watch->notify(watch);
}

/* Have only bytes come, of which more may follow? */
static inline bool vsb_watch_may_wait(const struct vsb_watch *watch)
{
	return atomic_read(&watch->events) == VSB_WATCH_IN;
}

/* Return: the events so far; from here on events are notified again. */
static inline int vsb_watch_take(struct vsb_watch *watch)
{
	/* (M), a full barrier: what was done before they were posted is seen */
	return atomic_xchg(&watch->events, 0);
}

#endif /* VSB_WATCH_H */
