/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines: every wait in the tests has one, so a device that never answers
 * makes a test fail, not hang.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>
#include <time.h>

/* Long enough for a machine under software emulation. */
#define WAIT_MS 10000

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static inline uint64_t deadline_in(unsigned int ms)
{
	return now_ns() + ms * 1000000ULL;
}

/* The milliseconds left, rounded up, for poll(). */
static inline int deadline_left(uint64_t deadline)
{
	uint64_t now = now_ns();

	return now >= deadline ? 0 : (deadline - now + 999999) / 1000000;
}

#endif /* DEADLINE_H */
