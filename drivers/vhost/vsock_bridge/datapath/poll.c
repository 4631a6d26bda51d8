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

#include "base/worker.h"
#include "datapath/poll.h"
#include "virtio/split.h"

/* What is learnt begins with so much, and doubles. */
#define VSB_POLL_FIRST_NS	(10 * NSEC_PER_USEC)

/* Who ends a device, or stops it, does not wait longer for the worker. */
#define VSB_POLL_LEARNT_US_MAX	1000U
#define VSB_POLL_SET_US_MAX	100000U

static unsigned int poll_us = 50;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "how long a worker polls at most when no timeout was set, in microseconds; at most 1000; 0: never");

void vsb_poll_set(struct vsb_poll *poll, u32 rx_us, u32 tx_us)
{
	poll->set = true;
	poll->time = min(max(rx_us, tx_us), VSB_POLL_SET_US_MAX) *
		     NSEC_PER_USEC;
}

/* Packets were moved: the time begins anew. */
void vsb_poll_active(struct vsb_poll *poll)
{
	if (poll->time)
		poll->until = ktime_get_ns() + poll->time;
}

/* The queue is empty, and the guest was asked for a kick. */
void vsb_poll_park(struct vsb_poll *poll)
{
	if (!poll->set)
		poll->parked = ktime_get_ns();
}

/* There are chains again. Would it have been worth to wait for them? */
void vsb_poll_unpark(struct vsb_poll *poll)
{
	u64 most = min(READ_ONCE(poll_us), VSB_POLL_LEARNT_US_MAX) *
		   NSEC_PER_USEC;

	if (!poll->parked || poll->set)
		return;
	if (ktime_get_ns() - poll->parked > most)
		poll->time = 0;
	else
		poll->time = min(max(2 * poll->time, VSB_POLL_FIRST_NS), most);
	poll->parked = 0;
}

/* Does nobody want anything else, of us or of this processor? */
static bool vsb_poll_goes_on(const struct vsb_poll_spot *spot,
			     const struct vsb_worker *worker)
{
	return single_task_running() && !need_resched() &&
	       !signal_pending(current) && llist_empty(&worker->works) &&
	       llist_empty(spot->ready) && vsb_worker_is_there(worker) &&
	       ktime_get_ns() < spot->until;
}

/**
 * vsb_poll_begin() - is it worth to look for more?
 * @poll: how long that is
 * @vr: the queue, all of whose chains were taken
 * @ready: events that wait for a round
 * @worker: who would look
 * @spot: out: for vsb_poll_spin()
 *
 * Return: true when it is; the queue must not be parked then.
 */
bool vsb_poll_begin(const struct vsb_poll *poll, const struct vsb_vring *vr,
		    const struct llist_head *ready,
		    const struct vsb_worker *worker, struct vsb_poll_spot *spot)
{
	if (!poll->time || vr->broken)
		return false;
	spot->idx = &vr->avail->idx;
	spot->seen = vr->avail_idx;
	spot->ready = ready;
	spot->until = poll->until;
	return vsb_poll_goes_on(spot, worker);
}

/*
 * Look at the ring until there is more in it. One that moves meanwhile does no
 * harm: nothing is taken from it here.
 */
void vsb_poll_spin(const struct vsb_poll_spot *spot,
		   const struct vsb_worker *worker)
{
	__virtio16 idx;

	while (vsb_poll_goes_on(spot, worker)) {
		if (get_user(idx, spot->idx) || vsb_ring16(idx) != spot->seen)
			return;
		cpu_relax();
	}
}
