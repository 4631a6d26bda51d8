// SPDX-License-Identifier: GPL-2.0
/* A guest's vsock device from open() to the first byte: the VMM's part. */
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct vsock_ring {			/* a virtqueue, as the guest's driver set it */
	unsigned int num;
	void *desc, *avail, *used;	/* addresses in this process */
	int kick, call;			/* eventfds: of KVM_IOEVENTFD, of KVM_IRQFD */
};

/* -ENODEV: no module, so emulate the device. Report other errors. */
int vsock_open(const char *node, const char *path)
{
	struct vsock_bridge_uds uds = { .size = sizeof(uds),
		.path = (uintptr_t)path, .path_len = strlen(path) };
	int error, fd = open(node, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
	if (!ioctl(fd, VSOCK_BRIDGE_SET_UDS, &uds))
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static int set_ring(int fd, unsigned int i, const struct vsock_ring *r)
{
	struct vhost_vring_state num = { i, r->num }, base = { i, 0 };
	struct vhost_vring_addr addr = { .index = i, .desc_user_addr = (uintptr_t)r->desc,
		.avail_user_addr = (uintptr_t)r->avail, .used_user_addr = (uintptr_t)r->used };
	struct vhost_vring_file kick = { i, r->kick }, call = { i, r->call };

	return ioctl(fd, VHOST_SET_VRING_NUM, &num) ||
	       ioctl(fd, VHOST_SET_VRING_BASE, &base) ||
	       ioctl(fd, VHOST_SET_VRING_ADDR, &addr) ||
	       ioctl(fd, VHOST_SET_VRING_KICK, &kick) ||
	       ioctl(fd, VHOST_SET_VRING_CALL, &call);
}

/* At DRIVER_OK, in the process with the guest's memory; rings: RX, TX. */
int vsock_start(int fd, uint64_t cid, uint64_t features, struct vhost_memory *mem,
		const struct vsock_ring rings[2])
{
	if ((ioctl(fd, VHOST_SET_OWNER) && errno != EBUSY) ||	/* EBUSY: it is owned */
	    ioctl(fd, VHOST_SET_FEATURES, &features) || ioctl(fd, VHOST_SET_MEM_TABLE, mem) ||
	    set_ring(fd, 0, &rings[0]) || set_ring(fd, 1, &rings[1]) ||
	    ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &cid) ||
	    ioctl(fd, VHOST_VSOCK_SET_RUNNING, &(int){ 1 }))
		return -errno;
	return 0;
}
