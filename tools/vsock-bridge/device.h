/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vsock-bridge: opening it, and its own ioctls. */
#ifndef VSB_CLI_DEVICE_H
#define VSB_CLI_DEVICE_H

#include <linux/vsock_bridge.h>

#include "node.h"

/**
 * struct device - an open device
 * @node: path of the node
 * @number: number of the device, if it was selected through the control node
 * @fd: the descriptor
 * @info: the answer to VSOCK_BRIDGE_GET_INFO
 */
struct device {
	const char *node;
	__u32 number;
	int fd;
	struct vsock_bridge_info info;
};

/* Functions that return int return 0, or -1 after diag(). */

/* Opens @node, above stderr, and reads its info. */
int device_open(struct device *device, const char *node);
void device_close(struct device *device);

/* Reads the info of the device at device->fd. */
int device_get_info(struct device *device);

/* Moves the descriptor to @fd, which stays open across execve(). */
int device_move(struct device *device, int fd);

int device_get_limits(struct device *device, struct vsock_bridge_limits *limits);

/* Sets the limits; limits that are 0 stay as they are. */
int device_set_limits(struct device *device, struct vsock_bridge_limits *limits);

/*
 * Sets the host end. @path may begin with @, for an abstract name, or be NULL;
 * @uds has the other fields.
 */
int device_set_uds(struct device *device, const char *path,
		   const struct vsock_bridge_uds *uds);

/*
 * Sets an entry of the map of ports; @path as above, @entry has the other
 * fields.
 */
int device_set_port(struct device *device, const char *path,
		    const struct vsock_bridge_port *entry);

#endif /* VSB_CLI_DEVICE_H */
