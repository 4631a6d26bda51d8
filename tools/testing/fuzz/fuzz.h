/* SPDX-License-Identifier: GPL-2.0 */
/* Common to all targets: the fuzzer's bytes, read as choices, and oracles. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/limits.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The entry of every target, which libFuzzer's main() calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A condition that must hold for every input. */
#define ORACLE(cond) do {						\
	if (!(cond)) {							\
		fprintf(stderr, "ORACLE: %s:%d: %s\n", __FILE__,	\
			__LINE__, #cond);				\
		abort();						\
	}								\
} while (0)

/**
 * struct input - the remaining bytes; reads past the end return 0
 * @at: the next byte
 * @left: number of bytes left
 */
struct input {
	const u8 *at;
	size_t left;
};

static inline u8 input_u8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline u16 input_u16(struct input *in)
{
	u16 low = input_u8(in);

	return low | input_u8(in) << 8;
}

static inline u32 input_u32(struct input *in)
{
	u32 low = input_u16(in);

	return low | (u32)input_u16(in) << 16;
}

static inline u64 input_u64(struct input *in)
{
	u64 low = input_u32(in);

	return low | (u64)input_u32(in) << 32;
}

/* A number from 0 to @n - 1. */
static inline u32 input_below(struct input *in, u32 n)
{
	return (n > 256 ? input_u16(in) : input_u8(in)) % n;
}

#endif /* FUZZ_H */
