/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a device: their names and kinds. */
#ifndef VSB_CLI_COUNTERS_H
#define VSB_CLI_COUNTERS_H

#include <stddef.h>

#include "device.h"

enum counter_kind {
	COUNTER_GAUGE,	/* a value at one moment */
	COUNTER_COUNT,	/* events of normal operation */
	COUNTER_END,	/* reasons of ends that are no errors */
	COUNTER_ERROR,
};

/**
 * struct counter - a counter
 * @name: name of its field in struct vsock_bridge_stats
 * @kind: its kind
 * @field: offset of its field
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

/* Returns the sum of the counters of errors. */
__u64 counters_errors(const struct vsock_bridge_stats *stats);

#endif /* VSB_CLI_COUNTERS_H */
