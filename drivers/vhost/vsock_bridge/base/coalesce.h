/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Coalescing: events of a host socket that come in a row are taken together, as
 * network devices do with packets.
 *
 * A program that streams to the guest in small pieces would wake the worker for
 * each of them. When its events have come in a row, and the guest has had
 * nothing to say to it but credit, nobody waits for the next one: the worker is
 * woken for it VSB_COALESCE_NS later, or when the program's send buffer is full
 * so far that it may not be writable any more, and finds what has come
 * meanwhile.
 */
#ifndef VSB_COALESCE_H
#define VSB_COALESCE_H

#include <linux/hrtimer.h>
#include <linux/types.h>

#include "base/worker.h"

/* How long an event in a row waits. */
#define VSB_COALESCE_NS		(200 * NSEC_PER_USEC)

/**
 * struct vsb_row - the events of a connection
 * @waits: they make a row; read by hooks, as @last
 * @rounds: that brought some, without a word of the guest
 * @last: when the last one did, in ns
 *
 * Zeroed, it is ready for use. Under the lock of the data path, but what hooks
 * read.
 */
struct vsb_row {
	bool waits;
	u8 rounds;
	u64 last;
};

void vsb_row_round(struct vsb_row *row);
void vsb_row_answer(struct vsb_row *row);
bool vsb_row_waits(const struct vsb_row *row);

/**
 * struct vsb_coalesce - when the worker hears of events
 * @worker: who hears of them
 * @work: what it does then
 * @timer: the end of a wait
 */
struct vsb_coalesce {
	struct vsb_worker *worker;
	struct vsb_work *work;
	struct hrtimer timer;
};

void vsb_coalesce_init(struct vsb_coalesce *c, struct vsb_worker *worker,
		       struct vsb_work *work);
void vsb_coalesce_destroy(struct vsb_coalesce *c);
void vsb_coalesce_event(struct vsb_coalesce *c, bool first, bool urgent);

#endif /* VSB_COALESCE_H */
