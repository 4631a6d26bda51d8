/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two ends of the load on a real guest say to each other. The host
 * makes all connections but those of a guest that is asked to, and says with
 * the first bytes what each is for.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

/* A connection's first byte. All but the first go on with struct wish. */
enum wish_kind {
	WISH_END = 1,	/* the guest closes */
	WISH_SINK,	/* takes */
	WISH_SOURCE,	/* sends */
	WISH_BOTH,
	WISH_ECHO,	/* sends back each message */
	WISH_DIAL,	/* connects to the host, in turn, until this ends */
	WISH_COUNT,	/* answers each byte with struct tally */
};

struct wish {
	uint32_t size;	/* of a message */
	uint32_t port;	/* of the host, for WISH_DIAL */
};

/* What the guest has counted, by its own clock, over all connections. */
struct tally {
	uint64_t ns;
	uint64_t taken;	/* bytes */
	uint64_t ops;	/* connections that it made */
};

/* Serves in the guest until it is killed. */
void load_serve(void) __attribute__((noreturn));

#endif /* LOAD_H */
