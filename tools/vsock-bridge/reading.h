/* SPDX-License-Identifier: GPL-2.0 */
/* A reading of the devices and their counters. */
#ifndef VSB_CLI_READING_H
#define VSB_CLI_READING_H

#include "counters.h"
#include "control.h"

/**
 * struct reading - the devices and their counters at one moment
 * @devices: the open devices
 * @stats: the counters of each device; their size is 0 if they are not known
 */
struct reading {
	struct devices devices;
	struct vsock_bridge_stats *stats;
};

/*
 * Reads the device @target, or all devices: 0, or -1 after diag(). The counters
 * of a device that is dead or has been closed are not known.
 */
int reading_take(struct reading *reading, const char *node, const char *target);
void reading_free(struct reading *reading);

/*
 * Returns the counters of a device, or NULL if they are not known; all are zero
 * for a device that was not open.
 */
const struct vsock_bridge_stats *reading_stats(const struct reading *reading,
					       __u32 device);

#endif /* VSB_CLI_READING_H */
