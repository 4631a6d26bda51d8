// SPDX-License-Identifier: GPL-2.0
/*
 * Bursts of events of one connection's host end.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>

#include "conn/burst.h"

/* After this number of rounds the events are a burst. */
#define VSB_BURST_ROUNDS	8

/* A burst ends if no event arrives for this time. */
#define VSB_BURST_GAP_NS	NSEC_PER_MSEC

/* Called by a round that has found an event. */
void vsb_burst_round(struct vsb_burst *burst)
{
	u64 now = ktime_get_ns();

	if (now - burst->last > VSB_BURST_GAP_NS)
		burst->rounds = 0;
	if (burst->rounds < VSB_BURST_ROUNDS)
		burst->rounds++;
	WRITE_ONCE(burst->last, now);
	WRITE_ONCE(burst->may_wait, burst->rounds == VSB_BURST_ROUNDS);
}

/* The guest sent a packet, and the host program may be waiting for it. */
void vsb_burst_end(struct vsb_burst *burst)
{
	burst->rounds = 0;
	WRITE_ONCE(burst->may_wait, false);
}

/* May a new event wait for the following events? Called from any context. */
bool vsb_burst_may_wait(const struct vsb_burst *burst)
{
	return READ_ONCE(burst->may_wait) &&
	       ktime_get_ns() - READ_ONCE(burst->last) <= VSB_BURST_GAP_NS;
}
