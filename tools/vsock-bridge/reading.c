// SPDX-License-Identifier: GPL-2.0
/* The devices and their counters at one moment. */
#include <stdlib.h>

#include "diag.h"
#include "reading.h"
#include "target.h"

static int read_one(void *to, const struct device *device,
		    const struct vsock_bridge_device *listed)
{
	struct reading *reading = to;
	struct vsock_bridge_stats stats;
	int result = counters_read(&stats, device);

	if (!result)
		reading->stats[listed - reading->devices.all] = stats;
	return result;
}

int reading_take(struct reading *reading, const char *node, const char *target)
{
	if (target_list(&reading->devices, node, target))
		return -1;
	reading->stats = calloc(reading->devices.count + 1, sizeof(*reading->stats));
	if (!reading->stats)
		diag("out of memory: free some and try again");
	else if (control_each(&reading->devices, node, read_one, reading) >= 0)
		return 0;
	reading_free(reading);
	return -1;
}

void reading_free(struct reading *reading)
{
	control_free(&reading->devices);
	free(reading->stats);
	reading->stats = NULL;
}

const struct vsock_bridge_stats *reading_stats(const struct reading *reading,
					       __u32 device)
{
	static const struct vsock_bridge_stats new = { .size = sizeof(new) };
	size_t i;

	for (i = 0; i < reading->devices.count; i++)
		if (reading->devices.all[i].device == device)
			return reading->stats[i].size ? &reading->stats[i] : NULL;
	return &new;
}
