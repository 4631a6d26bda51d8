// SPDX-License-Identifier: GPL-2.0
/*
 * Busy polling: the worker checks for more packets before it sleeps.
 */
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <asm/processor.h>

#include "base/worker.h"
#include "datapath/busy_poll.h"

/* The first value of the learned time; it doubles from there. */
#define VSB_BUSY_POLL_FIRST_NS	(10 * NSEC_PER_USEC)

/* Maximum times. The stop or the end of a device may have to wait for them. */
#define VSB_BUSY_POLL_LEARNT_US_MAX	1000U
#define VSB_BUSY_POLL_SET_US_MAX	100000U

static unsigned int poll_us = 50;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "maximum polling time of a worker without a busy-loop timeout, in microseconds (0 to 1000; 0: no polling)");

void vsb_busy_poll_set(struct vsb_busy_poll *poll, u32 rx_us, u32 tx_us)
{
	poll->set = true;
	poll->time = min(max(rx_us, tx_us), VSB_BUSY_POLL_SET_US_MAX) *
		     NSEC_PER_USEC;
}

/* Packets were moved: the time starts again. */
void vsb_busy_poll_active(struct vsb_busy_poll *poll)
{
	if (poll->time)
		poll->until = ktime_get_ns() + poll->time;
}

/* The queue is empty, and the device asked the driver for a kick. */
void vsb_busy_poll_park(struct vsb_busy_poll *poll)
{
	if (!poll->set)
		poll->parked = ktime_get_ns();
}

/* Chains are available again: learns whether polling would have paid off. */
void vsb_busy_poll_unpark(struct vsb_busy_poll *poll)
{
	u64 most = min(READ_ONCE(poll_us), VSB_BUSY_POLL_LEARNT_US_MAX) *
		   NSEC_PER_USEC;

	if (!poll->parked || poll->set)
		return;
	if (ktime_get_ns() - poll->parked > most)
		poll->time = 0;
	else
		poll->time = min(max(2 * poll->time, VSB_BUSY_POLL_FIRST_NS),
				 most);
	poll->parked = 0;
}

/* Return: true if neither this thread nor this CPU has other work. */
static bool vsb_busy_poll_goes_on(const struct vsb_busy_poll_watch *watch,
				  const struct vsb_worker *worker)
{
	return single_task_running() && !need_resched() &&
	       !signal_pending(current) && llist_empty(&worker->works) &&
	       llist_empty(watch->ready) && vsb_worker_is_there(worker) &&
	       ktime_get_ns() < watch->until;
}

/**
 * vsb_busy_poll_begin() - decide whether to poll
 * @poll: how long the worker polls
 * @q: the queue, all of whose chains were taken
 * @ready: socket events that wait for coalescing
 * @worker: the worker that polls
 * @watch: out: for vsb_busy_poll_spin()
 *
 * Return: true to poll; then the caller must not park the queue.
 */
bool vsb_busy_poll_begin(const struct vsb_busy_poll *poll,
			 const struct vsb_queue *q,
			 const struct llist_head *ready,
			 const struct vsb_worker *worker,
			 struct vsb_busy_poll_watch *watch)
{
	if (!poll->time || vsb_queue_is_broken(q))
		return false;
	vsb_queue_peek_at(q, &watch->seen);
	watch->ready = ready;
	watch->until = poll->until;
	watch->on = vsb_busy_poll_goes_on(watch, worker);
	return watch->on;
}

/* Polls until the driver has made a chain available, or the time is over. */
void vsb_busy_poll_spin(const struct vsb_busy_poll_watch *watch,
			const struct vsb_worker *worker)
{
	while (vsb_busy_poll_goes_on(watch, worker)) {
		if (vsb_queue_peek(&watch->seen))
			return;
		cpu_relax();
	}
}
