// SPDX-License-Identifier: GPL-2.0
/*
 * The host program. For the peer without a device, the guest is the same
 * program with the roles exchanged.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "deadline.h"
#include "ends.h"
#include "endpoint.h"

/* Starts the threads of a connection that carries a stream. */
static void start_streams(struct cell *cell, int fd, bool in, bool out,
			  _Atomic uint64_t *taken)
{
	if (in)
		end_start(cell, fd, end_sink, cell->bench->size, taken);
	if (out)
		end_start(cell, fd, end_source, cell->bench->size, taken);
}

/* Begins all connections before the first byte is sent. */
static void storm(struct cell *cell, int (*begin)(const struct cell *),
		  void (*end)(const struct cell *, int))
{
	unsigned int n = cell->bench->conns;
	int *fds = calloc(n, sizeof(*fds));
	char byte = 1;

	cell->begin_ns = now_ns();
	for (unsigned int i = 0; i < n; i++)
		fds[i] = begin(cell);
	for (unsigned int i = 0; i < n; i++) {
		end(cell, fds[i]);
		write_all(fds[i], &byte, 1);
	}
	for (unsigned int i = 0; i < n; i++) {
		while (read(fds[i], &byte, 1) > 0)
			;
		close(fds[i]);
		count(&cell->counters.ops, 1);
	}
	cell->end_ns = now_ns();
	sem_post(&cell->done);
}

static int dial_unix(const struct cell *cell)
{
	char path[ENDPOINT_PATH];

	if (cell->bench->scenario == SCENARIO_CONNECT_H2G ||
	    cell->bench->scenario == SCENARIO_STORM_H2G)
		endpoint_path(cell, path);
	else
		endpoint_port_path(cell, path);
	return unix_dial(path);
}

static void no_end(const struct cell *cell, int fd)
{
	(void)cell;
	(void)fd;
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

/*
 * The first connection of a ping-pong is the measured one; the second disturbs
 * it.
 */
static void start_host_conn(struct cell *cell, int fd, unsigned int i)
{
	_Atomic uint64_t *taken = &cell->counters.to_host;
	uint32_t size = cell->bench->size;

	switch (cell->bench->scenario) {
	case SCENARIO_PINGPONG_BULK_G2H:
		end_start(cell, fd, i ? end_sink : end_ping,
			  i ? BENCH_BULK : size, taken);
		break;
	case SCENARIO_PINGPONG_BULK_H2G:
		end_start(cell, fd, i ? end_source : end_ping,
			  i ? BENCH_BULK : size, taken);
		break;
	case SCENARIO_PINGPONG_STALLED:
		if (!i)
			end_start(cell, fd, end_ping, size, taken);
		break;
	case SCENARIO_PINGPONG:
		end_start(cell, fd, end_ping, size, taken);
		break;
	default:
		start_streams(cell, fd, streams_to_host(cell->bench),
			      streams_to_guest(cell->bench), taken);
	}
}

static void serve(struct cell *cell, int listener)
{
	for (unsigned int i = 0; i < cell->bench->conns; i++)
		start_host_conn(cell, accept_one(listener), i);
	sem_post(&cell->ready);
	wait_for_ever();
}

static void dial_all(struct cell *cell)
{
	unsigned int n = cell->bench->conns;
	int *fds = calloc(n, sizeof(*fds));

	for (unsigned int i = 0; i < n; i++)
		fds[i] = endpoint_dial(cell);
	for (unsigned int i = 0; i < n; i++)
		start_host_conn(cell, fds[i], i);
	sem_post(&cell->ready);
	wait_for_ever();
}

void run_host(struct cell *cell)
{
	enum scenario scenario = cell->bench->scenario;
	int listener;

	pthread_barrier_wait(&cell->step);	/* the device runs */
	listener = endpoint_listen(cell);
	endpoint_open(cell);
	pthread_barrier_wait(&cell->step);	/* the host listens */
	switch (scenario) {
	case SCENARIO_CONNECT_H2G:
		sem_post(&cell->ready);
		connect_in_turn(cell, endpoint_dial);
		break;
	case SCENARIO_STORM_H2G:
		sem_post(&cell->ready);
		storm(cell, endpoint_dial_begin, endpoint_dial_end);
		break;
	case SCENARIO_CONNECT_G2H:
	case SCENARIO_STORM_G2H:
		sem_post(&cell->ready);
		serve_in_turn(listener);
		break;
	case SCENARIO_G2H:
	case SCENARIO_BOTH:
		serve(cell, listener);
		break;
	default:
		dial_all(cell);
	}
	wait_for_ever();
	abort();
}

/* ---- the same without a device ---- */

static void start_plain_conn(struct cell *cell, int fd, unsigned int i)
{
	_Atomic uint64_t *taken = &cell->counters.to_guest;
	uint32_t size = cell->bench->size;

	switch (cell->bench->scenario) {
	case SCENARIO_PINGPONG_BULK_G2H:
	case SCENARIO_PINGPONG_STALLED:
		end_start(cell, fd, i ? end_source : end_echo,
			  i ? BENCH_BULK : size, taken);
		break;
	case SCENARIO_PINGPONG_BULK_H2G:
		end_start(cell, fd, i ? end_sink : end_echo,
			  i ? BENCH_BULK : size, taken);
		break;
	case SCENARIO_PINGPONG:
		end_start(cell, fd, end_echo, size, taken);
		break;
	default:
		start_streams(cell, fd, streams_to_guest(cell->bench),
			      streams_to_host(cell->bench), taken);
	}
}

void run_plain_guest(struct cell *cell)
{
	enum scenario scenario = cell->bench->scenario;
	char path[ENDPOINT_PATH];
	int listener;

	endpoint_path(cell, path);
	listener = unix_listen(path);
	pthread_barrier_wait(&cell->step);
	pthread_barrier_wait(&cell->step);
	switch (scenario) {
	case SCENARIO_CONNECT_G2H:
		sem_post(&cell->ready);
		connect_in_turn(cell, dial_unix);
		break;
	case SCENARIO_STORM_G2H:
		sem_post(&cell->ready);
		storm(cell, dial_unix, no_end);
		break;
	case SCENARIO_CONNECT_H2G:
	case SCENARIO_STORM_H2G:
		sem_post(&cell->ready);
		serve_in_turn(listener);
		break;
	case SCENARIO_G2H:
	case SCENARIO_BOTH:
		for (unsigned int i = 0; i < cell->bench->conns; i++)
			start_plain_conn(cell, dial_unix(cell), i);
		sem_post(&cell->ready);
		break;
	default:
		for (unsigned int i = 0; i < cell->bench->conns; i++)
			start_plain_conn(cell, accept_one(listener), i);
		sem_post(&cell->ready);
	}
	wait_for_ever();
	abort();
}
