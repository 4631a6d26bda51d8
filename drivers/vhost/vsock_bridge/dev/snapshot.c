// SPDX-License-Identifier: GPL-2.0
/*
 * Ioctls for a VMM that saves a guest and restores it with another device:
 * VSOCK_BRIDGE_SEND_EVENT, VSOCK_BRIDGE_GET_STATE, VSOCK_BRIDGE_SET_STATE.
 */
#include <linux/errno.h>
#include <linux/vsock_bridge.h>

#include "datapath/event.h"
#include "dev/dev.h"
#include "dev/snapshot.h"

/* The largest size of a virtqueue. */
#define VSB_STATE_BUFFERS_MAX	32768

long vsb_send_event(struct vsb_dev *dev, void *arg)
{
	const struct vsock_bridge_event *event = arg;

	if (event->event != VSOCK_BRIDGE_EVENT_TRANSPORT_RESET)
		return -EINVAL;
	return vsb_event_send(&dev->dp, event->event);
}

long vsb_get_state(struct vsb_dev *dev, void *arg)
{
	const struct vsb_datapath *dp = &dev->dp;
	struct vsock_bridge_state *state = arg;

	*state = (struct vsock_bridge_state) {
		.size = sizeof(*state),
		.last_host_port = dp->conns.flows.last_port,
	};
	if (dp->gate.closed) {
		state->flags = VSOCK_BRIDGE_STATE_GATED;
		state->event_buffers = dp->gate.held;
	}
	return 0;
}

static bool vsb_state_ok(const struct vsock_bridge_state *state)
{
	if (state->flags & ~VSOCK_BRIDGE_STATE_GATED)
		return false;
	if (state->last_host_port > VSOCK_BRIDGE_MAX_HOST_PORT)
		return false;
	if (!(state->flags & VSOCK_BRIDGE_STATE_GATED))
		return !state->event_buffers;
	return state->event_buffers &&
	       state->event_buffers <= VSB_STATE_BUFFERS_MAX;
}

long vsb_set_state(struct vsb_dev *dev, void *arg)
{
	const struct vsock_bridge_state *state = arg;
	struct vsb_datapath *dp = &dev->dp;

	if (dp->running)
		return -EBUSY;
	if (!vsb_state_ok(state))
		return -EINVAL;
	dp->conns.flows.last_port = state->last_host_port;
	vsb_gate_restore(&dp->gate, state->flags & VSOCK_BRIDGE_STATE_GATED,
			 state->event_buffers);
	return 0;
}
