// SPDX-License-Identifier: GPL-2.0
/* /dev/vsock-bridge-control: devices as an administrator sees them. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bed.h"

int control_open(void)
{
	int fd = open(CONTROL_NODE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

uint32_t control_number(int device)
{
	struct vsock_bridge_stats stats;

	return bed_stats(device, &stats) ? 0 : stats.device;
}

/*
 * NEXT_DEVICE goes by number: asking for the successor of @number - 1 finds
 * @number if it exists.
 */
int control_device(int fd, uint32_t number, struct vsock_bridge_device *dev)
{
	*dev = (struct vsock_bridge_device){
		.size = sizeof(*dev),
		.device = number - 1,
	};
	if (ioctl(fd, VSOCK_BRIDGE_NEXT_DEVICE, dev))
		return -errno;
	return dev->device == number ? 0 : -ENOENT;
}

int control_select(int fd, uint32_t number)
{
	struct vsock_bridge_select select = {
		.size = sizeof(select),
		.device = number,
	};

	return ioctl(fd, VSOCK_BRIDGE_SELECT, &select) ? -errno : 0;
}

int control_of(int device)
{
	int fd = control_open(), err;

	if (fd < 0)
		return fd;
	err = control_select(fd, control_number(device));
	if (!err)
		return fd;
	close(fd);
	return err;
}

int control_conns(int fd, uint64_t after, struct vsock_bridge_conn *conns,
		  uint32_t nr)
{
	struct vsock_bridge_conns arg = {
		.size = sizeof(arg),
		.nr = nr,
		.after = after,
		.conns = (uintptr_t)conns,
		.conn_size = sizeof(*conns),
	};

	return ioctl(fd, VSOCK_BRIDGE_GET_CONNS, &arg) ? -errno : (int)arg.nr;
}

int control_conn(int fd, uint32_t host_port, uint32_t guest_port,
		 struct vsock_bridge_conn *conn)
{
	int nr;

	conn->id = 0;
	while ((nr = control_conns(fd, conn->id, conn, 1)) == 1) {
		if (conn->host_port == host_port &&
		    conn->guest_port == guest_port)
			return 0;
	}
	return nr ? nr : -ENOENT;
}

int control_drop(int fd, uint64_t id)
{
	struct vsock_bridge_drop drop = { .size = sizeof(drop), .id = id };

	return ioctl(fd, VSOCK_BRIDGE_DROP_CONN, &drop) ? -errno : 0;
}
