// SPDX-License-Identifier: GPL-2.0
/* The guest's program: one loop over all connections. */
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "driver.h"
#include "endpoint.h"

#define FIRST_LOCAL	10000U
#define LOCALS		40000U
#define BOTH_WAYS	(VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND)

struct program {
	struct cell *cell;
	struct driver driver;
	struct flow *conns[BENCH_MAX_CONNS];
	unsigned int nr;
};

static struct program program;

static uint32_t size_of(const struct program *p)
{
	return p->cell->bench->size;
}

static void wait_for_room(struct driver *d)
{
	while (driver_poll(d), !driver_has_room(d))
		driver_wait(d);
}

/* Opens all connections, or accepts those from the host. */
static void open_conns(struct program *p, bool connect)
{
	struct driver *d = &p->driver;
	unsigned int n = p->cell->bench->conns, open = 0;
	struct flow *flow;

	for (unsigned int i = 0; connect && i < n; i++) {
		wait_for_room(d);
		driver_connect(d, FIRST_LOCAL + i, HOST_PORT(p->cell));
	}
	while (open < n) {
		if (!driver_poll(d))
			driver_wait(d);
		while ((flow = driver_touched(d))) {
			if (flow->reset)
				die("a connection was reset");
			if (flow->owner || (connect && !flow->open))
				continue;
			if (!connect) {
				wait_for_room(d);
				driver_send(d, flow, VIRTIO_VSOCK_OP_RESPONSE,
					    0, 0);
				flow->open = true;
			}
			/*
			 * The connection's number in order of opening, from 1
			 * on.
			 */
			flow->owner = ++open;
			p->conns[open - 1] = flow;
		}
	}
	p->nr = n;
}

/* Sends one message on each connection in turn, until none can send. */
static void send_streams(struct program *p, unsigned int first, uint32_t size)
{
	struct driver *d = &p->driver;
	bool moved;

	do {
		moved = false;
		for (unsigned int i = first; i < p->nr; i++) {
			struct flow *flow = p->conns[i];
			uint32_t before = flow->tx_cnt;

			if (!flow->left)
				flow->left = size;
			driver_write(d, flow);
			moved |= flow->tx_cnt != before;
		}
	} while (moved);
}

static void read_touched(struct program *p)
{
	struct flow *flow;

	while ((flow = driver_touched(&p->driver))) {
		if (flow->reset || flow->shut)
			die("a connection ended");
		driver_read(&p->driver, flow);
	}
}

static void run_streams(struct program *p)
{
	struct driver *d = &p->driver;
	bool out = streams_to_host(p->cell->bench);

	for (;;) {
		bool moved = driver_poll(d);

		read_touched(p);
		if (out)
			send_streams(p, 0, size_of(p));
		if (!moved)
			driver_wait(d);
	}
}

static void answer(struct program *p, struct flow *flow)
{
	/* A ping that arrives in pieces is answered when it is complete. */
	flow->owner += driver_read(&p->driver, flow);
	if (flow->owner < size_of(p))
		return;
	flow->owner -= size_of(p);
	flow->left += size_of(p);
}

/*
 * The first connection is answered. The others carry the disturbing stream,
 * which begins after the first ping: before that the host may be in a
 * handshake.
 */
static void run_echo(struct program *p)
{
	struct driver *d = &p->driver;
	enum scenario scenario = p->cell->bench->scenario;
	bool out = scenario == SCENARIO_PINGPONG_BULK_G2H ||
		   scenario == SCENARIO_PINGPONG_STALLED;
	struct flow *first = p->conns[0], *flow;

	first->owner = 0;
	for (unsigned int i = 1; i < p->nr; i++)
		p->conns[i]->left = 0;
	for (;;) {
		bool moved = driver_poll(d);

		while ((flow = driver_touched(d))) {
			if (flow == first)
				answer(p, flow);
			else
				driver_read(d, flow);
		}
		driver_write(d, first);
		if (out && first->rx_cnt)
			send_streams(p, 1, BENCH_BULK);
		if (!moved)
			driver_wait(d);
	}
}

/* A connection from the host: the guest reads the byte and closes. */
static void serve(struct driver *d, struct flow *flow)
{
	if (flow->reset) {
		driver_forget(d, flow);
	} else if (!flow->open) {
		driver_send(d, flow, VIRTIO_VSOCK_OP_RESPONSE, 0, 0);
		flow->open = true;
	} else if (driver_read(d, flow)) {
		wait_for_room(d);
		driver_send(d, flow, VIRTIO_VSOCK_OP_SHUTDOWN, BOTH_WAYS, 0);
	}
}

static void run_server(struct program *p)
{
	struct driver *d = &p->driver;
	struct flow *flow;

	for (;;) {
		if (!driver_poll(d))
			driver_wait(d);
		while ((flow = driver_touched(d))) {
			wait_for_room(d);
			serve(d, flow);
		}
	}
}

/*
 * A connection of the guest: sends a byte when the connection is open, and
 * closes when the host has closed. Returns whether the connection has ended.
 */
static bool go_on(struct driver *d, struct flow *flow)
{
	bool ended;

	wait_for_room(d);
	if (!flow->owner) {
		if (!flow->open)
			die("a connection was refused");
		flow->owner = 1;
		flow->left = 1;
		driver_write(d, flow);
		return false;
	}
	if (flow->reset) {
		ended = flow->owner == 1;
		driver_forget(d, flow);
		return ended;
	}
	if (!(flow->shut & VIRTIO_VSOCK_SHUTDOWN_SEND) || flow->owner == 2)
		return false;
	if (flow->shut == BOTH_WAYS) {
		driver_send(d, flow, VIRTIO_VSOCK_OP_RST, 0, 0);
		driver_forget(d, flow);
	} else {	/* EOF: the program closes */
		driver_send(d, flow, VIRTIO_VSOCK_OP_SHUTDOWN, BOTH_WAYS, 0);
		flow->owner = 2;
	}
	return true;
}

static void run_client(struct program *p)
{
	struct driver *d = &p->driver;
	struct flow *flow;
	unsigned int i = 0;

	for (;;) {
		uint64_t start = now_ns();
		bool ended = false;

		wait_for_room(d);
		driver_connect(d, FIRST_LOCAL + i++ % LOCALS,
			       HOST_PORT(p->cell));
		while (!ended) {
			if (!driver_poll(d))
				driver_wait(d);
			while ((flow = driver_touched(d)))
				ended |= go_on(d, flow);
		}
		record_latency(p->cell, now_ns() - start);
	}
}

static void run_storm(struct program *p)
{
	struct driver *d = &p->driver;
	unsigned int n = p->cell->bench->conns, ended = 0;
	struct flow *flow;

	p->cell->begin_ns = now_ns();
	for (unsigned int i = 0; i < n; i++) {
		wait_for_room(d);
		driver_connect(d, FIRST_LOCAL + i, HOST_PORT(p->cell));
	}
	while (ended < n) {
		if (!driver_poll(d))
			driver_wait(d);
		while ((flow = driver_touched(d)))
			ended += go_on(d, flow);
	}
	p->cell->end_ns = now_ns();
	count(&p->cell->counters.ops, n);
	sem_post(&p->cell->done);
	for (;;)
		driver_wait(d);
}

/* Connections without traffic. The guest still reads whatever arrives. */
static void run_idle(struct program *p)
{
	for (;;) {
		if (!driver_poll(&p->driver))
			driver_wait(&p->driver);
		read_touched(p);
	}
}

void run_guest(struct cell *cell)
{
	enum scenario scenario = cell->bench->scenario;
	struct program *p = &program;

	p->cell = cell;
	driver_open(&p->driver, cell);
	pthread_barrier_wait(&cell->step);	/* the device runs */
	pthread_barrier_wait(&cell->step);	/* the host listens */
	switch (scenario) {
	case SCENARIO_CONNECT_G2H:
		sem_post(&cell->ready);
		run_client(p);
		break;
	case SCENARIO_STORM_G2H:
		sem_post(&cell->ready);
		run_storm(p);
		break;
	case SCENARIO_CONNECT_H2G:
	case SCENARIO_STORM_H2G:
		sem_post(&cell->ready);
		run_server(p);
		break;
	default:
		open_conns(p, streams_to_host(cell->bench));
		sem_post(&cell->ready);
	}
	switch (scenario) {
	case SCENARIO_G2H:
	case SCENARIO_H2G:
	case SCENARIO_BOTH:
		run_streams(p);
		break;
	case SCENARIO_IDLE:
		run_idle(p);
		break;
	default:
		run_echo(p);
	}
	abort();
}
