// SPDX-License-Identifier: GPL-2.0
/*
 * The rounds of a data path, which the worker runs.
 *
 * Each round runs under the data path's lock, one after the other. A round is
 * bounded and queues itself again if more work is left. Between two rounds, the
 * worker handles signals, and ioctls can take the lock.
 */
#include <linux/container_of.h>
#include <linux/sched.h>

#include "conn/conn.h"
#include "conn/connector.h"
#include "conn/io.h"
#include "conn/listener.h"
#include "datapath/datapath.h"
#include "datapath/event.h"
#include "datapath/quench.h"
#include "datapath/round.h"
#include "datapath/rx.h"
#include "datapath/tx.h"

/* Maximum number of clients, sockets or deadlines that one round handles. */
#define VSB_ROUND_ACCEPT_BUDGET	64
#define VSB_ROUND_READY_BUDGET	256
#define VSB_ROUND_TIMER_BUDGET	256

/* The guest has put packets into the TX queue. */
static void vsb_round_tx(struct vsb_datapath *dp,
			 struct vsb_busy_poll_watch *watch)
{
	vsb_tx_run(dp, watch);
	vsb_rx_run(dp);
}

/* The guest has put buffers into the RX queue, or a round has left packets. */
static void vsb_round_rx(struct vsb_datapath *dp,
			 struct vsb_busy_poll_watch *watch)
{
	vsb_rx_run(dp);
}

/* The guest has put buffers into the event queue, so it may have answered. */
static void vsb_round_event(struct vsb_datapath *dp,
			    struct vsb_busy_poll_watch *watch)
{
	vsb_event_check_answer(dp);
}

static void vsb_round_ready_conn(struct vsb_conn *conn)
{
	int events = vsb_conn_take_events(conn);

	if (events & VSB_WATCH_CONNECTED)
		vsb_connector_done(conn);
	else if (conn->cs.state == VSB_HANDSHAKE)
		vsb_listener_read_line(conn);
	else
		vsb_io_host_event(conn, events);
}

/* Return: true if the budget was used up before the list was empty. */
static bool vsb_round_ready_conns(struct vsb_datapath *dp)
{
	unsigned int budget = VSB_ROUND_READY_BUDGET;
	struct vsb_conn *conn;

	while ((conn = vsb_conn_next_ready(&dp->conns))) {
		vsb_round_ready_conn(conn);
		vsb_conn_put(conn);
		if (!--budget)
			return true;
	}
	return false;
}

/*
 * Sockets had events. Each socket gets a short turn here, and a long turn in
 * RX.
 */
static void vsb_round_ready(struct vsb_datapath *dp,
			    struct vsb_busy_poll_watch *watch)
{
	if (vsb_round_ready_conns(dp))
		vsb_datapath_schedule(dp, VSB_ROUND_READY);
	if (dp->running)
		vsb_rx_run(dp);
}

/*
 * Host programs connect. While the guest does not run they wait in the backlog.
 */
static void vsb_round_accept(struct vsb_datapath *dp,
			     struct vsb_busy_poll_watch *watch)
{
	int i;

	for (i = 0; i < VSB_LISTENERS; i++) {
		if (vsb_listener_accept(&dp->listener[i],
					VSB_ROUND_ACCEPT_BUDGET))
			vsb_datapath_schedule(dp, VSB_ROUND_ACCEPT);
	}
}

/* Return: true if the budget was used up; then there may be more. */
static bool vsb_round_expire(struct vsb_datapath *dp)
{
	unsigned int budget = VSB_ROUND_TIMER_BUDGET;
	struct vsb_conn *conn;
	enum vsb_due due;

	while (budget--) {
		conn = vsb_conn_next_expired(&dp->conns, &due);
		if (!conn)
			return false;
		vsb_conn_due(conn, due, dp->gate.closed);
	}
	return true;
}

/*
 * Handles due times. Time stands still while the guest does not run; see
 * vsb_deadlines_pause().
 */
static void vsb_round_timer(struct vsb_datapath *dp,
			    struct vsb_busy_poll_watch *watch)
{
	if (vsb_round_expire(dp))
		vsb_datapath_schedule(dp, VSB_ROUND_TIMER);
	vsb_rx_run(dp);
}

/* The delay of an interrupt is over. */
static void vsb_round_interrupt(struct vsb_datapath *dp,
				struct vsb_busy_poll_watch *watch)
{
	vsb_interrupt_flush(&dp->interrupt);
}

/**
 * struct vsb_round_kind - a kind of round
 * @fn: runs the round, under the lock; sets @watch to poll afterwards
 * @needs_running: the round runs only while the device runs
 */
struct vsb_round_kind {
	void (*fn)(struct vsb_datapath *dp, struct vsb_busy_poll_watch *watch);
	bool needs_running;
};

static const struct vsb_round_kind vsb_round_kinds[VSB_ROUNDS] = {
	[VSB_ROUND_RX] = { vsb_round_rx, true },
	[VSB_ROUND_TX] = { vsb_round_tx, true },
	[VSB_ROUND_EVENT] = { vsb_round_event, true },
	[VSB_ROUND_READY] = { vsb_round_ready, false },
	[VSB_ROUND_ACCEPT] = { vsb_round_accept, true },
	[VSB_ROUND_TIMER] = { vsb_round_timer, true },
	[VSB_ROUND_INTERRUPT] = { vsb_round_interrupt, true },
};

static void vsb_round_run(struct vsb_work *work)
{
	struct vsb_round *round = container_of(work, struct vsb_round, work);
	struct vsb_datapath *dp = round->dp;
	const struct vsb_round_kind *kind =
		&vsb_round_kinds[round - dp->round];
	struct vsb_busy_poll_watch watch = {};

	mutex_lock(&dp->lock);
	if (dp->running || !kind->needs_running)
		kind->fn(dp, &watch);
	vsb_datapath_unlock(dp);
	if (watch.on) {
		vsb_busy_poll_spin(&watch, &dp->ctx.worker);
		vsb_worker_queue(&dp->ctx.worker, work);
	}
}

void vsb_rounds_init(struct vsb_datapath *dp)
{
	int i;

	for (i = 0; i < VSB_ROUNDS; i++) {
		dp->round[i].dp = dp;
		vsb_work_init(&dp->round[i].work, vsb_round_run);
	}
}

/* Empties the list of sockets with events. The device is dead; locked. */
void vsb_rounds_drain_ready(struct vsb_datapath *dp)
{
	while (vsb_round_ready_conns(dp))
		cond_resched();
}
