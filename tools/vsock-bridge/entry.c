// SPDX-License-Identifier: GPL-2.0
/* What is shown of a device that control_list() has found. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "entry.h"

const char *entry_state(const struct vsock_bridge_device *entry)
{
	if (entry->flags & VSOCK_BRIDGE_DEVICE_DEAD)
		return "dead";
	if (!(entry->flags & VSOCK_BRIDGE_DEVICE_OWNED))
		return "open";
	if (!(entry->flags & VSOCK_BRIDGE_DEVICE_RUNNING))
		return "stopped";
	return entry->flags & VSOCK_BRIDGE_DEVICE_GATED ? "waiting" : "running";
}

const char *entry_path(char path[ENTRY_PATH_SIZE],
		       const struct vsock_bridge_device *entry)
{
	__u32 i;

	for (i = 0; i < entry->path_len; i++)
		path[i] = entry->path[i] ?: '@';
	path[i] = '\0';
	return path;
}

static const struct vsock_bridge_device *find(const struct devices *devices,
					      __u32 number)
{
	size_t i;

	for (i = 0; i < devices->count; i++)
		if (devices->all[i].device == number)
			return &devices->all[i];
	return NULL;
}

struct rates entry_rates(const struct vsock_bridge_device *entry,
			 const struct devices *now, const struct devices *before)
{
	const struct vsock_bridge_device *old = find(before, entry->device);
	double seconds = (now->ns - before->ns) / 1e9;
	struct rates rates = {};

	if (!old || seconds <= 0)
		return rates;
	rates.known = true;
	rates.tx_bytes = (entry->tx_bytes_count - old->tx_bytes_count) / seconds;
	rates.rx_bytes = (entry->rx_bytes_count - old->rx_bytes_count) / seconds;
	rates.tx_packets = (entry->tx_packets_count - old->tx_packets_count) / seconds;
	rates.rx_packets = (entry->rx_packets_count - old->rx_packets_count) / seconds;
	return rates;
}

void entry_interval(unsigned long ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}
