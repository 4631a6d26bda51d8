/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The context of a device: the state that every part of it needs.
 *
 * The context depends on no other part, so a part that uses the context sees
 * none of the others.
 */
#ifndef VSB_CTX_H
#define VSB_CTX_H

#include <linux/vsock_bridge.h>

#include "base/worker.h"

/**
 * struct vsb_ctx - the context of a device
 * @worker: the threads that run all rounds of the device
 * @stats: counters, and those gauges that are not computed on request. The data
 *	path's lock protects them, except for @stats.device, which does not
 *	change.
 * @limits: the limits that VSOCK_BRIDGE_SET_LIMITS set; protected by the same
 *	lock
 */
struct vsb_ctx {
	struct vsb_worker worker;
	struct vsock_bridge_stats stats;
	struct vsock_bridge_limits limits;
};

void vsb_ctx_init(struct vsb_ctx *ctx, void (*killed)(void *arg), void *arg);

#endif /* VSB_CTX_H */
