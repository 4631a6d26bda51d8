// SPDX-License-Identifier: GPL-2.0
/* The control node: finds a device that a VMM has open. */
#include <errno.h>
#include <fcntl.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int find(int fd, const char *path, uint32_t *number)
{
	struct vsock_bridge_device device = { .size = sizeof(device) };

	/* Each call returns the device with the next larger number. */
	while (!ioctl(fd, VSOCK_BRIDGE_NEXT_DEVICE, &device)) {
		if (device.path_len != strlen(path) ||
		    memcmp(device.path, path, device.path_len))
			continue;
		*number = device.device;
		return 0;
	}
	return -errno;		/* ENOENT: that was the last one */
}

static int select_device(int fd, uint32_t number)
{
	struct vsock_bridge_select choice = {
		.size = sizeof(choice),
		.device = number,
	};

	return ioctl(fd, VSOCK_BRIDGE_SELECT, &choice) ? -errno : 0;
}

/*
 * A descriptor for the device whose host end is @path. It takes the ioctls of
 * the other examples, and does not keep the device open.
 */
int control_open(const char *node, const char *path)
{
	int error, fd = open(node, O_RDWR | O_CLOEXEC);
	uint32_t number;

	if (fd < 0)
		return -errno;
	error = find(fd, path, &number);
	if (!error)
		error = select_device(fd, number);
	if (!error)
		return fd;
	close(fd);
	return error;
}
