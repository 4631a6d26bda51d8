// SPDX-License-Identifier: GPL-2.0
/* Devices and their counters at a moment. */
#include <stdlib.h>

#include "diag.h"
#include "sample.h"
#include "target.h"

static int read_one(void *to, const struct device *device,
		    const struct vsock_bridge_device *entry)
{
	struct sample *sample = to;
	struct vsock_bridge_stats stats;
	int result = counters_read(&stats, device);

	if (!result)
		sample->stats[entry - sample->devices.all] = stats;
	return result;
}

int sample_take(struct sample *sample, const char *node, const char *target)
{
	if (target_list(&sample->devices, node, target))
		return -1;
	sample->stats = calloc(sample->devices.count + 1, sizeof(*sample->stats));
	if (!sample->stats)
		diag("out of memory: free some and try again");
	else if (control_each(&sample->devices, node, read_one, sample) >= 0)
		return 0;
	sample_free(sample);
	return -1;
}

void sample_free(struct sample *sample)
{
	control_free(&sample->devices);
	free(sample->stats);
	sample->stats = NULL;
}

const struct vsock_bridge_stats *sample_stats(const struct sample *sample,
					      __u32 device)
{
	static const struct vsock_bridge_stats new = { .size = sizeof(new) };
	size_t i;

	for (i = 0; i < sample->devices.count; i++)
		if (sample->devices.all[i].device == device)
			return sample->stats[i].size ? &sample->stats[i] : NULL;
	return &new;
}
