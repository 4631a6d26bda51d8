/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Busy polling: after the last packet the worker polls the TX ring for a while,
 * before it asks for a kick and sleeps. It polls only while no other task wants
 * the CPU and no socket event waits for coalescing.
 *
 * VHOST_SET_VRING_BUSYLOOP_TIMEOUT sets the time. Until the VMM issues that
 * ioctl, the worker learns the time, as KVM learns how long to poll for a
 * halted vCPU. The time grows if packets arrive soon after the worker has
 * stopped polling, and returns to 0 if they do not. The module parameter
 * poll_us limits the learned time.
 */
#ifndef VSB_BUSY_POLL_H
#define VSB_BUSY_POLL_H

#include <linux/types.h>

#include "virtio/queue.h"

struct llist_head;
struct vsb_worker;

/**
 * struct vsb_busy_poll - how long the worker polls
 * @set: the VMM has set the time, so it is not learned
 * @time: the time to poll in ns; 0: no polling
 * @until: the time when polling ends, in ns
 * @parked: the time when the TX queue was parked, in ns; 0 if it is not parked
 */
struct vsb_busy_poll {
	bool set;
	u64 time;
	u64 until;
	u64 parked;
};

/**
 * struct vsb_busy_poll_watch - what is polled, without the data path's lock
 * @on: the worker polls
 * @seen: the state of the queue to compare with
 * @ready: socket events that wait for coalescing
 * @until: the time when polling ends, in ns
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
