/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting: for a descriptor until a deadline, or for some time. */
#ifndef VSB_CLI_WAIT_H
#define VSB_CLI_WAIT_H

#include <stdbool.h>

/* A deadline that never comes. */
#define WAIT_FOREVER	(~0UL)

/* The deadline that is in @ms; they are of CLOCK_MONOTONIC. */
unsigned long wait_deadline(unsigned long ms);

/* Signals do not end it: false when time is out, or poll() fails. */
bool poll_until(int fd, short events, unsigned long deadline);

/* Sleeps, also if signals arrive. */
void wait_ms(unsigned long ms);

#endif /* VSB_CLI_WAIT_H */
