// SPDX-License-Identifier: GPL-2.0
/*
 * An open /dev/vsock-bridge: open, release, and the node itself.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dev.h"

/* Where devices end; see vsb_dev_release(). */
static struct workqueue_struct *vsb_teardown_wq;

/* Numbers of open devices. */
static DEFINE_IDA(vsb_dev_numbers);

static void vsb_dev_destroy(struct vsb_dev *dev)
{
	vsb_datapath_destroy(&dev->dp);
	ida_free(&vsb_dev_numbers, dev->dp.stats.device);
	if (dev->owner)
		mmdrop(dev->owner);
	kvfree(dev);
}

static void vsb_dev_teardown(struct work_struct *work)
{
	vsb_dev_destroy(container_of(work, struct vsb_dev, teardown));
}

/**
 * vsb_dev_reserve() - begin with what is made outside the lock
 * @dev: the device
 * @taken: what only one may do at a time; true from here on
 *
 * Return: 0, -EIO for a device that is dead, or -EBUSY.
 */
long vsb_dev_reserve(struct vsb_dev *dev, bool *taken)
{
	long ret = 0;

	mutex_lock(&dev->dp.lock);
	if (dev->dp.dead)
		ret = -EIO;
	else if (*taken)
		ret = -EBUSY;
	else
		*taken = true;
	mutex_unlock(&dev->dp.lock);
	return ret;
}

static int vsb_dev_open(struct inode *inode, struct file *file)
{
	struct vsb_dev *dev;
	int number, ret;

	dev = kvzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	if (!dev)
		return -ENOMEM;
	INIT_WORK(&dev->teardown, vsb_dev_teardown);
	number = ida_alloc_min(&vsb_dev_numbers, 1, GFP_KERNEL);
	if (number < 0) {
		ret = number;
		goto err_dev;
	}
	ret = vsb_datapath_init(&dev->dp);
	if (ret)
		goto err_number;
	dev->dp.stats.device = number;
	file->private_data = dev;
	return 0;

err_number:
	ida_free(&vsb_dev_numbers, number);
err_dev:
	kvfree(dev);
	return ret;
}

/*
 * The host programs see the end now. What has to wait for the device's threads
 * is left to a work queue: a descriptor can travel through a connection and be
 * closed by a worker, which must not wait for itself, nor two for each other.
 */
static int vsb_dev_release(struct inode *inode, struct file *file)
{
	struct vsb_dev *dev = file->private_data;

	vsb_datapath_quench(&dev->dp);
	queue_work(vsb_teardown_wq, &dev->teardown);
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

	vsb_teardown_wq = alloc_workqueue("vsock_bridge", WQ_UNBOUND, 0);
	if (!vsb_teardown_wq)
		return -ENOMEM;
	ret = misc_register(&vsb_dev_misc);
	if (ret)
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
	destroy_workqueue(vsb_teardown_wq);
}
