/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that control_list() has found: its state, path and rates in text
 * output.
 */
#ifndef VSB_CLI_LISTED_H
#define VSB_CLI_LISTED_H

#include <stdbool.h>

#include "control.h"

/* Size of the buffer of listed_path(), including the NUL. */
#define LISTED_PATH_SIZE	(VSOCK_BRIDGE_PATH_MAX + 1)

/* Returns "open", "stopped", "running", "waiting" or "dead". */
const char *listed_state(const struct vsock_bridge_device *listed);

/*
 * Returns the device's path as options take it: an abstract name begins with @,
 * and every further NUL is shown as @. Returns "" if there is no path.
 */
const char *listed_path(char path[LISTED_PATH_SIZE],
			const struct vsock_bridge_device *listed);

/**
 * struct rates - throughput of a device, per second
 * @known: the other fields are valid
 * @tx_bytes: from the guest
 * @rx_bytes: to the guest
 * @tx_packets: from the guest
 * @rx_packets: to the guest
 */
struct rates {
	bool known;
	double tx_bytes;
	double rx_bytes;
	double tx_packets;
	double rx_packets;
};

/*
 * Returns the rates of @listed between @before, which may lack the device, and
 * @now.
 */
struct rates listed_rates(const struct vsock_bridge_device *listed,
			  const struct devices *now, const struct devices *before);

#endif /* VSB_CLI_LISTED_H */
