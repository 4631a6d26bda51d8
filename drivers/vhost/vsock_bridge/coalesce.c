// SPDX-License-Identifier: GPL-2.0
/*
 * Coalescing: events of host sockets that come in a row are taken together.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>

#include "coalesce.h"
#include "compat.h"

/* So many rounds make a row; so long after the last one it has ended. */
#define VSB_COALESCE_ROUNDS	8
#define VSB_COALESCE_GAP_NS	NSEC_PER_MSEC

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
 * @first: nothing else has happened since the last round
 * @may_wait: it is worth to wait for more
 *
 * Whoever comes first sees to it that there is a round; who may not wait, that
 * it is now.
 */
void vsb_coalesce_event(struct vsb_coalesce *c, bool first, bool may_wait)
{
	bool waits = READ_ONCE(c->waits);

	if (first && waits && may_wait)
		hrtimer_start(&c->timer, ns_to_ktime(VSB_COALESCE_NS),
			      HRTIMER_MODE_REL);
	else if (first || (waits && !may_wait))
		vsb_worker_queue(c->worker, c->work);
}

/* A round takes the events there are. */
void vsb_coalesce_round(struct vsb_coalesce *c)
{
	u64 now = ktime_get_ns();

	if (now - c->last > VSB_COALESCE_GAP_NS)
		c->rounds = 0;
	c->last = now;
	if (c->rounds < VSB_COALESCE_ROUNDS)
		c->rounds++;
	WRITE_ONCE(c->waits, c->rounds == VSB_COALESCE_ROUNDS);
}

/* The guest has something to say: the host may wait for it, and it for more. */
void vsb_coalesce_answer(struct vsb_coalesce *c)
{
	c->rounds = 0;
	WRITE_ONCE(c->waits, false);
}
