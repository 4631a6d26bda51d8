/* SPDX-License-Identifier: GPL-2.0 */
/* What is shown of a device that control_list() has found. */
#ifndef VSB_CLI_ENTRY_H
#define VSB_CLI_ENTRY_H

#include <stdbool.h>

#include "control.h"

/* Room for entry_path(), its NUL included. */
#define ENTRY_PATH_SIZE	(VSOCK_BRIDGE_PATH_MAX + 1)

/* open, stopped, running, waiting or dead */
const char *entry_state(const struct vsock_bridge_device *entry);

/*
 * Its path as options take it: an abstract name begins with @, and @ is also in
 * the place of further NULs. Empty where it has none.
 */
const char *entry_path(char path[ENTRY_PATH_SIZE],
		       const struct vsock_bridge_device *entry);

/**
 * struct rates - what a device has moved, per second
 * @known: is there something in the others?
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

/* Of @entry in @now, since @before, where it may be missing. */
struct rates entry_rates(const struct vsock_bridge_device *entry,
			 const struct devices *now, const struct devices *before);

/* Waits. */
void entry_interval(unsigned long ms);

#endif /* VSB_CLI_ENTRY_H */
