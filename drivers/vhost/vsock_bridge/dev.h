/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An open /dev/vsock-bridge.
 */
#ifndef VSB_DEV_H
#define VSB_DEV_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <linux/virtio_vsock.h>
#include <linux/workqueue.h>

#include "datapath.h"

struct file;
struct mm_struct;

/* What VHOST_GET_FEATURES offers. */
#define VSB_VIRTIO_FEATURES						\
	(BIT_ULL(VIRTIO_F_NOTIFY_ON_EMPTY) |				\
	 BIT_ULL(VHOST_F_LOG_ALL) |					\
	 BIT_ULL(VIRTIO_F_ANY_LAYOUT) |					\
	 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |				\
	 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |				\
	 BIT_ULL(VIRTIO_F_VERSION_1) |					\
	 BIT_ULL(VIRTIO_F_IN_ORDER) |					\
	 BIT_ULL(VIRTIO_VSOCK_F_SEQPACKET))

/* What VSOCK_BRIDGE_GET_INFO tells. */
#define VSB_FEATURES							\
	(VSOCK_BRIDGE_F_UDS_PATH | VSOCK_BRIDGE_F_UDS_ABSTRACT |		\
	 VSOCK_BRIDGE_F_UDS_OWNER | VSOCK_BRIDGE_F_UDS_REPLACE |	\
	 VSOCK_BRIDGE_F_EVICTION | VSOCK_BRIDGE_F_HOST_PORTS |		\
	 VSOCK_BRIDGE_F_UDS_FDS | VSOCK_BRIDGE_F_UDS_ONE_WAY |		\
	 VSOCK_BRIDGE_F_PORT_MAP | VSOCK_BRIDGE_F_MAX_BUFFERED |	\
	 VSOCK_BRIDGE_F_SEQPACKET | VSOCK_BRIDGE_F_EVENT_QUEUE)

/**
 * struct vsb_dev - an open device
 * @dp: the data path; its lock protects the rest as well
 * @owner: memory of the process that called VHOST_SET_OWNER, to compare with;
 *	the structure is held, not the memory; NULL before
 * @configuring: somebody is about to change the host end, outside the lock
 * @owned: it has an owner, or somebody is about to become it, likewise
 * @teardown: ends the device, behind its last descriptor
 */
struct vsb_dev {
	struct vsb_datapath dp;
	struct mm_struct *owner;
	bool configuring;
	bool owned;
	struct work_struct teardown;
};

int vsb_dev_register(void);
void vsb_dev_unregister(void);
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken);

/* ioctl.c */
long vsb_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* limits.c */
long vsb_set_limits(struct vsb_dev *dev, void __user *argp);
long vsb_get_limits(struct vsb_dev *dev, void __user *argp);

/* uds.c */
long vsb_set_uds(struct vsb_dev *dev, void __user *argp);

/* ports.c */
long vsb_set_port(struct vsb_dev *dev, void __user *argp);

/* snapshot.c */
long vsb_send_event(struct vsb_dev *dev, void __user *argp);
long vsb_get_state(struct vsb_dev *dev, void __user *argp);
long vsb_set_state(struct vsb_dev *dev, void __user *argp);

#endif /* VSB_DEV_H */
