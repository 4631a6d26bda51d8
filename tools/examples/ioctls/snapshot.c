// SPDX-License-Identifier: GPL-2.0
/* Snapshots: what a VMM saves beside the virtqueues and the guest's memory. */
#include <errno.h>
#include <linux/vhost.h>
#include <linux/vsock_bridge.h>
#include <sys/ioctl.h>

#define QUEUES	3		/* RX, TX, events */

struct saved_device {
	struct vsock_bridge_state state;
	struct vhost_vring_state rings[QUEUES];
};

/* The vCPUs are stopped. After this the device does not touch guest memory. */
int snapshot_save(int fd, struct saved_device *saved)
{
	struct vsock_bridge_event reset = {
		.size = sizeof(reset),
		.event = VSOCK_BRIDGE_EVENT_TRANSPORT_RESET,
	};

	/* ENOBUFS: the guest's driver has no event buffer there yet. */
	if (ioctl(fd, VSOCK_BRIDGE_SEND_EVENT, &reset) && errno != ENOBUFS)
		return -errno;
	if (ioctl(fd, VHOST_VSOCK_SET_RUNNING, &(int){ 0 }))
		return -errno;
	for (unsigned int i = 0; i < QUEUES; i++) {
		saved->rings[i].index = i;
		if (ioctl(fd, VHOST_GET_VRING_BASE, &saved->rings[i]))
			return -errno;
	}
	saved->state = (struct vsock_bridge_state){ .size = sizeof(saved->state) };
	return ioctl(fd, VSOCK_BRIDGE_GET_STATE, &saved->state) ? -errno : 0;
}

/* The new device has its owner, features, memory, CID, ring sizes and addresses. */
int snapshot_restore(int fd, const struct saved_device *saved)
{
	for (unsigned int i = 0; i < QUEUES; i++)
		if (ioctl(fd, VHOST_SET_VRING_BASE, &saved->rings[i]))
			return -errno;
	if (ioctl(fd, VSOCK_BRIDGE_SET_STATE, &saved->state) ||
	    ioctl(fd, VHOST_VSOCK_SET_RUNNING, &(int){ 1 }))
		return -errno;
	return 0;
}
