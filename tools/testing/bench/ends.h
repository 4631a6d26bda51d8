/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs at the ends of a connection: one thread for each connection and
 * direction, with blocking calls, as in a simple server or client.
 */
#ifndef ENDS_H
#define ENDS_H

#include "bench.h"

/* The function of a thread, which runs until it is killed. */
#define ROLE __attribute__((noreturn)) void *

/* One end of a connection, and the counter of the bytes that it reads. */
struct end {
	struct cell *cell;
	int fd;
	uint32_t size;
	_Atomic uint64_t *taken;
};

/* Both end the measurement when the connection ends. */
void write_all(int fd, const void *data, size_t len);
void read_all(int fd, void *data, size_t len);

ROLE end_sink(void *arg);	/* reads, and counts the bytes */
ROLE end_source(void *arg);	/* writes */
ROLE end_ping(void *arg);	/* writes, waits for as many bytes, times it */
ROLE end_echo(void *arg);	/* sends each message back */

/* Starts the thread of an end. */
void end_start(struct cell *cell, int fd, void *(*role)(void *), uint32_t size,
	       _Atomic uint64_t *taken);

int accept_one(int listener);

/* Connects again and again: sends the byte 1 and reads to EOF. */
void connect_in_turn(struct cell *cell, int (*dial)(const struct cell *))
	__attribute__((noreturn));
/* The other side of connect_in_turn(). */
void serve_in_turn(int listener) __attribute__((noreturn));

#endif /* ENDS_H */
