// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's end of the load: a process for each connection, which ends with
 * it, and counters that all processes share. A connection that is only made and
 * closed gets no process, because fork() would dominate its cost.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "deadline.h"
#include "ends.h"
#include "load.h"
#include "endpoint.h"
#include "shared.h"

static uint32_t host_port;

static int dial_host(const struct cell *cell)
{
	(void)cell;
	return vsock_dial(VMADDR_CID_HOST, host_port);
}

static ROLE dial_in_turn(void *arg)
{
	struct end *end = arg;

	connect_in_turn(end->cell, dial_host);
}

/* Ends the process when the other side has closed. */
static void answer_counts(struct cell *cell, int fd)
{
	struct tally tally;
	char byte;

	for (;;) {
		read_all(fd, &byte, 1);
		tally.ns = now_ns();
		tally.taken = cell->counters.to_guest;
		tally.ops = cell->counters.ops;
		write_all(fd, &tally, sizeof(tally));
	}
}

static void serve(struct cell *cell, int fd, enum wish_kind kind,
		  const struct wish *wish)
{
	_Atomic uint64_t *taken = &cell->counters.to_guest;
	struct end end = {
		.cell = cell, .fd = fd, .size = wish->size, .taken = taken,
	};

	switch (kind) {
	case WISH_BOTH:
		end_start(cell, fd, end_source, wish->size, taken);
		end_sink(&end);
		break;
	case WISH_SINK:
		end_sink(&end);
		break;
	case WISH_SOURCE:
		end_source(&end);
		break;
	case WISH_ECHO:
		end_echo(&end);
		break;
	case WISH_DIAL:
		host_port = wish->port;
		end_start(cell, fd, dial_in_turn, 0, taken);
		/* the other side sends nothing more: this waits for EOF */
		answer_counts(cell, fd);
		break;
	case WISH_COUNT:
		answer_counts(cell, fd);
		break;
	default:
		die("no wish: %d", kind);
	}
}

static void take_one(struct cell *cell, int fd)
{
	struct wish wish;
	uint8_t kind;

	if (recv(fd, &kind, 1, 0) != 1 || kind == WISH_END || fork())
		return;
	read_all(fd, &wish, sizeof(wish));
	serve(cell, fd, kind, &wish);
}

void load_serve(void)
{
	struct cell *cell = shared(sizeof(*cell));
	int listener = vsock_listen(GUEST_PORT);

	cell->latencies = shared(BENCH_MAX_LATENCIES * sizeof(*cell->latencies));
	signal(SIGCHLD, SIG_IGN);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int fd = accept_one(listener);

		take_one(cell, fd);
		close(fd);
	}
}
