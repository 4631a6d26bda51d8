/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections whose host ends had events, and the wakeup of the worker for
 * them.
 *
 * Hooks of host ends add connections without a lock, from any context. The
 * worker takes them out under the data path's lock.
 *
 * Events are coalesced, as network devices coalesce interrupts. For an event
 * that may wait, the worker is woken VSB_READY_WAIT_NS later. It then handles
 * all events that have arrived by that time.
 */
#ifndef VSB_READY_H
#define VSB_READY_H

#include <linux/bitops.h>
#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/time64.h>
#include <linux/types.h>

struct vsb_work;
struct vsb_worker;

/* The longest time that an event waits for other events. */
#define VSB_READY_WAIT_NS	(200 * NSEC_PER_USEC)

/* Bit of struct vsb_ready_node.queued. */
#define VSB_READY_QUEUED	0

/**
 * struct vsb_ready_node - a connection's entry
 * @node: entry in struct vsb_ready.list
 * @queued: bit VSB_READY_QUEUED is set while the entry is in the list; accessed
 *	from any context
 */
struct vsb_ready_node {
	struct llist_node node;
	unsigned long queued;
};

/**
 * struct vsb_ready - the list of a device
 * @list: connections with events, youngest first; lock-free
 * @taken: connections that the worker has taken out of @list, oldest first
 * @worker: worker of the device
 * @work: the round that handles the events
 * @timer: ends the wait of an event
 */
struct vsb_ready {
	struct llist_head list;
	struct llist_node *taken;
	struct vsb_worker *worker;
	struct vsb_work *work;
	struct hrtimer timer;
};

void vsb_ready_init(struct vsb_ready *ready, struct vsb_worker *worker,
		    struct vsb_work *work);
void vsb_ready_destroy(struct vsb_ready *ready);
void vsb_ready_wake(struct vsb_ready *ready, bool first, bool urgent);
struct vsb_ready_node *vsb_ready_next(struct vsb_ready *ready);

/* Return: true if the caller has to add @node, which is not in the list. */
static inline bool vsb_ready_claim(struct vsb_ready_node *node)
{
	/*
	 * (J), a full barrier: the worker that clears the bit sees the caller's
	 * earlier writes.
	 */
	return !test_and_set_bit(VSB_READY_QUEUED, &node->queued);
}

/* Return: true if the list was empty before. */
static inline bool vsb_ready_add(struct vsb_ready *ready,
				 struct vsb_ready_node *node)
{
	/* (J): follows vsb_ready_claim(); the worker takes the whole list */
	return llist_add(&node->node, &ready->list);
}

/* The worker has taken @node: from here on a new event adds it again. */
static inline void vsb_ready_release(struct vsb_ready_node *node)
{
	/*
	 * (J): The release orders the read of the list's next node before the
	 * clear of the bit: a hook that finds the bit clear overwrites that
	 * node.
	 */
	clear_bit_unlock(VSB_READY_QUEUED, &node->queued);
	/* (J): the round sees the event of a hook that found the bit set */
	smp_mb__after_atomic();
}

#endif /* VSB_READY_H */
