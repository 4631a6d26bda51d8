/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Coalescing: events of host sockets that come in a row are taken together, as
 * network devices do with packets.
 *
 * A program that streams to the guest in small pieces would wake the worker for
 * each of them. When events have come in a row, and the guest has had nothing to
 * say but credit, nobody waits for the next one: the worker is woken for it
 * VSB_COALESCE_NS later, or when the program has used half of its send buffer,
 * and finds what has come meanwhile.
 */
#ifndef VSB_COALESCE_H
#define VSB_COALESCE_H

#include <linux/hrtimer.h>
#include <linux/types.h>

#include "worker.h"

/* How long an event in a row waits. */
#define VSB_COALESCE_NS		(200 * NSEC_PER_USEC)

/**
 * struct vsb_coalesce - when the worker hears of events
 * @worker: who hears of them
 * @work: what it does then; the owner sets both
 * @timer: the end of a wait
 * @waits: events wait from now on; read by hooks
 * @rounds: in a row, without a word of the guest; the worker's own, as @last
 * @last: when the last round was, in ns
 */
struct vsb_coalesce {
	struct vsb_worker *worker;
	struct vsb_work *work;
	struct hrtimer timer;
	bool waits;
	unsigned int rounds;
	u64 last;
};

void vsb_coalesce_init(struct vsb_coalesce *c, struct vsb_worker *worker,
		       struct vsb_work *work);
void vsb_coalesce_destroy(struct vsb_coalesce *c);
void vsb_coalesce_event(struct vsb_coalesce *c, bool first, bool may_wait);
void vsb_coalesce_round(struct vsb_coalesce *c);
void vsb_coalesce_answer(struct vsb_coalesce *c);

#endif /* VSB_COALESCE_H */
