/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Busy polling: for VHOST_SET_VRING_BUSYLOOP_TIMEOUT after the last packet the
 * worker looks for more before it asks for a kick and sleeps. By default it does
 * not.
 */
#ifndef VSB_POLL_H
#define VSB_POLL_H

#include <linux/types.h>
#include <linux/virtio_types.h>

struct vsb_vring;
struct vsb_worker;

/**
 * struct vsb_poll - until when the worker polls
 * @us: the larger timeout of RX and TX, in microseconds; 0: it does not
 * @until: in ns
 */
struct vsb_poll {
	u32 us;
	u64 until;
};

/**
 * struct vsb_poll_ring - what is looked at
 * @idx: index of the available ring, in the owner's memory; NULL: nothing is
 * @seen: its value when all chains were taken
 * @until: in ns
 */
struct vsb_poll_ring {
	const __virtio16 __user *idx;
	u16 seen;
	u64 until;
};

void vsb_poll_set(struct vsb_poll *poll, u32 rx_us, u32 tx_us);
void vsb_poll_active(struct vsb_poll *poll);
bool vsb_poll_begin(const struct vsb_poll *poll, const struct vsb_vring *vr,
		    struct vsb_poll_ring *ring);
void vsb_poll_spin(const struct vsb_poll_ring *ring,
		   const struct vsb_worker *worker);

#endif /* VSB_POLL_H */
