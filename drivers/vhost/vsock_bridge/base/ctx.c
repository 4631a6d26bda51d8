// SPDX-License-Identifier: GPL-2.0
/*
 * The context of a device: the state that every part of it needs.
 */
#include "base/ctx.h"

/**
 * vsb_ctx_init() - initialize the context of a device with the default limits
 * @ctx: the context, zeroed
 * @killed: called by both threads of the worker when the owner was killed
 * @arg: argument of @killed
 */
void vsb_ctx_init(struct vsb_ctx *ctx, void (*killed)(void *arg), void *arg)
{
	vsb_worker_init(&ctx->worker, killed, arg);
	ctx->limits = (struct vsock_bridge_limits) {
		.max_connections = VSOCK_BRIDGE_DEF_CONNECTIONS,
		.max_handshakes = VSOCK_BRIDGE_DEF_HANDSHAKES,
		.buf_alloc = VSOCK_BRIDGE_DEF_BUF_ALLOC,
		.handshake_timeout_ms = VSOCK_BRIDGE_DEF_HANDSHAKE_MS,
		.connect_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS,
		.shutdown_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS,
		.max_buffered = VSOCK_BRIDGE_DEF_BUFFERED,
		.host_port_min = VSOCK_BRIDGE_DEF_HOST_PORT_MIN,
		.host_port_max = VSOCK_BRIDGE_DEF_HOST_PORT_MAX,
	};
}
