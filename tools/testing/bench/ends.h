/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What programs do with a connection: one thread for each and its direction,
 * with blocking calls, as a plain server or client is written.
 */
#ifndef ENDS_H
#define ENDS_H

#include "bench.h"

/* What a thread does, until it is killed. */
#define ROLE __attribute__((noreturn)) void *

/* One end of a connection and the counter of what it takes. */
struct end {
	struct cell *cell;
	int fd;
	uint32_t size;
	_Atomic uint64_t *taken;
};

/* An end dies when its connection does. */
void write_all(int fd, const void *data, size_t len);
void read_all(int fd, void *data, size_t len);

ROLE end_sink(void *arg);	/* takes, and counts what it takes */
ROLE end_source(void *arg);	/* sends */
ROLE end_ping(void *arg);	/* sends, waits for as much, and takes the time */
ROLE end_echo(void *arg);	/* sends back what comes, in messages */

/* Starts the thread of one. */
void end_start(struct cell *cell, int fd, void *(*role)(void *), uint32_t size,
	       _Atomic uint64_t *taken);

int accept_one(int listener);

/* Connections one after the other: a byte, 1, and the end comes back. */
void connect_in_turn(struct cell *cell, int (*dial)(const struct cell *))
	__attribute__((noreturn));
/* The other side of that. */
void serve_in_turn(int listener) __attribute__((noreturn));

#endif /* ENDS_H */
