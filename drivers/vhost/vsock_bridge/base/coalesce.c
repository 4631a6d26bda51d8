// SPDX-License-Identifier: GPL-2.0
/*
 * Coalescing: events of a host socket that come in a row are taken together.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>

#include "base/coalesce.h"
#include "base/compat.h"

/* So many rounds make a row; so long after the last one it has ended. */
#define VSB_ROW_ROUNDS	8
#define VSB_ROW_GAP_NS	NSEC_PER_MSEC

/* A round has found an event. */
void vsb_row_round(struct vsb_row *row)
{
	u64 now = ktime_get_ns();

	if (now - row->last > VSB_ROW_GAP_NS)
		row->rounds = 0;
	if (row->rounds < VSB_ROW_ROUNDS)
		row->rounds++;
	WRITE_ONCE(row->last, now);
	WRITE_ONCE(row->waits, row->rounds == VSB_ROW_ROUNDS);
}

/* The guest has something to say: the program may wait for it, and it for more. */
void vsb_row_answer(struct vsb_row *row)
{
	row->rounds = 0;
	WRITE_ONCE(row->waits, false);
}

/* Is it worth to wait for more, now that there is an event? From any context. */
bool vsb_row_waits(const struct vsb_row *row)
{
	return READ_ONCE(row->waits) &&
	       ktime_get_ns() - READ_ONCE(row->last) <= VSB_ROW_GAP_NS;
}

static enum hrtimer_restart vsb_coalesce_expired(struct hrtimer *timer)
{
	struct vsb_coalesce *c = container_of(timer, struct vsb_coalesce,
					      timer);

	vsb_worker_queue(c->worker, c->work);
	return HRTIMER_NORESTART;
}

void vsb_coalesce_init(struct vsb_coalesce *c, struct vsb_worker *worker,
		       struct vsb_work *work)
{
	c->worker = worker;
	c->work = work;
	vsb_hrtimer_setup(&c->timer, vsb_coalesce_expired);
}

/* No event comes any more. */
void vsb_coalesce_destroy(struct vsb_coalesce *c)
{
	hrtimer_cancel(&c->timer);
}

/**
 * vsb_coalesce_event() - a socket has had an event; from any context
 * @c: who has to hear of it
 * @first: no other one waits for a round
 * @urgent: it may not wait
 *
 * Whoever comes first sees to it that there is a round; who is urgent, that it
 * is now.
 */
void vsb_coalesce_event(struct vsb_coalesce *c, bool first, bool urgent)
{
	if (urgent)
		vsb_worker_queue(c->worker, c->work);
	else if (first)
		hrtimer_start(&c->timer, ns_to_ktime(VSB_COALESCE_NS),
			      HRTIMER_MODE_REL);
}
