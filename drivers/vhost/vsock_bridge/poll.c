// SPDX-License-Identifier: GPL-2.0
/*
 * Busy polling: the worker looks for more packets before it sleeps.
 */
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/processor.h>

#include "poll.h"
#include "vring.h"
#include "worker.h"

void vsb_poll_set(struct vsb_poll *poll, u32 rx_us, u32 tx_us)
{
	poll->us = max(rx_us, tx_us);
	poll->until = 0;
}

/* Packets were moved: the time begins anew. */
void vsb_poll_active(struct vsb_poll *poll)
{
	if (poll->us)
		poll->until = ktime_get_ns() + (u64)poll->us * NSEC_PER_USEC;
}

/**
 * vsb_poll_begin() - is it worth to look for more?
 * @poll: what was set
 * @vr: the queue, all of whose chains were taken
 * @ring: out: what vsb_poll_spin() looks at, without the lock of the data path
 *
 * Return: true when it is; the queue must not be parked then.
 */
bool vsb_poll_begin(const struct vsb_poll *poll, const struct vsb_vring *vr,
		    struct vsb_poll_ring *ring)
{
	if (!poll->us || vr->broken || ktime_get_ns() >= poll->until)
		return false;
	ring->idx = &vr->avail->idx;
	ring->seen = vr->avail_idx;
	ring->until = poll->until;
	return true;
}

/*
 * Look at the ring until there is more in it, or something else to do, for us or
 * for this processor. A ring that moves meanwhile does no harm: nothing is taken
 * from it here.
 */
void vsb_poll_spin(const struct vsb_poll_ring *ring,
		   const struct vsb_worker *worker)
{
	__virtio16 idx;

	while (!need_resched() && !signal_pending(current) &&
	       llist_empty(&worker->works) && ktime_get_ns() < ring->until) {
		if (get_user(idx, ring->idx) ||
		    le16_to_cpu((__force __le16)idx) != ring->seen)
			return;
		cpu_relax();
	}
}
