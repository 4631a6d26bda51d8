/* SPDX-License-Identifier: GPL-2.0 */
/* What must hold after each round. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct world;

/*
 * The device of the round, stopped and reconfigured, has no old connections and
 * works; so does a new device. Takes the device out of @w.
 */
bool verdict_round(struct world *w);

/* Objects in the system that a leaking device would leave. */
struct belongings {
	uint64_t sockets;
	uint64_t users;
	uint64_t areas;
	uint64_t slabs;
};

/*
 * The first call is after one device was opened and closed, the second at the
 * end.
 */
void verdict_take_stock(struct belongings *b);
bool verdict_nothing_left(const struct belongings *before);

/* Opens, uses and closes a device. */
bool verdict_fresh(void);

#endif /* VERDICT_H */
