/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an error case is told: one verb counts it and traces it.
 *
 * Events that are no errors (packets, bytes, calls) are plain increments.
 */
#ifndef VSB_STATS_H
#define VSB_STATS_H

#include <linux/vsock_bridge.h>

#include "base/trace.h"

/**
 * vsb_error() - an error case has happened
 * @stats: struct vsock_bridge_stats of the device; its lock is held
 * @name: one of VSB_ERRORS: the counter, and the trace event vsb_<name>
 * @host_port: the ports of the flow that it is about; 0 where one is not known
 * @guest_port: likewise
 */
#define vsb_error(stats, name, host_port, guest_port)			\
	do {								\
		struct vsock_bridge_stats *_stats = (stats);		\
									\
		_stats->name++;						\
		trace_vsb_##name(_stats->device, host_port, guest_port); \
	} while (0)

#endif /* VSB_STATS_H */
