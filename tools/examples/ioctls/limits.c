// SPDX-License-Identifier: GPL-2.0
/* Limits: what a guest and its clients may use. */
#include <errno.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <sys/ioctl.h>

/* Bounds the memory of a device; a field that is 0 leaves its limit as it is. */
int limits_shrink(int fd, uint32_t connections, uint32_t buffered)
{
	struct vsock_bridge_limits limits = {
		.size = sizeof(limits),
		.max_connections = connections,
		.max_buffered = buffered,
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_LIMITS, &limits) ? -errno : 0;
}

/* GET fills in all limits: how many connections can there be at once? */
int limits_connections(int fd, uint32_t *connections)
{
	struct vsock_bridge_limits limits = { .size = sizeof(limits) };

	if (ioctl(fd, VSOCK_BRIDGE_GET_LIMITS, &limits))
		return -errno;
	*connections = limits.max_connections;
	return 0;
}
