// SPDX-License-Identifier: GPL-2.0
/*
 * The device nodes: /dev/vsock-bridge and /dev/vsock-bridge-control.
 *
 * The control node is separate, so that a VMM, which gets only the descriptor
 * of a device, cannot reach other devices through it.
 */
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "dev/dev.h"
#include "dev/ioctl.h"
#include "dev/nodes.h"
#include "dev/registry.h"

static int vsb_device_open(struct inode *inode, struct file *file)
{
	struct vsb_dev *dev = vsb_dev_new();
	int ret;

	if (!dev)
		return -ENOMEM;
	ret = vsb_registry_add(dev);
	if (ret) {
		vsb_dev_discard(dev);
		return ret;
	}
	file->private_data = dev;
	return 0;
}

static long vsb_device_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return vsb_ioctl(file->private_data, cmd, (void __user *)arg);
}

static int vsb_device_release(struct inode *inode, struct file *file)
{
	vsb_registry_remove(file->private_data);
	vsb_dev_release(file->private_data);
	return 0;
}

/* No mmap: a mapping in the device's own memory table would keep it open. */
static const struct file_operations vsb_device_fops = {
	.owner = THIS_MODULE,
	.open = vsb_device_open,
	.release = vsb_device_release,
	.unlocked_ioctl = vsb_device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice vsb_device_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vsock-bridge",
	.fops = &vsb_device_fops,
};

static int vsb_control_open(struct inode *inode, struct file *file)
{
	/* misc_open() stored the struct miscdevice here */
	file->private_data = NULL;
	return 0;
}

static long vsb_control_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	return vsb_ioctl_control(file, cmd, (void __user *)arg);
}

static int vsb_control_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		vsb_dev_put(file->private_data);
	return 0;
}

static const struct file_operations vsb_control_fops = {
	.owner = THIS_MODULE,
	.open = vsb_control_open,
	.release = vsb_control_release,
	.unlocked_ioctl = vsb_control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice vsb_control_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vsock-bridge-control",
	.fops = &vsb_control_fops,
};

int __init vsb_nodes_register(void)
{
	int ret = misc_register(&vsb_control_misc);

	if (ret)
		return ret;
	ret = misc_register(&vsb_device_misc);
	if (ret)
		misc_deregister(&vsb_control_misc);
	return ret;
}

void vsb_nodes_unregister(void)
{
	misc_deregister(&vsb_device_misc);
	misc_deregister(&vsb_control_misc);
}
