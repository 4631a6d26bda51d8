/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the teardown of a device waits for without a thread of its own.
 */
#ifndef VSB_BUSY_H
#define VSB_BUSY_H

#include <linux/refcount.h>

/**
 * struct vsb_busy - a count of things that are under way
 * @ref: how many
 * @idle: called by the task that ends the last of them; may only queue work
 */
struct vsb_busy {
	refcount_t ref;
	void (*idle)(struct vsb_busy *busy);
};

static inline void vsb_busy_get(struct vsb_busy *busy)
{
	refcount_inc(&busy->ref);
}

/* The device may be gone afterwards, except for its own threads. */
static inline void vsb_busy_put(struct vsb_busy *busy)
{
	if (refcount_dec_and_test(&busy->ref))
		busy->idle(busy);
}

#endif /* VSB_BUSY_H */
