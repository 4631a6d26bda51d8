/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must hold behind a storm.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct world;

/*
 * The device of the round, stopped and set up anew, has none of the old
 * connections and works; so does a new one beside it. Takes the device away
 * from @w.
 */
bool verdict_round(struct world *w);

/* What the system has that devices make and leave behind when they leak. */
struct belongings {
	uint64_t sockets;
	uint64_t users;
	uint64_t areas;
	uint64_t slabs;
};

/* Once before, when a device was open and is closed, and once after all. */
void verdict_take_stock(struct belongings *b);
bool verdict_nothing_left(const struct belongings *before);

/* Opens a device, uses and closes it. */
bool verdict_fresh(void);

#endif /* VERDICT_H */
