// SPDX-License-Identifier: GPL-2.0
/* The control node: finds a device that a VMM has open. */
#include <errno.h>
#include <fcntl.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The number of the device whose host end is @path */
static int64_t find_number(int fd, const char *path)
{
	struct vsock_bridge_device device = { .size = sizeof(device) };

	/* Each call returns the device with the next larger number. */
	while (!ioctl(fd, VSOCK_BRIDGE_NEXT_DEVICE, &device)) {
		if (device.path_len == strlen(path) &&
		    !memcmp(device.path, path, device.path_len))
			return device.device;
	}
	return -errno;		/* ENOENT: there is no further device */
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
 * Returns a descriptor for the device whose host end is @path. It takes the ioctls of
 * the other examples, and does not keep the device open.
 */
int device_find(const char *node, const char *path)
{
	int error, fd = open(node, O_RDWR | O_CLOEXEC);
	int64_t number;

	if (fd < 0)
		return -errno;
	number = find_number(fd, path);
	error = number < 0 ? number : select_device(fd, number);
	if (!error)
		return fd;
	close(fd);
	return error;
}
