// SPDX-License-Identifier: GPL-2.0
/* /dev/vsock-bridge: opening it, and its own ioctls. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "diag.h"
#include "uds.h"

static void tell_no_info(const char *node, int error)
{
	switch (error) {
	case EINVAL:
	case ENOTTY:
	case EPERM:	/* a vhost device refuses all ioctls before VHOST_SET_OWNER */
		diag("%s is not a vsock_bridge device: use " DEVICE_NODE, node);
		break;
	default:
		diag("cannot read the info of %s: %s: see dmesg(1)", node, strerror(error));
	}
}

int device_get_info(struct device *device)
{
	struct vsock_bridge_info *info = &device->info;

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	if (ioctl(device->fd, VSOCK_BRIDGE_GET_INFO, info)) {
		tell_no_info(device->node, errno);
		return -1;
	}
	if (info->abi_version != VSOCK_BRIDGE_ABI_VERSION) {
		diag("the module speaks ABI version %u, this tool (" VERSION ") version %u: install the same release of both",
		     info->abi_version, VSOCK_BRIDGE_ABI_VERSION);
		return -1;
	}
	info->version[sizeof(info->version) - 1] = '\0';
	return 0;
}

int device_open(struct device *device, const char *node)
{
	device->node = node;
	device->fd = node_open(node, DEVICE_NODE);
	if (device->fd < 0)
		return -1;
	if (device_get_info(device)) {
		device_close(device);
		return -1;
	}
	return 0;
}

void device_close(struct device *device)
{
	close(device->fd);
	device->fd = -1;
}

int device_move(struct device *device, int fd)
{
	if (fd == device->fd) {
		if (!fcntl(fd, F_SETFD, 0))
			return 0;
	} else if (dup2(device->fd, fd) == fd) {
		close(device->fd);
		device->fd = fd;
		return 0;
	}
	diag("cannot put the device at descriptor %d: %s: choose another with --fd",
	     fd, strerror(errno));
	return -1;
}

/* Reports the errors that every ioctl can have. */
static void tell_refused(struct device *device, const char *what, int error)
{
	switch (error) {
	case E2BIG:
	case ENOTTY:
		diag("%s: module %s does not support this: install the release that this tool is from (" VERSION ")",
		     what, device->info.version);
		break;
	case EBUSY:
		diag("%s: the device is in use: wait until its owner has ended", what);
		break;
	case EIO:
		diag("%s: the device is dead, its owner was killed: start again", what);
		break;
	case EINVAL:
		diag("%s: refused by module %s as out of range: see 'vsock-bridge info' for the ranges",
		     what, device->info.version);
		break;
	default:
		diag("%s: %s: see dmesg(1)", what, strerror(error));
	}
}

int device_get_limits(struct device *device, struct vsock_bridge_limits *limits)
{
	memset(limits, 0, sizeof(*limits));
	limits->size = sizeof(*limits);
	if (!ioctl(device->fd, VSOCK_BRIDGE_GET_LIMITS, limits))
		return 0;
	tell_refused(device, "cannot read the limits", errno);
	return -1;
}

int device_set_limits(struct device *device, struct vsock_bridge_limits *limits)
{
	limits->size = sizeof(*limits);
	if (!ioctl(device->fd, VSOCK_BRIDGE_SET_LIMITS, limits))
		return 0;
	tell_refused(device, "cannot set the limits", errno);
	return -1;
}

/* Makes the name as the module takes it: an abstract name begins with NUL. */
static void kernel_name(const char *path, char name[VSOCK_BRIDGE_PATH_MAX + 1],
			__u64 *address, __u32 *length)
{
	if (!path)
		return;
	*length = strlen(path);
	memcpy(name, path, *length + 1);
	if (uds_is_abstract(path))
		name[0] = '\0';
	*address = (uintptr_t)name;
}

static bool binds(const struct vsock_bridge_uds *uds)
{
	return !(uds->flags & (VSOCK_BRIDGE_UDS_LISTEN_FD |
			       VSOCK_BRIDGE_UDS_NO_LISTEN));
}

static void tell_no_uds(struct device *device, const char *path,
			const struct vsock_bridge_uds *uds, int error)
{
	switch (error) {
	case E2BIG:
	case EBUSY:
	case EINVAL:
	case EIO:
	case ENOTTY:
		tell_refused(device, "cannot set the UDS path", error);
		return;
	case EPERM:
		if (!(uds->flags & (VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID)))
			break;
		diag("cannot make the socket %s: you may not give it to that owner or group: run as root, or choose one of your groups",
		     path);
		return;
	}
	if (binds(uds))
		uds_bind_failed(path, error);
	else
		tell_refused(device, "cannot set the host end", error);
}

int device_set_uds(struct device *device, const char *path,
		   const struct vsock_bridge_uds *request)
{
	struct vsock_bridge_uds uds = *request;
	char name[VSOCK_BRIDGE_PATH_MAX + 1];

	uds.size = sizeof(uds);
	kernel_name(path, name, &uds.path, &uds.path_len);
	if (!ioctl(device->fd, VSOCK_BRIDGE_SET_UDS, &uds))
		return 0;
	tell_no_uds(device, path, &uds, errno);
	return -1;
}

int device_set_port(struct device *device, const char *path,
		    const struct vsock_bridge_port *request)
{
	struct vsock_bridge_port entry = *request;
	char name[VSOCK_BRIDGE_PATH_MAX + 1];

	entry.size = sizeof(entry);
	kernel_name(path, name, &entry.path, &entry.path_len);
	if (!ioctl(device->fd, VSOCK_BRIDGE_SET_PORT, &entry))
		return 0;
	if (errno == ENOSPC)
		diag("--port is given too often: the module supports at most %u",
		     VSOCK_BRIDGE_MAX_PORTS);
	else
		tell_refused(device, "cannot map a port", errno);
	return -1;
}
