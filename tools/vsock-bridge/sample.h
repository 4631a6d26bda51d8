/* SPDX-License-Identifier: GPL-2.0 */
/* Devices and their counters at a moment. */
#ifndef VSB_CLI_SAMPLE_H
#define VSB_CLI_SAMPLE_H

#include "counters.h"
#include "control.h"

/**
 * struct sample - a moment
 * @devices: those that there were
 * @stats: of each its counters, with a size of 0 where they are not known
 */
struct sample {
	struct devices devices;
	struct vsock_bridge_stats *stats;
};

/*
 * Looks at those that @target means, or all: 0, or -1, told by diag. Of one that
 * is dead, or closed while this looks, the counters are not known.
 */
int sample_take(struct sample *sample, const char *node, const char *target);
void sample_free(struct sample *sample);

/*
 * The counters of a device, or NULL where they are not known; of one that was not
 * there, those of a new one.
 */
const struct vsock_bridge_stats *sample_stats(const struct sample *sample,
					      __u32 device);

#endif /* VSB_CLI_SAMPLE_H */
