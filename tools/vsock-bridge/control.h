/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vsock-bridge-control: the devices that the caller may see. */
#ifndef VSB_CLI_CONTROL_H
#define VSB_CLI_CONTROL_H

#include <stddef.h>

#include "device.h"

/**
 * struct devices - the devices that were open at one moment
 * @all: the devices, in the order of their numbers
 * @count: number of devices
 * @ns: the moment, in nanoseconds of CLOCK_MONOTONIC
 */
struct devices {
	struct vsock_bridge_device *all;
	size_t count;
	__u64 ns;
};

/* Functions that return int return 0, or -1 after diag(). */

/* Finds all devices, through @node. */
int control_list(struct devices *devices, const char *node);
void control_free(struct devices *devices);

/*
 * Opens the device with this @number; device_close() closes it. Returns 1,
 * without diag(), if there is no such device.
 */
int control_select(struct device *device, const char *node, __u32 number);

/* Reports that a device of the command line does not answer. */
void control_tell_gone(__u32 number);

/* Returns 0, 1 if the device is dead or has been closed, or -1 after diag(). */
typedef int (*control_visit)(void *to, const struct device *device,
			     const struct vsock_bridge_device *listed);

/*
 * Visits the devices one after the other. Returns the number of devices that
 * were skipped because they are dead or have been closed, or -1 after diag().
 */
int control_each(const struct devices *devices, const char *node,
		 control_visit visit, void *to);

#endif /* VSB_CLI_CONTROL_H */
