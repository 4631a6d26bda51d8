/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bursts of events of one connection's host end.
 *
 * A host program that streams to the guest in small pieces would wake the
 * worker for each piece. If events arrive in a burst and the guest sends
 * nothing except credit, no side waits for a reply to a piece. Then an event
 * can be coalesced with the following events; see struct vsb_ready.
 */
#ifndef VSB_BURST_H
#define VSB_BURST_H

#include <linux/types.h>

/**
 * struct vsb_burst - the recent events of a connection
 * @may_wait: the events are a burst; hooks read it without the lock
 * @rounds: number of consecutive rounds that found an event, since the guest's
 *	last packet other than a CREDIT_UPDATE
 * @last: time of the last such round, in ns; hooks read it without the lock
 *
 * A zeroed structure is ready for use. The data path's lock protects all
 * writes.
 */
struct vsb_burst {
	bool may_wait;
	u8 rounds;
	u64 last;
};

void vsb_burst_round(struct vsb_burst *burst);
void vsb_burst_end(struct vsb_burst *burst);
bool vsb_burst_may_wait(const struct vsb_burst *burst);

#endif /* VSB_BURST_H */
