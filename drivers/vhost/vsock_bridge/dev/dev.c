// SPDX-License-Identifier: GPL-2.0
/*
 * A device: the object behind an open /dev/vsock-bridge.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "datapath/life.h"
#include "datapath/quench.h"
#include "dev/dev.h"
#include "dev/identity.h"
#include "host/unix/ownfile.h"

/* Runs the teardown of devices; see vsb_dev_idle(). */
static struct workqueue_struct *vsb_teardown_wq;

int __init vsb_dev_init_module(void)
{
	/* unbound: each teardown may wait for a thread in a path lookup */
	vsb_teardown_wq = alloc_workqueue("vsock_bridge", WQ_UNBOUND,
					  WQ_MAX_ACTIVE);
	return vsb_teardown_wq ? 0 : -ENOMEM;
}

/*
 * Waits for the teardown of all devices; each open descriptor pins the module.
 */
void vsb_dev_exit_module(void)
{
	destroy_workqueue(vsb_teardown_wq);
}

static void vsb_dev_free(struct vsb_dev *dev)
{
	vsb_identity_free(dev->owned_by);
	vsb_identity_free(dev->opened_by);
	kvfree(dev);
}

/*
 * A control descriptor pins only the memory; the device may be torn down
 * already.
 */
void vsb_dev_put(struct vsb_dev *dev)
{
	if (refcount_dec_and_test(&dev->ref))
		vsb_dev_free(dev);
}

/* The device is dead, so no ioctl compares the owner any more. */
static void vsb_dev_disown(struct vsb_dev *dev)
{
	if (dev->owner_mm)
		mmdrop(dev->owner_mm);
}

static void vsb_dev_teardown(struct work_struct *work)
{
	struct vsb_dev *dev = container_of(work, struct vsb_dev, teardown);

	vsb_datapath_destroy(&dev->dp);
	/* (V): an install may have set the file after the release took it */
	vsb_ownfile_remove(xchg(&dev->file, NULL));
	vsb_dev_disown(dev);
	vsb_dev_put(dev);
}

/*
 * From now on the teardown waits only for the device's own threads. A work
 * queue runs it: a descriptor can travel through a connection and be closed by
 * a worker, which must not wait for itself, and two workers must not wait for
 * each other.
 */
static void vsb_dev_idle(struct vsb_busy *busy)
{
	struct vsb_dev *dev = container_of(busy, struct vsb_dev, dp.busy);

	queue_work(vsb_teardown_wq, &dev->teardown);
	/*
	 * pairs with vsb_dev_release(); vsb_dev_exit_module() waits for the
	 * work.
	 */
	module_put(THIS_MODULE);
}

/* Return: a device with one reference, or NULL without memory. */
struct vsb_dev *vsb_dev_new(void)
{
	struct vsb_dev *dev = kvzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);

	if (!dev)
		return NULL;
	dev->opened_by = vsb_identity_of_current();
	if (!dev->opened_by || vsb_datapath_init(&dev->dp, vsb_dev_idle)) {
		vsb_dev_free(dev);
		return NULL;
	}
	refcount_set(&dev->ref, 1);
	dev->opened_at = ktime_get_ns();
	spin_lock_init(&dev->view_lock);
	INIT_WORK(&dev->teardown, vsb_dev_teardown);
	return dev;
}

/* Destroys a device that no other task has seen. */
void vsb_dev_discard(struct vsb_dev *dev)
{
	vsb_datapath_destroy(&dev->dp);
	vsb_dev_put(dev);
}

/**
 * vsb_dev_release() - end a device whose last descriptor is closed
 * @dev: the device, which is no longer in the registry
 *
 * Host programs see EOF before the return. The teardown follows.
 */
void vsb_dev_release(struct vsb_dev *dev)
{
	struct vsb_ownfile *file;

	vsb_datapath_quench(&dev->dp);
	/* (V): the teardown takes a file that an install sets after this */
	file = xchg(&dev->file, NULL);
	/* the teardown may begin after the descriptor's reference is dropped */
	__module_get(THIS_MODULE);
	vsb_datapath_release(&dev->dp);
	vsb_ownfile_remove(file);
}

/**
 * vsb_dev_enter() - take the lock for an ioctl
 * @dev: the device
 *
 * Return: 0 with the lock held; -EINTR, or -EIO if the device is dead, without
 * the lock.
 */
long vsb_dev_enter(struct vsb_dev *dev)
{
	long ret = mutex_lock_killable(&dev->dp.lock);

	if (ret)
		return ret;
	if (!vsb_datapath_is_dead(&dev->dp))
		return 0;
	vsb_datapath_unlock(&dev->dp);
	return -EIO;
}

/* As vsb_dev_enter(); -EPERM if the current process is not the owner. */
long vsb_dev_enter_as_owner(struct vsb_dev *dev)
{
	long ret = vsb_dev_enter(dev);

	if (ret)
		return ret;
	if (dev->owner_mm && dev->owner_mm == current->mm)
		return 0;
	vsb_dev_leave(dev);
	return -EPERM;
}

void vsb_dev_leave(struct vsb_dev *dev)
{
	vsb_datapath_unlock(&dev->dp);
}

/**
 * vsb_dev_reserve() - begin a change that is prepared outside the lock
 * @dev: the device
 * @taken: the flag that admits one task at a time; true from here on
 *
 * Return: 0, -EIO if the device is dead, -EBUSY if another task has set the
 * flag, or -EINTR.
 */
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken)
{
	long ret = vsb_dev_enter(dev);

	if (ret)
		return ret;
	if (*taken)
		ret = -EBUSY;
	else
		*taken = true;
	vsb_dev_leave(dev);
	return ret;
}

/* Return: the owner's identity, which lives as long as @dev does; or NULL. */
const struct vsb_identity *vsb_dev_owner(struct vsb_dev *dev)
{
	const struct vsb_identity *owner;

	spin_lock(&dev->view_lock);
	owner = dev->owned_by;
	spin_unlock(&dev->view_lock);
	return owner;
}

/**
 * vsb_dev_is_visible() - may the current process find the device?
 * @dev: the device
 *
 * Return: true if the current process runs as the effective user of the process
 * that opened or owns the device, or has CAP_NET_ADMIN in the user namespace of
 * the opener.
 */
bool vsb_dev_is_visible(struct vsb_dev *dev)
{
	const struct vsb_identity *owner = vsb_dev_owner(dev);

	return vsb_identity_has_my_user(dev->opened_by) ||
	       (owner && vsb_identity_has_my_user(owner)) ||
	       vsb_identity_is_under_my_admin(dev->opened_by);
}
