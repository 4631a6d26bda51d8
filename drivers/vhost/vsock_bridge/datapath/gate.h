/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gate of RX: closed from an event until the guest has answered it; see
 * event.c.
 *
 * The data path's lock protects it.
 */
#ifndef VSB_GATE_H
#define VSB_GATE_H

#include <linux/timer.h>
#include <linux/types.h>

struct vsb_queue;

/**
 * struct vsb_gate - the gate of RX
 * @closed: the guest has not answered
 * @restored: VSOCK_BRIDGE_SET_STATE set the gate, so the next start keeps it
 * @until: the time when the gate opens without an answer, in ns; each start
 *	sets it anew
 * @held: number of chains that the event queue held before the event; when it
 *	holds this number again, the guest has answered
 * @timer: runs the round of @events at @until
 * @events: the event queue
 */
struct vsb_gate {
	bool closed;
	bool restored;
	u64 until;
	u16 held;
	struct timer_list timer;
	struct vsb_queue *events;
};

void vsb_gate_init(struct vsb_gate *gate, struct vsb_queue *events);
void vsb_gate_destroy(struct vsb_gate *gate);
void vsb_gate_close(struct vsb_gate *gate, u16 held);
void vsb_gate_restore(struct vsb_gate *gate, bool closed, u16 held);
void vsb_gate_start_time(struct vsb_gate *gate, u32 ms);
void vsb_gate_continue_time(struct vsb_gate *gate);
bool vsb_gate_is_overdue(const struct vsb_gate *gate);

#endif /* VSB_GATE_H */
