/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls: the interrupts that tell the guest of used chains.
 *
 * A call for RX, or for an event, goes out at once. That a chain of TX is used
 * is rarely news that anybody waits for, and an interrupt may cost more than
 * the packet did: such a call waits for the next one that goes out in any case,
 * for a quarter of the ring to be used, or for VSB_CALL_DELAY_NS, whichever is
 * first. What is used is shown in the ring at once all the same.
 */
#ifndef VSB_CALL_H
#define VSB_CALL_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "worker.h"

struct vsb_datapath;
struct vsb_queue;

/* How long a guest that waits for nothing but a TX chain waits at most. */
#define VSB_CALL_DELAY_NS	(50 * NSEC_PER_USEC)

/**
 * struct vsb_call_timer - the calls that wait
 * @chains: TX chains that the guest was not told of; 0: no call waits. Under
 *	the lock of the datapath.
 * @lock: protects the next two; innermost, interrupts off
 * @since: when the first of them was used, in ns; 0: no call waits
 * @armed: the timer will look at @since; only who sets it starts the timer
 * @timer: ends their time; runs on when they went before, which costs less
 *	than to stop it
 * @work: what it queues
 */
struct vsb_call_timer {
	unsigned int chains;
	spinlock_t lock;	/* @since and @armed */
	u64 since;
	bool armed;
	struct hrtimer timer;
	struct vsb_work work;
};

void vsb_call_init(struct vsb_datapath *dp);
void vsb_call_destroy(struct vsb_datapath *dp);
void vsb_call(struct vsb_datapath *dp, struct vsb_queue *q);
void vsb_call_later(struct vsb_datapath *dp, unsigned int chains);
void vsb_call_waiting(struct vsb_datapath *dp);

#endif /* VSB_CALL_H */
