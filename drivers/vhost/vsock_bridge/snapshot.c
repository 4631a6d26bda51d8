// SPDX-License-Identifier: GPL-2.0
/*
 * What a VMM needs to save a guest and to restore it behind another device:
 * VSOCK_BRIDGE_SEND_EVENT, VSOCK_BRIDGE_GET_STATE, VSOCK_BRIDGE_SET_STATE.
 */
#include <linux/stddef.h>
#include <linux/vsock_bridge.h>

#include "dev.h"
#include "ioarg.h"

/* As they were first published; shorter ones are refused. */
#define VSB_EVENT_SIZE_V1	offsetofend(struct vsock_bridge_event, event)
#define VSB_STATE_SIZE_V1	\
	offsetofend(struct vsock_bridge_state, event_buffers)

/* A ring has no more entries. */
#define VSB_STATE_BUFFERS_MAX	32768

long vsb_send_event(struct vsb_dev *dev, void __user *argp)
{
	struct vsock_bridge_event event;
	long ret;

	ret = vsb_ioarg_in(&event, sizeof(event), VSB_EVENT_SIZE_V1, argp);
	if (ret)
		return ret;
	if (event.event != VSOCK_BRIDGE_EVENT_TRANSPORT_RESET)
		return -EINVAL;
	return vsb_event_send(&dev->dp, event.event);
}

long vsb_get_state(struct vsb_dev *dev, void __user *argp)
{
	const struct vsb_datapath *dp = &dev->dp;
	struct vsock_bridge_state state = {
		.size = sizeof(state),
		.last_host_port = dp->tab.last_port,
	};

	if (dp->gate.closed) {
		state.flags = VSOCK_BRIDGE_STATE_GATED;
		state.event_buffers = dp->gate.held;
	}
	return vsb_ioarg_out(argp, &state, sizeof(state), VSB_STATE_SIZE_V1);
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

long vsb_set_state(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_datapath *dp = &dev->dp;
	struct vsock_bridge_state state;
	long ret;

	ret = vsb_ioarg_in(&state, sizeof(state), VSB_STATE_SIZE_V1, argp);
	if (ret)
		return ret;
	if (dp->running)
		return -EBUSY;
	if (!vsb_state_ok(&state))
		return -EINVAL;
	dp->tab.last_port = state.last_host_port;
	dp->gate = (struct vsb_gate) {
		.closed = state.flags & VSOCK_BRIDGE_STATE_GATED,
		.restored = true,
		.held = state.event_buffers,
	};
	return 0;
}
