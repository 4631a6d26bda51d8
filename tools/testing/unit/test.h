/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common to all tests: the test library and reproducible random numbers. In the
 * kernel the library is KUnit.
 */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#ifdef __KERNEL__
#include "kunit.h"
#else
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/limits.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * The main program. stdout is line-buffered, so that the lines before a
 * sanitizer's abort are printed. A test that compares a thousand bytes reports
 * only the first difference.
 */
#define run_all(tests)							\
	int main(void)							\
	{								\
		setvbuf(stdout, NULL, _IOLBF, 0);			\
		return cmocka_run_group_tests((tests), NULL, NULL);	\
	}
#endif

/* xorshift64*: the same seed gives the same numbers everywhere. */
struct rng {
	u64 state;
};

static inline struct rng rng_seed(u64 seed)
{
	return (struct rng){ seed * 0x9e3779b97f4a7c15ULL + 1 };
}

static inline u32 rng_next(struct rng *rng)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return (rng->state * 0x2545f4914f6cdd1dULL) >> 32;
}

/* A number from 0 to @n - 1. */
static inline u32 rng_below(struct rng *rng, u32 n)
{
	return rng_next(rng) % n;
}

/* Is true once in @n times. */
static inline bool rng_one_in(struct rng *rng, u32 n)
{
	return !rng_below(rng, n);
}

/* In a loop over a table, names the entry that fails. */
#define assert_row(cond, name)						\
	do {								\
		if (!(cond))						\
			fail_msg("%s: %s", (name), #cond);		\
	} while (0)

#endif /* UNIT_TEST_H */
