// SPDX-License-Identifier: GPL-2.0
/*
 * Deadlines: the times at which connections have something to do.
 */
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/string.h>

#include "base/worker.h"
#include "conn/deadlines.h"

/* Level 0 of the timer wheel is exact for fewer ticks (kernel/time/timer.c). */
#define VSB_EXACT_TICKS	63

static void vsb_deadlines_timer(struct timer_list *timer)
{
	struct vsb_deadlines *deadlines =
		container_of(timer, struct vsb_deadlines, timer);

	vsb_worker_queue(deadlines->worker, deadlines->work);
}

void vsb_deadlines_init(struct vsb_deadlines *deadlines,
			struct vsb_worker *worker, struct vsb_work *work)
{
	timerqueue_init_head(&deadlines->queue);
	timer_setup(&deadlines->timer, vsb_deadlines_timer, 0);
	deadlines->worker = worker;
	deadlines->work = work;
}

/* No deadline is armed any more; the timer may still be running. */
void vsb_deadlines_destroy(struct vsb_deadlines *deadlines)
{
	timer_delete_sync(&deadlines->timer);
}

static struct vsb_deadline *
vsb_deadlines_earliest(struct vsb_deadlines *deadlines)
{
	struct timerqueue_node *node = timerqueue_getnext(&deadlines->queue);

	return node ? container_of(node, struct vsb_deadline, node) : NULL;
}

/* The time stands still while the guest does not run. */
static u64 vsb_deadlines_now(const struct vsb_deadlines *deadlines)
{
	return deadlines->paused ?: ktime_get_ns();
}

/*
 * Sets the timer for the earliest entry; a timer that fires too early does no
 * harm. From VSB_EXACT_TICKS on, the timer wheel is late by up to an eighth of
 * the time. Therefore the timer is set to fire that much earlier, and is set
 * again when it fires.
 */
static void vsb_deadlines_set_timer(struct vsb_deadlines *deadlines)
{
	struct vsb_deadline *first = vsb_deadlines_earliest(deadlines);
	unsigned long ticks;
	s64 left;

	if (!first)
		return;
	left = max_t(s64, first->node.expires - (s64)ktime_get_ns(), 0);
	ticks = nsecs_to_jiffies(left) + 1;
	if (ticks >= VSB_EXACT_TICKS)
		ticks -= ticks / 8;
	mod_timer(&deadlines->timer, jiffies + ticks);
}

/* Return: the purpose with the earliest due time; VSB_DUES if none is set. */
static enum vsb_due vsb_deadline_first(const struct vsb_deadline *deadline)
{
	enum vsb_due due, first = VSB_DUES;

	for (due = 0; due < VSB_DUES; due++) {
		if (deadline->due[due] &&
		    (first == VSB_DUES ||
		     deadline->due[due] < deadline->due[first]))
			first = due;
	}
	return first;
}

/*
 * Moves the entry to the place of its earliest due time. Removes it if none is
 * set.
 */
static void vsb_deadlines_requeue(struct vsb_deadlines *deadlines,
				  struct vsb_deadline *deadline)
{
	enum vsb_due first = vsb_deadline_first(deadline);

	if (timerqueue_node_queued(&deadline->node))
		timerqueue_del(&deadlines->queue, &deadline->node);
	if (first == VSB_DUES)
		return;
	deadline->node.expires = deadline->due[first];
	timerqueue_add(&deadlines->queue, &deadline->node);
}

/*
 * An entry with another due time keeps its place: a timer that fires too early
 * costs less than an entry that moves with each packet.
 */
void vsb_deadlines_disarm(struct vsb_deadlines *deadlines,
			  struct vsb_deadline *deadline, enum vsb_due due)
{
	deadline->due[due] = 0;
	if (vsb_deadline_first(deadline) == VSB_DUES)
		vsb_deadlines_requeue(deadlines, deadline);
}

void vsb_deadlines_disarm_all(struct vsb_deadlines *deadlines,
			      struct vsb_deadline *deadline)
{
	memset(deadline->due, 0, sizeof(deadline->due));
	vsb_deadlines_requeue(deadlines, deadline);
}

/**
 * vsb_deadlines_arm() - set a due time of a connection
 * @deadlines: the deadlines of its device
 * @deadline: the due times of the connection
 * @due: the purpose; the due times of other purposes stay
 * @ms: milliseconds from now; the connection does not become due earlier
 */
void vsb_deadlines_arm(struct vsb_deadlines *deadlines,
		       struct vsb_deadline *deadline, enum vsb_due due, u32 ms)
{
	deadline->due[due] = vsb_deadlines_now(deadlines) +
			     (u64)ms * NSEC_PER_MSEC;
	if (timerqueue_node_queued(&deadline->node) &&
	    deadline->node.expires <= (s64)deadline->due[due])
		return;
	vsb_deadlines_requeue(deadlines, deadline);
	if (vsb_deadlines_earliest(deadlines) == deadline)
		vsb_deadlines_set_timer(deadlines);
}

/**
 * vsb_deadlines_expired() - take the next due time that has passed
 * @deadlines: the deadlines of a device
 * @due: out: the purpose, which is disarmed; VSB_DUES if the due time that gave
 *	the entry its place was disarmed or moved before
 *
 * Return: the due times of the connection; NULL if no due time has passed.
 */
struct vsb_deadline *vsb_deadlines_expired(struct vsb_deadlines *deadlines,
					   enum vsb_due *due)
{
	struct vsb_deadline *first = vsb_deadlines_earliest(deadlines);
	u64 now = ktime_get_ns();

	if (!first)
		return NULL;
	if (first->node.expires > (s64)now) {
		vsb_deadlines_set_timer(deadlines);
		return NULL;
	}
	*due = vsb_deadline_first(first);
	if (*due < VSB_DUES && first->due[*due] <= now)
		first->due[*due] = 0;
	else
		*due = VSB_DUES;
	vsb_deadlines_requeue(deadlines, first);
	return first;
}

static void vsb_deadline_postpone(struct vsb_deadline *deadline, u64 ns)
{
	enum vsb_due due;

	deadline->node.expires += ns;
	for (due = 0; due < VSB_DUES; due++) {
		if (deadline->due[due])
			deadline->due[due] += ns;
	}
}

void vsb_deadlines_pause(struct vsb_deadlines *deadlines)
{
	deadlines->paused = ktime_get_ns();
}

/* All due times move by the same time, so the order of the queue stays. */
void vsb_deadlines_resume(struct vsb_deadlines *deadlines)
{
	u64 pause = ktime_get_ns() - vsb_deadlines_now(deadlines);
	struct timerqueue_node *node;

	deadlines->paused = 0;
	for (node = timerqueue_getnext(&deadlines->queue); node;
	     node = timerqueue_iterate_next(node))
		vsb_deadline_postpone(container_of(node, struct vsb_deadline,
						   node), pause);
}
