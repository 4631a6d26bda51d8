// SPDX-License-Identifier: GPL-2.0
/*
 * The gate of RX: closed from an event until the guest has answered it.
 */
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "datapath/gate.h"
#include "virtio/queue.h"

/* Runs in interrupt context: the worker checks whether the time is over. */
static void vsb_gate_expired(struct timer_list *timer)
{
	struct vsb_gate *gate = container_of(timer, struct vsb_gate, timer);

	vsb_queue_schedule(gate->events);
}

void vsb_gate_init(struct vsb_gate *gate, struct vsb_queue *events)
{
	timer_setup(&gate->timer, vsb_gate_expired, 0);
	gate->events = events;
}

/* The caller ensures that no round runs any more. */
void vsb_gate_destroy(struct vsb_gate *gate)
{
	timer_delete_sync(&gate->timer);
}

/*
 * The gate opens when the event queue holds @held buffers, as before the event.
 * Each buffer that the guest has returned is answered, including buffers of an
 * earlier event.
 */
void vsb_gate_close(struct vsb_gate *gate, u16 held)
{
	gate->held = gate->closed ? max(gate->held, held) : held;
	gate->closed = true;
}

/* VSOCK_BRIDGE_SET_STATE. */
void vsb_gate_restore(struct vsb_gate *gate, bool closed, u16 held)
{
	gate->closed = closed;
	gate->restored = true;
	gate->held = held;
}

static void vsb_gate_set_timer(struct vsb_gate *gate)
{
	s64 left = max_t(s64, gate->until - ktime_get_ns(), 0);

	mod_timer(&gate->timer, jiffies + nsecs_to_jiffies(left) + 1);
}

/* From now on the guest can see the event; it has @ms to answer. */
void vsb_gate_start_time(struct vsb_gate *gate, u32 ms)
{
	gate->until = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC;
	vsb_gate_set_timer(gate);
}

/* The time is not over. The timer counts ticks, so it can fire too early. */
void vsb_gate_continue_time(struct vsb_gate *gate)
{
	if (!timer_pending(&gate->timer))
		vsb_gate_set_timer(gate);
}

bool vsb_gate_is_overdue(const struct vsb_gate *gate)
{
	return ktime_get_ns() >= gate->until;
}
