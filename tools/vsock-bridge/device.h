/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vsock-bridge: opening it, and its own ioctls. */
#ifndef VSB_CLI_DEVICE_H
#define VSB_CLI_DEVICE_H

#include <linux/vsock_bridge.h>

#include "node.h"

/**
 * struct device - a device that is open
 * @node: how it was opened
 * @number: which it is, where it was selected through the control node
 * @fd: its descriptor
 * @info: what it says of itself
 */
struct device {
	const char *node;
	__u32 number;
	int fd;
	struct vsock_bridge_info info;
};

/*
 * Of the functions that return int: 0 or -1, what is wrong is told by diag.
 */

/* Opens @node, above stdin, stdout and stderr, and asks what it is. */
int device_open(struct device *device, const char *node);
void device_close(struct device *device);

/* Asks the device at device->fd what it is. */
int device_get_info(struct device *device);

/* Moves the descriptor to @fd, open across execve(). */
int device_move(struct device *device, int fd);

int device_get_limits(struct device *device, struct vsock_bridge_limits *limits);

/* Limits that are 0 stay as they are. */
int device_set_limits(struct device *device, struct vsock_bridge_limits *limits);

/*
 * @path may begin with @, for an abstract name, or be NULL. @uds says the rest:
 * flags, and what they stand for.
 */
int device_set_uds(struct device *device, const char *path,
		   const struct vsock_bridge_uds *uds);

/* An entry of the map of ports; @path likewise, @entry says the rest. */
int device_set_port(struct device *device, const char *path,
		    const struct vsock_bridge_port *entry);

#endif /* VSB_CLI_DEVICE_H */
