// SPDX-License-Identifier: GPL-2.0
/*
 * An open /dev/vsock-bridge: open, release, and the node itself.
 */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "datapath/life.h"
#include "datapath/quench.h"
#include "dev/dev.h"
#include "dev/process.h"
#include "dev/registry.h"
#include "host/unix/ownfile.h"

/* Where devices end; see vsb_dev_release(). */
static struct workqueue_struct *vsb_teardown_wq;

static void vsb_dev_free(struct vsb_dev *dev)
{
	vsb_process_free(dev->owned_by);
	vsb_process_free(dev->opened_by);
	kvfree(dev);
}

/* Of who looks at it from outside, it is but memory that lives on. */
void vsb_dev_put(struct vsb_dev *dev)
{
	if (refcount_dec_and_test(&dev->ref))
		vsb_dev_free(dev);
}

/* No ioctl looks at it any more: the device is dead. */
static void vsb_dev_disown(struct vsb_dev *dev)
{
	if (dev->owner)
		mmdrop(dev->owner);
}

static void vsb_dev_teardown(struct work_struct *work)
{
	struct vsb_dev *dev = container_of(work, struct vsb_dev, teardown);

	vsb_datapath_destroy(&dev->dp);
	/* (V): set after the release had looked */
	vsb_ownfile_remove(xchg(&dev->file, NULL));
	vsb_dev_disown(dev);
	vsb_dev_put(dev);
}

/*
 * Nothing is left that the teardown would wait for but the device's threads. That
 * is left to a work queue: a descriptor can travel through a connection and be
 * closed by a worker, which must not wait for itself, nor two for each other.
 */
static void vsb_dev_idle(struct vsb_busy *busy)
{
	struct vsb_dev *dev = container_of(busy, struct vsb_dev, dp.busy);

	queue_work(vsb_teardown_wq, &dev->teardown);
	/* vsb_dev_release() got it; the module's exit waits for the work */
	module_put(THIS_MODULE);
}

/**
 * vsb_dev_reserve() - begin with what is made outside the lock
 * @dev: the device
 * @taken: what only one may do at a time; true from here on
 *
 * Return: 0, -EIO for a device that is dead, -EBUSY, or -EINTR.
 */
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken)
{
	long ret = mutex_lock_killable(&dev->dp.lock);

	if (ret)
		return ret;
	if (vsb_datapath_is_dead(&dev->dp))
		ret = -EIO;
	else if (*taken)
		ret = -EBUSY;
	else
		*taken = true;
	vsb_datapath_unlock(&dev->dp);
	return ret;
}

/* Return: its owner, who is remembered as long as it is; or NULL. */
const struct vsb_process *vsb_dev_owner(struct vsb_dev *dev)
{
	const struct vsb_process *owner;

	spin_lock(&dev->told_lock);
	owner = dev->owned_by;
	spin_unlock(&dev->told_lock);
	return owner;
}

/**
 * vsb_dev_is_visible() - may the current process look after it?
 * @dev: the device
 *
 * Its effective user may be that of who opened it or of who owns it; or it has
 * CAP_NET_ADMIN in the user namespace of who opened it.
 */
bool vsb_dev_is_visible(struct vsb_dev *dev)
{
	const struct vsb_process *owner = vsb_dev_owner(dev);

	return vsb_process_is_of_user(dev->opened_by) ||
	       (owner && vsb_process_is_of_user(owner)) ||
	       vsb_process_is_ruled(dev->opened_by);
}

static struct vsb_dev *vsb_dev_new(void)
{
	struct vsb_dev *dev = kvzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);

	if (!dev)
		return NULL;
	dev->opened_by = vsb_process_current();
	if (!dev->opened_by || vsb_datapath_init(&dev->dp, vsb_dev_idle)) {
		vsb_dev_free(dev);
		return NULL;
	}
	refcount_set(&dev->ref, 1);
	dev->opened_at = ktime_get_ns();
	spin_lock_init(&dev->told_lock);
	INIT_WORK(&dev->teardown, vsb_dev_teardown);
	return dev;
}

static int vsb_dev_open(struct inode *inode, struct file *file)
{
	struct vsb_dev *dev = vsb_dev_new();
	int ret;

	if (!dev)
		return -ENOMEM;
	ret = vsb_registry_add(dev);
	if (ret) {
		vsb_datapath_destroy(&dev->dp);
		vsb_dev_put(dev);
		return ret;
	}
	file->private_data = dev;
	return 0;
}

static long vsb_dev_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	return vsb_ioctl(file->private_data, cmd, (void __user *)arg);
}

/* The host programs see the end now. */
static int vsb_dev_release(struct inode *inode, struct file *file)
{
	struct vsb_dev *dev = file->private_data;
	struct vsb_ownfile *own;

	vsb_registry_remove(dev);
	vsb_datapath_quench(&dev->dp);
	/* (V): one that is being set is for the teardown */
	own = xchg(&dev->file, NULL);
	/* the file's reference ends with us, before the teardown begins perhaps */
	__module_get(THIS_MODULE);
	vsb_datapath_release(&dev->dp);
	vsb_ownfile_remove(own);
	return 0;
}

/* No mmap: memory that maps the device would keep itself alive. */
static const struct file_operations vsb_dev_fops = {
	.owner = THIS_MODULE,
	.open = vsb_dev_open,
	.release = vsb_dev_release,
	.unlocked_ioctl = vsb_dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice vsb_dev_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vsock-bridge",
	.fops = &vsb_dev_fops,
};

int vsb_dev_register(void)
{
	int ret;

	/* each may wait for a thread that is in a path lookup */
	vsb_teardown_wq = alloc_workqueue("vsock_bridge", WQ_UNBOUND,
					  WQ_MAX_ACTIVE);
	if (!vsb_teardown_wq)
		return -ENOMEM;
	ret = vsb_control_register();
	if (ret)
		goto err_wq;
	ret = misc_register(&vsb_dev_misc);
	if (ret)
		goto err_control;
	return 0;

err_control:
	vsb_control_unregister();
err_wq:
	destroy_workqueue(vsb_teardown_wq);
	return ret;
}

/*
 * No descriptor is left: each would hold the module. Devices that are about to
 * end are waited for.
 */
void vsb_dev_unregister(void)
{
	misc_deregister(&vsb_dev_misc);
	vsb_control_unregister();
	destroy_workqueue(vsb_teardown_wq);
}
