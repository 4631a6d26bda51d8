/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A count of the users that keep a device from being torn down: its open file,
 * the task that ends it, and a connect that is under way. No thread waits for
 * them; the last user starts the teardown.
 */
#ifndef VSB_BUSY_H
#define VSB_BUSY_H

#include <linux/refcount.h>

/**
 * struct vsb_busy - the users of a device
 * @ref: number of users
 * @idle: called by the last user; may only queue work
 */
struct vsb_busy {
	refcount_t ref;
	void (*idle)(struct vsb_busy *busy);
};

static inline void vsb_busy_get(struct vsb_busy *busy)
{
	refcount_inc(&busy->ref);
}

/*
 * The device may be freed afterwards, except if the caller is one of its
 * threads.
 */
static inline void vsb_busy_put(struct vsb_busy *busy)
{
	if (refcount_dec_and_test(&busy->ref))
		busy->idle(busy);
}

#endif /* VSB_BUSY_H */
