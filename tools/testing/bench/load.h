/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol between the two ends of the load with a real guest. The host
 * makes all connections, except those that WISH_DIAL asks the guest for. The
 * first bytes of a connection state its purpose.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

/*
 * The first byte of a connection. After all but WISH_END, struct wish follows.
 */
enum wish_kind {
	WISH_END = 1,	/* the guest closes */
	WISH_SINK,	/* the guest reads */
	WISH_SOURCE,	/* the guest writes */
	WISH_BOTH,
	WISH_ECHO,	/* the guest sends each message back */
	WISH_DIAL,	/* the guest connects again and again until this one ends */
	WISH_COUNT,	/* the guest answers each byte with struct tally */
};

struct wish {
	uint32_t size;	/* message size */
	uint32_t port;	/* of the host, for WISH_DIAL */
};

/* The guest's counters over all connections, and its clock. */
struct tally {
	uint64_t ns;
	uint64_t taken;	/* bytes read */
	uint64_t ops;	/* connections made */
};

/* Serves in the guest until it is killed. */
void load_serve(void) __attribute__((noreturn));

#endif /* LOAD_H */
