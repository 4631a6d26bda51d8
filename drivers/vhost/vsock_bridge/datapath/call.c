// SPDX-License-Identifier: GPL-2.0
/*
 * Calls: the interrupts that tell the guest of used chains.
 */
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "base/compat.h"
#include "base/trace.h"
#include "datapath/call.h"
#include "datapath/datapath.h"

/* A call for TX goes out when so large a part of the ring is used. */
#define VSB_CALL_SHARE	4

/* Does the guest want to know what is used? */
static bool vsb_call_is_wanted(struct vsb_queue *q)
{
	if (vsb_vring_wants_call(&q->vr))
		return true;
	vsb_vring_settle(&q->vr);
	return false;
}

static void vsb_call_signal(struct vsb_datapath *dp, struct vsb_queue *q)
{
	vsb_vring_settle(&q->vr);
	if (!q->call) {
		/* whoever sets one gets the next call in any case */
		q->vr.signalled_valid = false;
		return;
	}
	vsb_eventfd_signal(q->call);
	trace_vsb_call(dp->ctx.stats.device, q - dp->queue);
	switch (q - dp->queue) {
	case VSB_RX:
		dp->ctx.stats.rx_calls++;
		break;
	case VSB_TX:
		dp->ctx.stats.tx_calls++;
		break;
	case VSB_EVENT:
		dp->ctx.stats.event_calls++;
		break;
	}
}

/* Say since when a call waits; 0: none does. Return: start the timer. */
static bool vsb_call_wait_since(struct vsb_call_timer *ct, u64 since)
{
	unsigned long flags;
	bool start;

	spin_lock_irqsave(&ct->lock, flags);
	ct->since = since;
	start = since && !ct->armed;
	if (start)
		ct->armed = true;
	spin_unlock_irqrestore(&ct->lock, flags);
	return start;
}

/* What waits goes out now, unless the guest has seen it by itself. */
void vsb_call_waiting(struct vsb_datapath *dp)
{
	if (!dp->call_timer.since)
		return;
	vsb_call_wait_since(&dp->call_timer, 0);
	if (vsb_call_is_wanted(&dp->queue[VSB_TX]))
		vsb_call_signal(dp, &dp->queue[VSB_TX]);
}

/* Does a call wait that is so old that it may go along with another one? */
static bool vsb_call_may_join(const struct vsb_call_timer *ct)
{
	return ct->since &&
	       ktime_get_ns() - ct->since >= VSB_CALL_DELAY_NS / 2;
}

/**
 * vsb_call() - chains were used and published
 * @dp: the data path
 * @q: the queue, not TX
 */
void vsb_call(struct vsb_datapath *dp, struct vsb_queue *q)
{
	if (!vsb_call_is_wanted(q))
		return;
	if (vsb_call_may_join(&dp->call_timer))
		vsb_call_waiting(dp);
	vsb_call_signal(dp, q);
}

/**
 * vsb_call_later() - chains of TX were used and published
 * @dp: the data path
 */
void vsb_call_later(struct vsb_datapath *dp)
{
	struct vsb_call_timer *ct = &dp->call_timer;
	struct vsb_vring *vr = &dp->queue[VSB_TX].vr;

	if (!ct->since) {
		if (!vsb_call_is_wanted(&dp->queue[VSB_TX]))
			return;
		if (vsb_call_wait_since(ct, ktime_get_ns()))
			hrtimer_start(&ct->timer,
				      ns_to_ktime(VSB_CALL_DELAY_NS),
				      HRTIMER_MODE_REL);
	}
	if (vr->untold >= vr->num / VSB_CALL_SHARE)
		vsb_call_waiting(dp);
}

/* Return: when the timer has to look again, 0: not. */
static u64 vsb_call_next_look(struct vsb_call_timer *ct, u64 now)
{
	u64 end = ct->since + VSB_CALL_DELAY_NS;

	/* what it was started for may be gone, and this be younger */
	ct->armed = ct->since && end > now;
	return ct->armed ? end : 0;
}

/* In interrupt context: it looks, and leaves the rest to the worker. */
static enum hrtimer_restart vsb_call_expired(struct hrtimer *timer)
{
	struct vsb_datapath *dp = container_of(timer, struct vsb_datapath,
					       call_timer.timer);
	struct vsb_call_timer *ct = &dp->call_timer;
	unsigned long flags;
	bool due;
	u64 next;

	spin_lock_irqsave(&ct->lock, flags);
	next = vsb_call_next_look(ct, ktime_get_ns());
	due = ct->since && !next;
	if (next)
		hrtimer_set_expires(timer, ns_to_ktime(next));
	spin_unlock_irqrestore(&ct->lock, flags);
	if (due)
		vsb_worker_queue(&dp->ctx.worker, &ct->work);
	return next ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void vsb_call_run(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       call_timer.work);

	mutex_lock(&dp->lock);
	if (dp->running)
		vsb_call_waiting(dp);
	vsb_datapath_unlock(dp);
}

void vsb_call_init(struct vsb_datapath *dp)
{
	spin_lock_init(&dp->call_timer.lock);
	vsb_hrtimer_setup(&dp->call_timer.timer, vsb_call_expired);
	vsb_work_init(&dp->call_timer.work, vsb_call_run);
}

/* Nothing may use the data path any more. */
void vsb_call_destroy(struct vsb_datapath *dp)
{
	hrtimer_cancel(&dp->call_timer.timer);
}
