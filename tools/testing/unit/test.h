/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all tests share: the test library and reproducible randomness. In the
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
 * The program. Lines go out one by one, so that those before a sanitizer's end are
 * seen. A test that compares a thousand bytes says the first difference only.
 */
#define run_all(tests)							\
	int main(void)							\
	{								\
		setvbuf(stdout, NULL, _IOLBF, 0);			\
		return cmocka_run_group_tests((tests), NULL, NULL);	\
	}
#endif

/* xorshift64*: the same numbers from the same seed, everywhere. */
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

/* 0 to @n - 1 */
static inline u32 rng_below(struct rng *rng, u32 n)
{
	return rng_next(rng) % n;
}

/* True once in @n times. */
static inline bool rng_one_in(struct rng *rng, u32 n)
{
	return !rng_below(rng, n);
}

/* In a loop over a table, says which entry a failure is about. */
#define assert_row(cond, name)						\
	do {								\
		if (!(cond))						\
			fail_msg("%s: %s", (name), #cond);		\
	} while (0)

#endif /* UNIT_TEST_H */
