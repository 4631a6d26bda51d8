// SPDX-License-Identifier: GPL-2.0
/*
 * VSOCK_BRIDGE_SET_LIMITS and VSOCK_BRIDGE_GET_LIMITS.
 */
#include <linux/errno.h>
#include <linux/vsock_bridge.h>

#include "dev/dev.h"
#include "dev/limits.h"

#define VSB_LIMITS_FLAGS	VSOCK_BRIDGE_LIMITS_RANDOM_PORTS

static bool vsb_limit_ok(u32 value, u32 min, u32 max)
{
	return value >= min && value <= max;
}

static bool vsb_limit_ms_ok(u32 value)
{
	return vsb_limit_ok(value, 1, VSOCK_BRIDGE_MAX_TIMEOUT_MS);
}

static bool vsb_limits_ok(const struct vsock_bridge_limits *l)
{
	return vsb_limit_ok(l->max_connections, 1,
			    VSOCK_BRIDGE_MAX_CONNECTIONS) &&
	       vsb_limit_ok(l->max_handshakes, 1,
			    VSOCK_BRIDGE_MAX_HANDSHAKES) &&
	       vsb_limit_ok(l->buf_alloc, VSOCK_BRIDGE_MIN_BUF_ALLOC,
			    VSOCK_BRIDGE_MAX_BUF_ALLOC) &&
	       vsb_limit_ms_ok(l->handshake_timeout_ms) &&
	       vsb_limit_ms_ok(l->connect_timeout_ms) &&
	       vsb_limit_ms_ok(l->shutdown_timeout_ms) &&
	       vsb_limit_ok(l->max_buffered, VSOCK_BRIDGE_MIN_BUFFERED,
			    VSOCK_BRIDGE_MAX_BUFFERED) &&
	       l->host_port_min <= l->host_port_max &&
	       l->host_port_max <= VSOCK_BRIDGE_MAX_HOST_PORT;
}

/* A value of 0 leaves the limit as it is. */
static void vsb_limit_set(u32 *limit, u32 value)
{
	if (value)
		*limit = value;
}

static void vsb_limits_merge(struct vsock_bridge_limits *to,
			     const struct vsock_bridge_limits *from)
{
	vsb_limit_set(&to->max_connections, from->max_connections);
	vsb_limit_set(&to->max_handshakes, from->max_handshakes);
	vsb_limit_set(&to->buf_alloc, from->buf_alloc);
	vsb_limit_set(&to->max_buffered, from->max_buffered);
	vsb_limit_set(&to->handshake_timeout_ms, from->handshake_timeout_ms);
	vsb_limit_set(&to->connect_timeout_ms, from->connect_timeout_ms);
	vsb_limit_set(&to->shutdown_timeout_ms, from->shutdown_timeout_ms);
	vsb_limit_set(&to->host_port_min, from->host_port_min);
	vsb_limit_set(&to->host_port_max, from->host_port_max);
	to->flags &= ~from->flags_mask;
	to->flags |= from->flags;
}

long vsb_set_limits(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_limits *limits = &dev->dp.ctx.limits;
	const struct vsock_bridge_limits *from = arg;
	struct vsock_bridge_limits merged = *limits;

	if ((from->flags & ~from->flags_mask) ||
	    (from->flags_mask & ~VSB_LIMITS_FLAGS))
		return -EINVAL;
	vsb_limits_merge(&merged, from);
	if (!vsb_limits_ok(&merged))
		return -EINVAL;
	*limits = merged;
	return 0;
}

long vsb_get_limits(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_limits *limits = arg;

	*limits = dev->dp.ctx.limits;
	limits->size = sizeof(*limits);
	limits->flags_mask = VSB_LIMITS_FLAGS;
	return 0;
}
