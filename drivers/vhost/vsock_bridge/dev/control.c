// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vsock-bridge-control: finds devices that others have open, and is about
 * one of them.
 *
 * A node of its own, so that a VMM, which is given the descriptor of a device,
 * cannot reach others by it. It never keeps a device from its end: what it holds
 * is memory.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kcsan-checks.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "dev/dev.h"
#include "dev/ioarg.h"
#include "dev/process.h"
#include "dev/registry.h"

/* As they were first published; shorter ones are refused. */
#define VSB_DEVICE_SIZE_V1	offsetofend(struct vsock_bridge_device, path)
#define VSB_SELECT_SIZE_V1	offsetofend(struct vsock_bridge_select, device)

static void vsb_control_tell_process(struct vsock_bridge_device *to,
				     const struct vsb_process *process)
{
	to->pid = vsb_process_pid(process);
	to->uid = vsb_process_uid(process);
	strscpy(to->comm, process->comm, sizeof(to->comm));
}

static void vsb_control_tell_end(struct vsock_bridge_device *to,
				 struct vsb_dev *dev)
{
	struct vsb_host_end end;

	spin_lock(&dev->told_lock);
	end = dev->end;
	spin_unlock(&dev->told_lock);
	to->flags |= end.flags;
	to->path_len = min_t(u32, end.name.len, sizeof(to->path));
	memcpy(to->path, end.name.text, to->path_len);
}

/* Read without the lock of who writes it: a figure that was true. */
#define vsb_glance(figure)	data_race(figure)

/* They are not of the same moment. */
static u32 vsb_control_less(u32 all, u32 some)
{
	return all > some ? all - some : 0;
}

/*
 * Without the lock of the data path: a device that waits for its owner's memory
 * must not keep others from being seen.
 */
static void vsb_control_tell_datapath(struct vsock_bridge_device *to,
				      const struct vsb_datapath *dp)
{
	const struct vsock_bridge_stats *stats = &dp->ctx.stats;

	/* nobody comes in any more, and nobody goes out */
	if (vsb_datapath_is_dead(dp)) {
		to->flags |= VSOCK_BRIDGE_DEVICE_DEAD;
		to->flags &= ~(VSOCK_BRIDGE_DEVICE_LISTENS |
			       VSOCK_BRIDGE_DEVICE_SEQPACKET |
			       VSOCK_BRIDGE_DEVICE_CONNECTS);
	}
	if (vsb_glance(dp->running))
		to->flags |= VSOCK_BRIDGE_DEVICE_RUNNING;
	if (vsb_glance(dp->gate.closed))
		to->flags |= VSOCK_BRIDGE_DEVICE_GATED;
	if (vsb_glance(dp->routes.mapped))
		to->flags |= VSOCK_BRIDGE_DEVICE_MAPPED;
	to->guest_cid = vsb_glance(dp->guest_cid);
	to->features = vsb_glance(dp->features);
	to->rx_bytes_count = vsb_glance(stats->rx_bytes_count);
	to->tx_bytes_count = vsb_glance(stats->tx_bytes_count);
	to->rx_packets_count = vsb_glance(stats->rx_packets_count);
	to->tx_packets_count = vsb_glance(stats->tx_packets_count);
	to->connections = vsb_control_less(vsb_glance(dp->conns.nr),
					   vsb_glance(dp->conns.nr_lingering));
	to->handshakes = vsb_glance(dp->conns.nr_handshakes);
}

static void vsb_control_tell(struct vsock_bridge_device *to,
			     struct vsb_dev *dev)
{
	const struct vsb_process *owner = vsb_dev_owner(dev);

	*to = (struct vsock_bridge_device) {
		/* it comes in again with the next call */
		.size = to->size,
		.device = dev->dp.ctx.stats.device,
		.flags = owner ? VSOCK_BRIDGE_DEVICE_OWNED : 0,
		.age_ms = div_u64(ktime_get_ns() - dev->opened_at,
				  NSEC_PER_MSEC),
	};
	vsb_control_tell_process(to, owner ?: dev->opened_by);
	vsb_control_tell_end(to, dev);
	vsb_control_tell_datapath(to, &dev->dp);
}

/* Return: the next device that the current process may see, or NULL. */
static struct vsb_dev *vsb_control_find_next(u32 after)
{
	struct vsb_dev *dev;

	while ((dev = vsb_registry_next(after)) && !vsb_dev_is_visible(dev)) {
		after = dev->dp.ctx.stats.device;
		vsb_dev_put(dev);
	}
	return dev;
}

static long vsb_control_next(void __user *argp)
{
	struct vsock_bridge_device arg;
	struct vsb_dev *dev;
	long ret;

	ret = vsb_ioarg_in(&arg, sizeof(arg), VSB_DEVICE_SIZE_V1, argp);
	if (ret)
		return ret;
	dev = vsb_control_find_next(arg.device);
	if (!dev)
		return -ENOENT;
	vsb_control_tell(&arg, dev);
	vsb_dev_put(dev);
	return vsb_ioarg_out(argp, &arg, sizeof(arg), VSB_DEVICE_SIZE_V1);
}

/* With the reference to the device. */
static long vsb_control_take(struct file *file, struct vsb_dev *dev)
{
	/* (Q): another thread that finds the device there sees all of it */
	return cmpxchg(&file->private_data, NULL, dev) ? -EBUSY : 0;
}

static long vsb_control_select(struct file *file, void __user *argp)
{
	struct vsock_bridge_select arg;
	struct vsb_dev *dev;
	long ret;

	ret = vsb_ioarg_in(&arg, sizeof(arg), VSB_SELECT_SIZE_V1, argp);
	if (ret)
		return ret;
	dev = vsb_registry_find(arg.device);
	if (!dev)
		return -ENOENT;
	ret = vsb_dev_is_visible(dev) ? vsb_control_take(file, dev) : -ENOENT;
	if (ret)
		vsb_dev_put(dev);
	return ret;
}

static int vsb_control_open(struct inode *inode, struct file *file)
{
	/* misc_open() has left its own here */
	file->private_data = NULL;
	return 0;
}

static int vsb_control_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		vsb_dev_put(file->private_data);
	return 0;
}

static long vsb_control_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	void __user *argp = (void __user *)arg;
	struct vsb_dev *dev = READ_ONCE(file->private_data);

	switch (cmd) {
	case VSOCK_BRIDGE_NEXT_DEVICE:
		return vsb_control_next(argp);
	case VSOCK_BRIDGE_SELECT:
		return vsb_control_select(file, argp);
	case VSOCK_BRIDGE_GET_INFO:
		return vsb_info_out(argp);
	}
	/* what a device is made of is for who has its descriptor */
	if (_IOC_TYPE(cmd) != VSOCK_BRIDGE_IOC_TYPE)
		return -ENOTTY;
	return dev ? vsb_ioctl(dev, cmd, argp) : -ENODEV;
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

int vsb_control_register(void)
{
	return misc_register(&vsb_control_misc);
}

void vsb_control_unregister(void)
{
	misc_deregister(&vsb_control_misc);
}
