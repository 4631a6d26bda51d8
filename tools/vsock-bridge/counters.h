/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a device: what they are called, and of which kind they are. */
#ifndef VSB_CLI_COUNTERS_H
#define VSB_CLI_COUNTERS_H

#include <stddef.h>

#include "device.h"

enum counter_kind {
	COUNTER_GAUGE,	/* of what is there now */
	COUNTER_COUNT,	/* of normal operation */
	COUNTER_END,	/* why connections ended, without an error */
	COUNTER_ERROR,
};

/**
 * struct counter - a counter
 * @name: that of its field in struct vsock_bridge_stats
 * @kind: which
 * @field: where it stands there
 */
struct counter {
	const char *name;
	enum counter_kind kind;
	size_t field;
};

/* In the order of the structure; ends with a counter that has no name. */
extern const struct counter counters[];

/* Reads all counters: 0, 1 if the device has been closed, or -1 after diag(). */
int counters_read(struct vsock_bridge_stats *stats, const struct device *device);

__u64 counter_value(const struct counter *counter,
		    const struct vsock_bridge_stats *stats);

/* The sum of those that are errors. */
__u64 counters_errors(const struct vsock_bridge_stats *stats);

#endif /* VSB_CLI_COUNTERS_H */
