// SPDX-License-Identifier: GPL-2.0
/* Ports: which sockets of the host a guest reaches. */
#include <errno.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

/* The guest's connections to CID 2, @port go to the socket at @path. */
int port_connect(int fd, uint32_t port, const char *path)
{
	struct vsock_bridge_port entry = {
		.size = sizeof(entry),
		.port = port,
		.action = VSOCK_BRIDGE_PORT_CONNECT,
		.path = (uintptr_t)path,
		.path_len = strlen(path),
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_PORT, &entry) ? -errno : 0;
}

/* Ports without an entry lead to PATH_P again; without this they are denied. */
int port_allow_others(int fd)
{
	struct vsock_bridge_port others = {
		.size = sizeof(others),
		.flags = VSOCK_BRIDGE_PORT_OTHERS,
		.action = VSOCK_BRIDGE_PORT_PREFIX,
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_PORT, &others) ? -errno : 0;
}
