/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An open /dev/vsock-bridge.
 */
#ifndef VSB_DEV_H
#define VSB_DEV_H

#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <linux/virtio_vsock.h>
#include <linux/workqueue.h>

#include "datapath/datapath.h"
#include "host/unix/name.h"

struct file;
struct mm_struct;
struct vsb_ownfile;
struct vsb_process;

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
	 VSOCK_BRIDGE_F_SEQPACKET | VSOCK_BRIDGE_F_EVENT_QUEUE |	\
	 VSOCK_BRIDGE_F_CONTROL)

/**
 * struct vsb_host_end - what is told of a host end
 * @name: as it was given
 * @flags: those of VSOCK_BRIDGE_DEVICE_* that are about it; 0 before the first
 */
struct vsb_host_end {
	struct vsb_name name;
	u32 flags;
};

/**
 * struct vsb_dev - an open device
 * @dp: the data path; its lock protects the rest as well, but what says
 *	otherwise
 * @ref: references: of the descriptor, and of who looks at it from outside
 * @opened_by: does not change
 * @owned_by: who called VHOST_SET_OWNER; NULL before; does not change again
 * @opened_at: when, in nanoseconds
 * @owner: memory of the process that called VHOST_SET_OWNER, to compare with;
 *	the structure is held, not the memory; NULL before
 * @configuring: somebody is about to change the host end, outside the lock
 * @owned: it has an owner, or somebody is about to become it, likewise
 * @told_lock: protects what others are told: @owned_by and @end. Innermost: who
 *	asks must not wait for the data path, which may wait for its owner's
 *	memory.
 * @end: the host end; changed by who is @configuring, who needs the lock only to
 *	write
 * @file: of the template; NULL when there is none
 * @teardown: ends the device, behind its last descriptor
 */
struct vsb_dev {
	struct vsb_datapath dp;
	refcount_t ref;
	struct vsb_process *opened_by;
	struct vsb_process *owned_by;
	u64 opened_at;
	struct mm_struct *owner;
	bool configuring;
	bool owned;
	spinlock_t told_lock;	/* owned_by, end */
	struct vsb_host_end end;
	struct vsb_ownfile *file;
	struct work_struct teardown;
};

int vsb_dev_register(void);
void vsb_dev_unregister(void);
void vsb_dev_put(struct vsb_dev *dev);
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken);
const struct vsb_process *vsb_dev_owner(struct vsb_dev *dev);
bool vsb_dev_is_visible(struct vsb_dev *dev);

static inline void vsb_dev_get(struct vsb_dev *dev)
{
	refcount_inc(&dev->ref);
}

/* control.c */
int vsb_control_register(void);
void vsb_control_unregister(void);

/* ioctl.c */
long vsb_ioctl(struct vsb_dev *dev, unsigned int cmd, void __user *argp);
long vsb_info_out(void __user *argp);

/* conns.c */
long vsb_get_conns(struct vsb_dev *dev, void __user *argp);
long vsb_drop_conn(struct vsb_dev *dev, void *arg);

/* limits.c */
long vsb_set_limits(struct vsb_dev *dev, void *arg);
long vsb_get_limits(struct vsb_dev *dev, void *arg);

/* uds.c */
long vsb_set_uds(struct vsb_dev *dev, void __user *argp);
long vsb_uds_set_cid(struct vsb_dev *dev, u64 cid, const struct vsb_name *name);

/* template.c */
long vsb_template_set_cid(struct vsb_dev *dev, u64 cid);

/* ports.c */
long vsb_set_port(struct vsb_dev *dev, void __user *argp);

/* snapshot.c */
long vsb_send_event(struct vsb_dev *dev, void *arg);
long vsb_get_state(struct vsb_dev *dev, void *arg);
long vsb_set_state(struct vsb_dev *dev, void *arg);

#endif /* VSB_DEV_H */
