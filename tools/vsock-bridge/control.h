/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vsock-bridge-control: the devices that the caller may see. */
#ifndef VSB_CLI_CONTROL_H
#define VSB_CLI_CONTROL_H

#include <stddef.h>

#include "device.h"

/**
 * struct devices - what there was at a moment
 * @all: the devices, by their numbers
 * @count: how many
 * @ns: the moment, of CLOCK_MONOTONIC
 */
struct devices {
	struct vsock_bridge_device *all;
	size_t count;
	__u64 ns;
};

/*
 * Of the functions that return int: 0 or -1, what is wrong is told by diag.
 */

/* Finds all devices, through @node. */
int control_list(struct devices *devices, const char *node);
void control_free(struct devices *devices);

/*
 * Lets @device be the one with this @number; it is closed by device_close(). 1
 * when there is no such device, which is not told.
 */
int control_select(struct device *device, const char *node, __u32 number);

/* Tells that a device which somebody has named does not answer. */
void control_tell_gone(__u32 number);

/* 0, 1 when the device is dead or has been closed, or -1, told. */
typedef int (*control_visit)(void *to, const struct device *device,
			     const struct vsock_bridge_device *listed);

/*
 * Selects one after the other; those that are dead, or have been closed, are left
 * out: returns how many, or -1, told.
 */
int control_each(const struct devices *devices, const char *node,
		 control_visit visit, void *to);

#endif /* VSB_CLI_CONTROL_H */
