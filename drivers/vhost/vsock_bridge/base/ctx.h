/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The context of a device: the data that every part of the device needs.
 *
 * The context depends on no part of the device. Therefore a part that uses the
 * context depends on no other part.
 */
#ifndef VSB_CTX_H
#define VSB_CTX_H

#include <linux/vsock_bridge.h>

#include "base/worker.h"

/**
 * struct vsb_ctx - the context of a device
 * @worker: the threads that run all rounds of the device
 * @stats: the counters, and the gauges that are not computed on request. The
 *	data path's lock protects @stats, except for @stats.device, which does
 *	not change.
 * @limits: the limits that VSOCK_BRIDGE_SET_LIMITS set; the data path's lock
 *	protects them
 */
struct vsb_ctx {
	struct vsb_worker worker;
	struct vsock_bridge_stats stats;
	struct vsock_bridge_limits limits;
};

void vsb_ctx_init(struct vsb_ctx *ctx, void (*killed)(void *arg), void *arg);

#endif /* VSB_CTX_H */
