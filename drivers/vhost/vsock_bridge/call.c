// SPDX-License-Identifier: GPL-2.0
/*
 * Calls: the interrupts that tell the guest of used chains.
 */
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "call.h"
#include "compat.h"
#include "datapath.h"

/* A call for TX goes out when so large a part of the ring is used. */
#define VSB_CALL_SHARE	4

static void vsb_call_signal(struct vsb_datapath *dp, struct vsb_queue *q)
{
	if (!q->call) {
		/* whoever sets one gets the next call in any case */
		q->vr.signalled_valid = false;
		return;
	}
	vsb_eventfd_signal(q->call);
	switch (q - dp->queue) {
	case VSB_RX:
		dp->stats.rx_calls++;
		break;
	case VSB_TX:
		dp->stats.tx_calls++;
		break;
	case VSB_EVENT:
		dp->stats.event_calls++;
		break;
	}
}

/* What waits goes out now. */
void vsb_call_waiting(struct vsb_datapath *dp)
{
	struct vsb_call_timer *ct = &dp->call_timer;

	if (!ct->chains)
		return;
	ct->chains = 0;
	WRITE_ONCE(ct->since, 0);
	vsb_call_signal(dp, &dp->queue[VSB_TX]);
}

/* Interrupt the guest; it learns of all that waits as well. */
void vsb_call(struct vsb_datapath *dp, struct vsb_queue *q)
{
	vsb_call_waiting(dp);
	vsb_call_signal(dp, q);
}

/**
 * vsb_call_later() - the guest wants to know that TX chains are used
 * @dp: the data path
 * @chains: how many
 */
void vsb_call_later(struct vsb_datapath *dp, unsigned int chains)
{
	struct vsb_call_timer *ct = &dp->call_timer;

	if (!ct->chains)
		WRITE_ONCE(ct->since, ktime_get_ns());
	ct->chains += chains;
	if (ct->chains >= dp->queue[VSB_TX].vr.num / VSB_CALL_SHARE) {
		vsb_call_waiting(dp);
		return;
	}
	/*
	 * One that runs looks at @since after it left the queue: either it sees
	 * what was written above, or it is started anew here.
	 */
	smp_mb();
	if (!hrtimer_is_queued(&ct->timer))
		hrtimer_start(&ct->timer, ns_to_ktime(VSB_CALL_DELAY_NS),
			      HRTIMER_MODE_REL);
}

/* In hard interrupt context: it looks, and leaves the rest to the worker. */
static enum hrtimer_restart vsb_call_expired(struct hrtimer *timer)
{
	struct vsb_datapath *dp = container_of(timer, struct vsb_datapath,
					       call_timer.timer);
	u64 since, end;

	smp_mb();	/* it has left the queue: see vsb_call_later() */
	since = READ_ONCE(dp->call_timer.since);
	if (!since)
		return HRTIMER_NORESTART;
	end = since + VSB_CALL_DELAY_NS;
	if (end > ktime_get_ns()) {
		/* what it was started for is gone, this is younger */
		hrtimer_set_expires(timer, ns_to_ktime(end));
		return HRTIMER_RESTART;
	}
	vsb_worker_queue(&dp->worker, &dp->call_timer.work);
	return HRTIMER_NORESTART;
}

static void vsb_call_run(struct vsb_work *work)
{
	struct vsb_datapath *dp = container_of(work, struct vsb_datapath,
					       call_timer.work);

	mutex_lock(&dp->lock);
	if (dp->running)
		vsb_call_waiting(dp);
	mutex_unlock(&dp->lock);
}

void vsb_call_init(struct vsb_datapath *dp)
{
	vsb_hrtimer_setup(&dp->call_timer.timer, vsb_call_expired);
	vsb_work_init(&dp->call_timer.work, vsb_call_run);
}

/* Nothing may use the data path any more. */
void vsb_call_destroy(struct vsb_datapath *dp)
{
	hrtimer_cancel(&dp->call_timer.timer);
}
