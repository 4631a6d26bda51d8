/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls: the interrupts that tell the guest of used chains.
 *
 * A call for RX, or for an event, goes out at once. That a chain of TX is used
 * is news that nobody waits for but a guest whose ring is full, and an interrupt
 * may cost more than the packet did. Such a call waits until a quarter of the
 * ring is used, or for VSB_CALL_DELAY_NS; in the second half of that time it
 * goes along with any other call. What is used is shown in the ring at once all
 * the same.
 */
#ifndef VSB_CALL_H
#define VSB_CALL_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "base/worker.h"

struct vsb_datapath;
struct vsb_queue;

/* How long a guest that waits for nothing but a TX chain waits at most. */
#define VSB_CALL_DELAY_NS	(200 * NSEC_PER_USEC)

/**
 * struct vsb_call_timer - the calls that wait
 * @lock: protects the next two; innermost, interrupts off
 * @since: when the first of the chains was used, in ns; 0: no call waits.
 *	Written under the lock of the datapath as well.
 * @armed: the timer will look at @since; only who sets it starts the timer
 * @timer: ends their time; runs on when they went before, which costs less
 *	than to stop it
 * @work: what it queues
 */
struct vsb_call_timer {
	spinlock_t lock;	/* @since and @armed */
	u64 since;
	bool armed;
	struct hrtimer timer;
	struct vsb_work work;
};

void vsb_call_init(struct vsb_datapath *dp);
void vsb_call_destroy(struct vsb_datapath *dp);
void vsb_call(struct vsb_datapath *dp, struct vsb_queue *q);
void vsb_call_later(struct vsb_datapath *dp);
void vsb_call_waiting(struct vsb_datapath *dp);

#endif /* VSB_CALL_H */
