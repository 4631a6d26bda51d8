/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Busy polling: after the last packet the worker looks for more for a while
 * before it asks for a kick and sleeps. Only while nobody else wants the
 * processor, and no event waits for more of its kind.
 *
 * For how long is what VHOST_SET_VRING_BUSYLOOP_TIMEOUT says, or, when nobody has
 * issued that, learnt: as KVM does with processors that halt, the time grows when
 * packets came soon after the worker had given up, and is 0 again when they did
 * not. The module's parameter poll_us is the most that is learnt.
 */
#ifndef VSB_POLL_H
#define VSB_POLL_H

#include <linux/types.h>
#include <linux/virtio_types.h>

struct llist_head;
struct vsb_vring;
struct vsb_worker;

/**
 * struct vsb_poll - for how long the worker polls
 * @set: somebody has set it: it is not learnt
 * @time: how long, in ns; 0: not at all
 * @until: when it ends, in ns
 * @parked: when the TX queue was parked, in ns; 0: it was not
 */
struct vsb_poll {
	bool set;
	u64 time;
	u64 until;
	u64 parked;
};

/**
 * struct vsb_poll_spot - what is looked at, without the lock of the data path
 * @idx: index of the available ring, in the owner's memory
 * @seen: its value when all chains were taken
 * @ready: events that wait for more of them
 * @until: in ns
 */
struct vsb_poll_spot {
	const __virtio16 __user *idx;
	u16 seen;
	const struct llist_head *ready;
	u64 until;
};

void vsb_poll_set(struct vsb_poll *poll, u32 rx_us, u32 tx_us);
void vsb_poll_active(struct vsb_poll *poll);
void vsb_poll_park(struct vsb_poll *poll);
void vsb_poll_unpark(struct vsb_poll *poll);
bool vsb_poll_begin(const struct vsb_poll *poll, const struct vsb_vring *vr,
		    const struct llist_head *ready,
		    const struct vsb_worker *worker, struct vsb_poll_spot *spot);
void vsb_poll_spin(const struct vsb_poll_spot *spot,
		   const struct vsb_worker *worker);

#endif /* VSB_POLL_H */
