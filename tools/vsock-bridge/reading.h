/* SPDX-License-Identifier: GPL-2.0 */
/* Devices and their counters at a moment. */
#ifndef VSB_CLI_READING_H
#define VSB_CLI_READING_H

#include "counters.h"
#include "control.h"

/**
 * struct reading - a moment
 * @devices: those that there were
 * @stats: of each its counters, with a size of 0 where they are not known
 */
struct reading {
	struct devices devices;
	struct vsock_bridge_stats *stats;
};

/*
 * Looks at those that @target means, or all: 0, or -1, told by diag. Of one that
 * is dead, or closed while this looks, the counters are not known.
 */
int reading_take(struct reading *reading, const char *node, const char *target);
void reading_free(struct reading *reading);

/*
 * The counters of a device, or NULL where they are not known; of one that was not
 * there, those of a new one.
 */
const struct vsock_bridge_stats *reading_stats(const struct reading *reading,
					       __u32 device);

#endif /* VSB_CLI_READING_H */
