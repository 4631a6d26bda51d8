/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device: the object behind an open /dev/vsock-bridge.
 */
#ifndef VSB_DEV_H
#define VSB_DEV_H

#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "datapath/datapath.h"
#include "host/unix/name.h"

struct mm_struct;
struct vsb_identity;
struct vsb_ownfile;

/**
 * struct vsb_host_end_view - what the control node reports of the host end
 * @name: the name as the caller gave it
 * @flags: the VSOCK_BRIDGE_DEVICE_* bits that describe the host end; 0 if there
 *	is none
 */
struct vsb_host_end_view {
	struct vsb_name name;
	u32 flags;
};

/**
 * struct vsb_dev - a device
 * @dp: the data path; its lock also protects the other fields, unless they say
 *	otherwise
 * @ref: references: one of the open descriptor until the teardown has run, one
 *	of each control descriptor that has selected the device
 * @opened_by: identity of the process that opened it; does not change
 * @owned_by: identity of the process that called VHOST_SET_OWNER; NULL before;
 *	then it does not change
 * @opened_at: the time when it was opened, in nanoseconds
 * @owner_mm: memory of the owner, only for comparisons; the reference pins the
 *	structure and not the memory (mmgrab()); NULL before VHOST_SET_OWNER
 * @configuring: a task builds a host end outside the lock
 * @owned: the device has an owner, or a task makes itself the owner outside the
 *	lock
 * @view_lock: protects @owned_by and @end for the control node. Innermost: a
 *	reader must not wait for the data path's lock, whose holder may wait for
 *	the owner's memory.
 * @end: the host end; only the task that set @configuring changes it, with the
 *	lock held
 * @file: socket file that is removed with the device; NULL if there is none
 * @teardown: destroys the device after its last descriptor was closed
 */
struct vsb_dev {
	struct vsb_datapath dp;
	refcount_t ref;
	struct vsb_identity *opened_by;
	struct vsb_identity *owned_by;
	u64 opened_at;
	struct mm_struct *owner_mm;
	bool configuring;
	bool owned;
	spinlock_t view_lock;	/* owned_by, end */
	struct vsb_host_end_view end;
	struct vsb_ownfile *file;
	struct work_struct teardown;
};

int vsb_dev_init_module(void);
void vsb_dev_exit_module(void);

struct vsb_dev *vsb_dev_new(void);
void vsb_dev_discard(struct vsb_dev *dev);
void vsb_dev_release(struct vsb_dev *dev);
void vsb_dev_put(struct vsb_dev *dev);

long vsb_dev_enter(struct vsb_dev *dev);
long vsb_dev_enter_as_owner(struct vsb_dev *dev);
void vsb_dev_leave(struct vsb_dev *dev);
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken);

const struct vsb_identity *vsb_dev_owner(struct vsb_dev *dev);
bool vsb_dev_is_visible(struct vsb_dev *dev);

static inline void vsb_dev_get(struct vsb_dev *dev)
{
	refcount_inc(&dev->ref);
}

#endif /* VSB_DEV_H */
