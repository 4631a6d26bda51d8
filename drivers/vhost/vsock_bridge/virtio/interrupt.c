// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts for used chains, and their coalescing.
 */
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>

#include "base/compat.h"
#include "base/ctx.h"
#include "base/trace.h"
#include "virtio/interrupt.h"
#include "virtio/queue.h"

/* A TX interrupt is delayed until 1/VSB_INTERRUPT_SHARE of the ring is used. */
#define VSB_INTERRUPT_SHARE	4

/* Return: true if the driver wants an interrupt for the used chains. */
static bool vsb_interrupt_is_wanted(struct vsb_queue *q)
{
	if (vsb_queue_wants_interrupt(q))
		return true;
	vsb_queue_set_signalled(q);
	return false;
}

static void vsb_interrupt_count(struct vsb_ctx *ctx, enum vsb_queue_index index)
{
	switch (index) {
	case VSB_RX:
		ctx->stats.rx_calls++;
		break;
	case VSB_TX:
		ctx->stats.tx_calls++;
		break;
	case VSB_EVENT:
		ctx->stats.event_calls++;
		break;
	case VSB_QUEUES:
		break;
	}
}

static void vsb_interrupt_signal(struct vsb_queue *q)
{
	vsb_queue_set_signalled(q);
	if (!q->call) {
		/* an eventfd that is set later gets the next interrupt */
		vsb_queue_signal_next(q);
		return;
	}
	vsb_eventfd_signal(q->call);
	trace_vsb_call(q->ctx->stats.device, q->index);
	vsb_interrupt_count(q->ctx, q->index);
}

/*
 * Set the time since which an interrupt is delayed; 0 means that no interrupt
 * is delayed. Return: true when the caller must start the timer.
 */
static bool vsb_interrupt_set_since(struct vsb_interrupt *in, u64 since)
{
	unsigned long flags;
	bool start;

	spin_lock_irqsave(&in->lock, flags);
	in->since = since;
	start = since && !in->armed;
	if (start)
		in->armed = true;
	spin_unlock_irqrestore(&in->lock, flags);
	return start;
}

/* Sends a delayed interrupt now, if the driver still wants it. */
void vsb_interrupt_flush(struct vsb_interrupt *in)
{
	if (!in->since)
		return;
	vsb_interrupt_set_since(in, 0);
	if (vsb_interrupt_is_wanted(in->tx))
		vsb_interrupt_signal(in->tx);
}

/* Has the delay lasted long enough to send the interrupt with another one? */
static bool vsb_interrupt_may_join(const struct vsb_interrupt *in)
{
	return in->since &&
	       ktime_get_ns() - in->since >= VSB_INTERRUPT_DELAY_NS / 2;
}

/**
 * vsb_interrupt_send() - interrupt for used chains, if the driver wants it
 * @in: the interrupts of the device
 * @q: the queue; not TX
 */
void vsb_interrupt_send(struct vsb_interrupt *in, struct vsb_queue *q)
{
	if (!vsb_interrupt_is_wanted(q))
		return;
	if (vsb_interrupt_may_join(in))
		vsb_interrupt_flush(in);
	vsb_interrupt_signal(q);
}

/* Delay the interrupt for used TX chains; send it if enough chains are used. */
static void vsb_interrupt_delay(struct vsb_interrupt *in)
{
	struct vsb_queue *tx = in->tx;

	if (!in->since) {
		if (!vsb_interrupt_is_wanted(tx))
			return;
		if (vsb_interrupt_set_since(in, ktime_get_ns()))
			hrtimer_start(&in->timer,
				      ns_to_ktime(VSB_INTERRUPT_DELAY_NS),
				      HRTIMER_MODE_REL);
	}
	if (vsb_queue_unsignalled(tx) >= vsb_queue_num(tx) / VSB_INTERRUPT_SHARE)
		vsb_interrupt_flush(in);
}

/**
 * vsb_interrupt_finish() - end a round on a queue
 * @in: the interrupts of the device
 * @q: the queue
 *
 * From here on the driver sees the used chains. It gets at most one interrupt
 * for them, now or later.
 *
 * Return: true if chains were used.
 */
bool vsb_interrupt_finish(struct vsb_interrupt *in, struct vsb_queue *q)
{
	bool published = vsb_queue_publish(q);

	if (published) {
		if (q == in->tx)
			vsb_interrupt_delay(in);
		else
			vsb_interrupt_send(in, q);
	}
	vsb_queue_report(q);
	return published;
}

/* Return: the time of the timer's next check; 0 when no check is needed. */
static u64 vsb_interrupt_next_check(struct vsb_interrupt *in, u64 now)
{
	u64 end = in->since + VSB_INTERRUPT_DELAY_NS;

	/* the interrupt that the timer was started for may have been sent */
	in->armed = in->since && end > now;
	return in->armed ? end : 0;
}

/* Runs in interrupt context: the timer only decides, the worker sends. */
static enum hrtimer_restart vsb_interrupt_expired(struct hrtimer *timer)
{
	struct vsb_interrupt *in = container_of(timer, struct vsb_interrupt,
						timer);
	unsigned long flags;
	bool due;
	u64 next;

	spin_lock_irqsave(&in->lock, flags);
	next = vsb_interrupt_next_check(in, ktime_get_ns());
	due = in->since && !next;
	if (next)
		hrtimer_set_expires(timer, ns_to_ktime(next));
	spin_unlock_irqrestore(&in->lock, flags);
	if (due)
		vsb_worker_queue(&in->ctx->worker, in->work);
	return next ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

void vsb_interrupt_init(struct vsb_interrupt *in, struct vsb_ctx *ctx,
			struct vsb_queue *tx, struct vsb_work *work)
{
	in->ctx = ctx;
	in->tx = tx;
	in->work = work;
	spin_lock_init(&in->lock);
	vsb_hrtimer_setup(&in->timer, vsb_interrupt_expired);
}

/* The caller guarantees that no round runs any more. */
void vsb_interrupt_destroy(struct vsb_interrupt *in)
{
	hrtimer_cancel(&in->timer);
}
