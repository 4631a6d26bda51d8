// SPDX-License-Identifier: GPL-2.0
/*
 * A device that control_list() has found: its state, path and rates in text
 * output.
 */
#include "listed.h"

const char *listed_state(const struct vsock_bridge_device *listed)
{
	if (listed->flags & VSOCK_BRIDGE_DEVICE_DEAD)
		return "dead";
	if (!(listed->flags & VSOCK_BRIDGE_DEVICE_OWNED))
		return "open";
	if (!(listed->flags & VSOCK_BRIDGE_DEVICE_RUNNING))
		return "stopped";
	return listed->flags & VSOCK_BRIDGE_DEVICE_GATED ? "waiting" : "running";
}

const char *listed_path(char path[LISTED_PATH_SIZE],
			const struct vsock_bridge_device *listed)
{
	__u32 i;

	for (i = 0; i < listed->path_len; i++)
		path[i] = listed->path[i] ?: '@';
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

struct rates listed_rates(const struct vsock_bridge_device *listed,
			  const struct devices *now, const struct devices *before)
{
	const struct vsock_bridge_device *old = find(before, listed->device);
	double seconds = (now->ns - before->ns) / 1e9;
	struct rates rates = {};

	if (!old || seconds <= 0)
		return rates;
	rates.known = true;
	rates.tx_bytes = (listed->tx_bytes_count - old->tx_bytes_count) / seconds;
	rates.rx_bytes = (listed->rx_bytes_count - old->rx_bytes_count) / seconds;
	rates.tx_packets = (listed->tx_packets_count - old->tx_packets_count) / seconds;
	rates.rx_packets = (listed->rx_packets_count - old->rx_packets_count) / seconds;
	return rates;
}
