/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Busy polling: after the last packet the worker checks the TX ring for more
 * for a while, before it asks for a kick and sleeps. It does so only while no
 * other task wants the processor and no socket event waits for coalescing.
 *
 * VHOST_SET_VRING_BUSYLOOP_TIMEOUT sets the time. Until a VMM issues that, the
 * time is learnt, as KVM learns how long to poll for a halted vCPU: the time
 * grows when packets came soon after the worker had stopped polling, and is 0
 * again when they did not. The module parameter poll_us bounds the time that is
 * learnt.
 */
#ifndef VSB_BUSY_POLL_H
#define VSB_BUSY_POLL_H

#include <linux/types.h>

#include "virtio/queue.h"

struct llist_head;
struct vsb_worker;

/**
 * struct vsb_busy_poll - how long the worker polls
 * @set: a VMM has set the time, so it is not learnt
 * @time: how long, in ns; 0: not at all
 * @until: when polling ends, in ns
 * @parked: when the TX queue was parked, in ns; 0: it is not
 */
struct vsb_busy_poll {
	bool set;
	u64 time;
	u64 until;
	u64 parked;
};

/**
 * struct vsb_busy_poll_watch - what is polled, without the data path's lock
 * @on: poll
 * @seen: what was seen of the queue
 * @ready: socket events that wait for coalescing
 * @until: when polling ends, in ns
 */
struct vsb_busy_poll_watch {
	bool on;
	struct vsb_queue_seen seen;
	const struct llist_head *ready;
	u64 until;
};

void vsb_busy_poll_set(struct vsb_busy_poll *poll, u32 rx_us, u32 tx_us);
void vsb_busy_poll_active(struct vsb_busy_poll *poll);
void vsb_busy_poll_park(struct vsb_busy_poll *poll);
void vsb_busy_poll_unpark(struct vsb_busy_poll *poll);
bool vsb_busy_poll_begin(const struct vsb_busy_poll *poll,
			 const struct vsb_queue *q,
			 const struct llist_head *ready,
			 const struct vsb_worker *worker,
			 struct vsb_busy_poll_watch *watch);
void vsb_busy_poll_spin(const struct vsb_busy_poll_watch *watch,
			const struct vsb_worker *worker);

#endif /* VSB_BUSY_POLL_H */
