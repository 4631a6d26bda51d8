// SPDX-License-Identifier: GPL-2.0
/*
 * Events to the guest (virtio 1.3, 5.10.6.7), and the gate that they close.
 *
 * A VMM that does not send events itself sets up the event queue.
 *
 * TRANSPORT_RESET reports to a guest that none of its connections exists any
 * more. The guest has processed the event when it returns a buffer in place of
 * the event's buffer: Linux resets its sockets first. A packet that is sent
 * earlier could reach a socket of an old connection, so the gate keeps RX
 * closed until then. Virtio does not oblige a driver to return the buffer, and
 * some drivers never do. Therefore the gate opens without an answer after the
 * time that a guest has to answer a REQUEST.
 */
#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/virtio_vsock.h>
#include <asm/byteorder.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "datapath/datapath.h"
#include "datapath/event.h"

/*
 * Maximum number of chains that one event tries, within the walk of one round.
 */
#define VSB_EVENT_CHAINS	256

static u32 vsb_event_write(struct vsb_datapath *dp,
			   const struct vsb_chain *chain,
			   const struct virtio_vsock_event *event)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	struct iov_iter iter;
	size_t done;

	if (chain->fault) {
		vsb_queue_count_fault(q, chain->fault);
		return 0;
	}
	if (chain->len < sizeof(*event)) {
		vsb_error(&dp->ctx, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_HEADER, 0, 0);
		return 0;
	}

	iov_iter_init(&iter, ITER_DEST, chain->iov, chain->nr, sizeof(*event));
	done = copy_to_iter(event, sizeof(*event), &iter);
	vsb_queue_log_chain(q, chain->iov, chain->gpa, chain->nr,
			    sizeof(*event));
	if (done == sizeof(*event))
		return done;
	vsb_error(&dp->ctx, VSB_REASON_GUEST_MEMORY, 0, 0);
	return 0;
}

/*
 * Writes an event into the first buffer that is large enough, and returns the
 * buffers before it empty. Return: false if no buffer is large enough.
 */
static bool vsb_event_put(struct vsb_datapath *dp, u32 id)
{
	const struct virtio_vsock_event event = { .id = cpu_to_le32(id) };
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	struct vsb_chain chain = {
		.iov = dp->chain_iov,
		.gpa = vsb_log_is_on(&dp->log) ? dp->chain_gpa : NULL,
		.max = ARRAY_SIZE(dp->chain_iov),
	};
	unsigned int chains = VSB_EVENT_CHAINS;
	u32 since = vsb_queue_walked(q);
	u32 len;

	while (chains-- && !vsb_queue_is_spent(q, since) &&
	       vsb_queue_next(q, &dp->mem, &chain) > 0) {
		len = vsb_event_write(dp, &chain, &event);
		vsb_queue_push(q, chain.head, len);
		if (len)
			return true;
	}
	return false;
}

/**
 * vsb_event_send() - VSOCK_BRIDGE_SEND_EVENT
 * @dp: the data path; locked
 * @id: VIRTIO_VSOCK_EVENT_TRANSPORT_RESET
 *
 * The guest resets all its connections, so the device ends them too.
 *
 * Return: 0, -ESHUTDOWN if the device does not run, -ENXIO if there is no event
 * queue, -ENOBUFS if the guest has no buffer in it, -EPIPE if it is broken.
 * With an error no connection ends, and the gate stays as it is.
 */
int vsb_event_send(struct vsb_datapath *dp, u32 id)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	bool sent;
	int held;

	if (!dp->running)
		return -ESHUTDOWN;
	if (!vsb_queue_is_active(q))
		return -ENXIO;

	held = vsb_queue_count(q);
	sent = held > 0 && vsb_event_put(dp, id);
	if (vsb_interrupt_finish(&dp->interrupt, q))
		vsb_busy_poll_active(&dp->poll);
	if (vsb_queue_is_broken(q))
		return -EPIPE;
	if (!sent) {
		vsb_error(&dp->ctx, VSB_REASON_EMPTY_QUEUE, 0, 0);
		return -ENOBUFS;
	}

	dp->ctx.stats.events_sent++;
	vsb_gate_close(&dp->gate, held);
	vsb_gate_start_time(&dp->gate, dp->ctx.limits.connect_timeout_ms);
	vsb_datapath_forget_conns(dp);
	/* the guest may have answered already, without a kick */
	vsb_event_check_answer(dp);
	return 0;
}

static void vsb_event_open_gate(struct vsb_datapath *dp)
{
	dp->gate.closed = false;
	vsb_queue_unpark(&dp->queue[VSB_EVENT]);
	vsb_queue_schedule(&dp->queue[VSB_RX]);
}

/**
 * vsb_event_check_answer() - open the gate if no answer is outstanding
 * @dp: the data path, running
 *
 * The gate also opens if the event queue is broken, because then no answer can
 * arrive, and if the guest's time is over.
 */
void vsb_event_check_answer(struct vsb_datapath *dp)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];

	if (!dp->gate.closed)
		return;
	if (vsb_queue_park_until(q, dp->gate.held) || vsb_queue_is_broken(q) ||
	    vsb_gate_is_overdue(&dp->gate))
		vsb_event_open_gate(dp);
	else
		vsb_gate_continue_time(&dp->gate);
	vsb_queue_report(q);
}

/**
 * vsb_event_start() - handle the start of the device
 * @dp: the data path
 * @anew: the guest has started anew, as its rings show
 *
 * A guest that has started anew has no event to answer. The exception is a gate
 * that VSOCK_BRIDGE_SET_STATE restored: then the rings look new because the
 * device is new, and the interrupt of the event may have been lost with the old
 * device.
 */
void vsb_event_start(struct vsb_datapath *dp, bool anew)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	struct vsb_gate *gate = &dp->gate;

	if ((anew && !gate->restored) || !vsb_queue_is_active(q))
		gate->closed = false;
	gate->restored = false;
	if (!gate->closed)
		return;
	/* SET_STATE may have set more buffers than the ring has entries */
	gate->held = min_t(u32, gate->held, vsb_queue_num(q));
	vsb_gate_start_time(gate, dp->ctx.limits.connect_timeout_ms);
	vsb_interrupt_send(&dp->interrupt, q);
	vsb_queue_schedule(q);
}
