// SPDX-License-Identifier: GPL-2.0
/*
 * Busy polling: the worker looks for more packets before it sleeps.
 */
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/uaccess.h>
#include <asm/processor.h>

#include "poll.h"
#include "vring.h"
#include "worker.h"

/* What is learnt begins with so much, and doubles. */
#define VSB_POLL_FIRST_NS	(10 * NSEC_PER_USEC)
#define VSB_POLL_MAX_US		1000U

static unsigned int poll_us = 50;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "how long a worker polls at most when no timeout was set, in microseconds; at most 1000; 0: never");

void vsb_poll_set(struct vsb_poll *poll, u32 rx_us, u32 tx_us)
{
	poll->fixed = (u64)max(rx_us, tx_us) * NSEC_PER_USEC;
}

/* Packets were moved: the time begins anew. */
void vsb_poll_active(struct vsb_poll *poll)
{
	u64 time = poll->fixed ?: poll->learnt;

	if (time)
		poll->until = ktime_get_ns() + time;
}

/* The queue is empty, and the guest was asked for a kick. */
void vsb_poll_park(struct vsb_poll *poll)
{
	poll->parked = ktime_get_ns();
}

/* There are chains again. Would it have been worth to wait for them? */
void vsb_poll_unpark(struct vsb_poll *poll)
{
	u64 most = min(READ_ONCE(poll_us), VSB_POLL_MAX_US) * NSEC_PER_USEC;

	if (!poll->parked)
		return;
	if (ktime_get_ns() - poll->parked > most)
		poll->learnt = 0;
	else
		poll->learnt = clamp_t(u64, 2 * poll->learnt,
				       min_t(u64, VSB_POLL_FIRST_NS, most),
				       most);
	poll->parked = 0;
}

/**
 * vsb_poll_begin() - is it worth to look for more?
 * @poll: how long that is
 * @vr: the queue, all of whose chains were taken
 * @ring: out: what vsb_poll_spin() looks at, without the lock of the data path
 *
 * Return: true when it is; the queue must not be parked then.
 */
bool vsb_poll_begin(const struct vsb_poll *poll, const struct vsb_vring *vr,
		    struct vsb_poll_ring *ring)
{
	if (!(poll->fixed || poll->learnt) || vr->broken ||
	    !single_task_running() || ktime_get_ns() >= poll->until)
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

	while (single_task_running() && !need_resched() &&
	       !signal_pending(current) && llist_empty(&worker->works) &&
	       ktime_get_ns() < ring->until) {
		if (get_user(idx, ring->idx) ||
		    le16_to_cpu((__force __le16)idx) != ring->seen)
			return;
		cpu_relax();
	}
}
