// SPDX-License-Identifier: GPL-2.0
/* /dev/vsock-bridge-control: the devices that the caller may see. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "diag.h"

/*
 * More devices than a host has, because each needs a descriptor of a process.
 */
#define MOST	65536

static void tell_failed(const char *node, const char *what, int error)
{
	switch (error) {
	case EINVAL:
	case ENOTTY:
		diag("%s is not the control node of vsock_bridge: use " CONTROL_NODE, node);
		break;
	case E2BIG:
		diag("%s: the module is older than this tool (" VERSION "): install the same release of both",
		     what);
		break;
	default:
		diag("%s: %s: see dmesg(1)", what, strerror(error));
	}
}

/* Replaces *@found by the next device: 1, 0 if there is none, or -1 after diag(). */
static int next_device(int fd, const char *node, struct vsock_bridge_device *found)
{
	__u32 before = found->device;

	memset(found, 0, sizeof(*found));
	found->size = sizeof(*found);
	found->device = before;
	if (!ioctl(fd, VSOCK_BRIDGE_NEXT_DEVICE, found)) {
		found->comm[sizeof(found->comm) - 1] = '\0';
		if (found->path_len > sizeof(found->path))
			found->path_len = sizeof(found->path);
		return 1;
	}
	if (errno == ENOENT)
		return 0;
	tell_failed(node, "cannot list the devices", errno);
	return -1;
}

static int add(struct devices *devices, const struct vsock_bridge_device *found)
{
	struct vsock_bridge_device *all;

	all = reallocarray(devices->all, devices->count + 1, sizeof(*all));
	if (!all) {
		diag("out of memory: free some and try again");
		return -1;
	}
	devices->all = all;
	all[devices->count++] = *found;
	return 0;
}

/* Bounded, because other processes may open devices in the meantime. */
static int list(struct devices *devices, int fd, const char *node)
{
	struct vsock_bridge_device found = {};
	int more = 0;

	while (devices->count < MOST &&
	       (more = next_device(fd, node, &found)) > 0)
		if (add(devices, &found))
			return -1;
	return more < 0 ? more : 0;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int control_list(struct devices *devices, const char *node)
{
	int fd, result;

	memset(devices, 0, sizeof(*devices));
	fd = node_open(node, CONTROL_NODE);
	if (fd < 0)
		return -1;
	devices->ns = now_ns();
	result = list(devices, fd, node);
	close(fd);
	if (result)
		control_free(devices);
	return result;
}

void control_free(struct devices *devices)
{
	free(devices->all);
	devices->all = NULL;
	devices->count = 0;
}

int control_select(struct device *device, const char *node, __u32 number)
{
	struct vsock_bridge_select choice = { sizeof(choice), number };
	int result;

	device->node = node;
	device->number = number;
	device->fd = node_open(node, CONTROL_NODE);
	if (device->fd < 0)
		return -1;
	if (!ioctl(device->fd, VSOCK_BRIDGE_SELECT, &choice)) {
		if (!device_get_info(device))
			return 0;
		result = -1;
	} else if (errno == ENOENT) {
		result = 1;
	} else {
		tell_failed(node, "cannot select the device", errno);
		result = -1;
	}
	device_close(device);
	return result;
}

void control_tell_gone(__u32 number)
{
	diag("device %u is dead, or closed: see 'vsock-bridge list'", number);
}

static int visit_one(const struct vsock_bridge_device *listed, const char *node,
		     control_visit visit, void *to)
{
	struct device device;
	int result = control_select(&device, node, listed->device);

	if (result)
		return result;
	result = visit(to, &device, listed);
	device_close(&device);
	return result;
}

int control_each(const struct devices *devices, const char *node,
		 control_visit visit, void *to)
{
	int left_out = 0;
	size_t i;

	for (i = 0; i < devices->count; i++) {
		int result = visit_one(&devices->all[i], node, visit, to);

		if (result < 0)
			return -1;
		left_out += result;
	}
	return left_out;
}
