/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random choices: the same seed gives the same choices. Every step has its own
 * generator, so the results of a step do not change the choices of the next.
 */
#ifndef RNG_H
#define RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t rng_u64(struct rng *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* The generator of step @c of actor @b in round @a. */
static inline struct rng rng_of(uint64_t seed, uint64_t a, uint64_t b,
				uint64_t c)
{
	struct rng r = { seed };

	r.state = rng_u64(&r) ^ a;
	r.state = rng_u64(&r) ^ b;
	r.state = rng_u64(&r) ^ c;
	return r;
}

/* A number from 0 to @n - 1. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (rng_u64(r) >> 32) * n >> 32;
}

/* Is true once in @n times; never for 0. */
static inline bool rng_one_in(struct rng *r, uint32_t n)
{
	return n && !rng_below(r, n);
}

/* Picks an entry of an array. */
#define RNG_PICK(r, array)						\
	((array)[rng_below(r, sizeof(array) / sizeof((array)[0]))])

/* A number of random size: small numbers are as frequent as large ones. */
static inline uint64_t rng_any(struct rng *r)
{
	return rng_u64(r) >> rng_below(r, 64);
}

#endif /* RNG_H */
