/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting: for a descriptor until a deadline, or for some time. */
#ifndef VSB_CLI_WAIT_H
#define VSB_CLI_WAIT_H

#include <stdbool.h>

/* A deadline that never comes. */
#define WAIT_FOREVER	(~0UL)

/* Returns the deadline in @ms from now, of CLOCK_MONOTONIC. */
unsigned long wait_deadline(unsigned long ms);

/*
 * Waits even if signals arrive. Returns false if the time is over or poll()
 * fails.
 */
bool poll_until(int fd, short events, unsigned long deadline);

/* Sleeps even if signals arrive. */
void wait_ms(unsigned long ms);

#endif /* VSB_CLI_WAIT_H */
