// SPDX-License-Identifier: GPL-2.0
/*
 * The connections whose host ends had events, and the wakeup of the worker for
 * them.
 */
#include <linux/container_of.h>
#include <linux/ktime.h>

#include "base/compat.h"
#include "base/worker.h"
#include "conn/ready.h"

static enum hrtimer_restart vsb_ready_expired(struct hrtimer *timer)
{
	struct vsb_ready *ready = container_of(timer, struct vsb_ready, timer);

	vsb_worker_queue(ready->worker, ready->work);
	return HRTIMER_NORESTART;
}

void vsb_ready_init(struct vsb_ready *ready, struct vsb_worker *worker,
		    struct vsb_work *work)
{
	init_llist_head(&ready->list);
	ready->worker = worker;
	ready->work = work;
	vsb_hrtimer_setup(&ready->timer, vsb_ready_expired);
}

/* The caller ensures that no hook adds a connection any more. */
void vsb_ready_destroy(struct vsb_ready *ready)
{
	hrtimer_cancel(&ready->timer);
}

/**
 * vsb_ready_wake() - wake the worker for an event of a host end; any context
 * @ready: the list of its device
 * @first: the list was empty, so no wakeup is pending
 * @urgent: the event must not wait
 */
void vsb_ready_wake(struct vsb_ready *ready, bool first, bool urgent)
{
	if (urgent)
		vsb_worker_queue(ready->worker, ready->work);
	else if (first)
		hrtimer_start(&ready->timer, ns_to_ktime(VSB_READY_WAIT_NS),
			      HRTIMER_MODE_REL);
}

/**
 * vsb_ready_next() - take the oldest entry
 * @ready: the list; the caller holds the data path's lock
 *
 * Return: the entry, for vsb_ready_release(); NULL if there is none.
 */
struct vsb_ready_node *vsb_ready_next(struct vsb_ready *ready)
{
	struct llist_node *node = ready->taken;

	if (!node)
		node = llist_reverse_order(llist_del_all(&ready->list));
	if (!node)
		return NULL;
	ready->taken = node->next;
	return llist_entry(node, struct vsb_ready_node, node);
}
