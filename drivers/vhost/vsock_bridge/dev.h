/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An open /dev/vsock-bridge.
 */
#ifndef VSB_DEV_H
#define VSB_DEV_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
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
	 BIT_ULL(VIRTIO_F_VERSION_1))

/* What VSOCK_BRIDGE_GET_INFO tells. */
#define VSB_FEATURES	VSOCK_BRIDGE_F_UDS_PATH

/**
 * enum vsb_uds - does the device have its host end?
 * @VSB_UDS_NONE: no
 * @VSB_UDS_BINDING: somebody is about to give it one, outside the lock
 * @VSB_UDS_SET: yes, for good
 */
enum vsb_uds {
	VSB_UDS_NONE,
	VSB_UDS_BINDING,
	VSB_UDS_SET,
};

/**
 * struct vsb_dev - an open device
 * @dp: the data path; its lock protects the rest as well
 * @owner: memory of the process that called VHOST_SET_OWNER, to compare with;
 *	the structure is held, not the memory; NULL before
 * @uds: see enum vsb_uds
 * @teardown: ends the device, behind its last descriptor
 */
struct vsb_dev {
	struct vsb_datapath dp;
	struct mm_struct *owner;
	enum vsb_uds uds;
	struct work_struct teardown;
};

int vsb_dev_register(void);
void vsb_dev_unregister(void);

/* ioctl.c */
long vsb_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* VSB_DEV_H */
