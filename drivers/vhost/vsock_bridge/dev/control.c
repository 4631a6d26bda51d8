// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of /dev/vsock-bridge-control that find a device:
 * VSOCK_BRIDGE_NEXT_DEVICE and VSOCK_BRIDGE_SELECT.
 *
 * A control descriptor pins only the memory of a device and does not delay its
 * end.
 */
#include <linux/fs.h>
#include <linux/kcsan-checks.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "dev/control.h"
#include "dev/dev.h"
#include "dev/identity.h"
#include "dev/registry.h"

static void vsb_control_fill_identity(struct vsock_bridge_device *to,
				      const struct vsb_identity *id)
{
	to->pid = vsb_identity_pid(id);
	to->uid = vsb_identity_uid(id);
	strscpy(to->comm, id->comm, sizeof(to->comm));
}

static void vsb_control_fill_host_end(struct vsock_bridge_device *to,
				      struct vsb_dev *dev)
{
	struct vsb_host_end_view end;

	spin_lock(&dev->view_lock);
	end = dev->end;
	spin_unlock(&dev->view_lock);
	to->flags |= end.flags;
	to->path_len = min_t(u32, end.name.len, sizeof(to->path));
	memcpy(to->path, end.name.text, to->path_len);
}

/* The two values are read at different moments. */
static u32 vsb_control_difference(u32 all, u32 some)
{
	return all > some ? all - some : 0;
}

/*
 * Reads a value without the data path's lock: a device whose worker waits for
 * the owner's memory must not block the reader. Each value was true at some
 * moment.
 */
#define vsb_racy(value)	data_race(value)

static void vsb_control_fill_datapath(struct vsock_bridge_device *to,
				      const struct vsb_datapath *dp)
{
	const struct vsock_bridge_stats *stats = &dp->ctx.stats;

	/* a dead device has no host end any more */
	if (vsb_datapath_is_dead(dp)) {
		to->flags |= VSOCK_BRIDGE_DEVICE_DEAD;
		to->flags &= ~(VSOCK_BRIDGE_DEVICE_LISTENS |
			       VSOCK_BRIDGE_DEVICE_SEQPACKET |
			       VSOCK_BRIDGE_DEVICE_CONNECTS);
	}
	if (vsb_racy(dp->running))
		to->flags |= VSOCK_BRIDGE_DEVICE_RUNNING;
	if (vsb_racy(dp->gate.closed))
		to->flags |= VSOCK_BRIDGE_DEVICE_GATED;
	if (vsb_racy(dp->routes.mapped))
		to->flags |= VSOCK_BRIDGE_DEVICE_MAPPED;
	to->guest_cid = vsb_racy(dp->guest_cid);
	to->features = vsb_racy(dp->features);
	to->rx_bytes_count = vsb_racy(stats->rx_bytes_count);
	to->tx_bytes_count = vsb_racy(stats->tx_bytes_count);
	to->rx_packets_count = vsb_racy(stats->rx_packets_count);
	to->tx_packets_count = vsb_racy(stats->tx_packets_count);
	to->connections = vsb_control_difference(vsb_racy(dp->conns.nr),
						 vsb_racy(dp->conns.nr_lingering));
	to->handshakes = vsb_racy(dp->conns.nr_handshakes);
}

static void vsb_control_fill(struct vsock_bridge_device *to,
			     struct vsb_dev *dev)
{
	const struct vsb_identity *owner = vsb_dev_owner(dev);

	*to = (struct vsock_bridge_device) {
		/*
		 * unchanged: the caller passes the structure to the next call.
		 */
		.size = to->size,
		.device = dev->dp.ctx.stats.device,
		.flags = owner ? VSOCK_BRIDGE_DEVICE_OWNED : 0,
		.age_ms = div_u64(ktime_get_ns() - dev->opened_at,
				  NSEC_PER_MSEC),
	};
	vsb_control_fill_identity(to, owner ?: dev->opened_by);
	vsb_control_fill_host_end(to, dev);
	vsb_control_fill_datapath(to, &dev->dp);
}

/* Return: the next device that the current process may find, or NULL. */
static struct vsb_dev *vsb_control_find_next(u32 after)
{
	struct vsb_dev *dev;

	while ((dev = vsb_registry_next(after)) && !vsb_dev_is_visible(dev)) {
		after = dev->dp.ctx.stats.device;
		vsb_dev_put(dev);
	}
	return dev;
}

/* @unused: the call needs no selected device. */
long vsb_next_device(struct vsb_dev *unused, void *arg)
{
	struct vsock_bridge_device *device = arg;
	struct vsb_dev *dev = vsb_control_find_next(device->device);

	if (!dev)
		return -ENOENT;
	vsb_control_fill(device, dev);
	vsb_dev_put(dev);
	return 0;
}

/* Passes the reference to @file. Return: 0, or -EBUSY if @file has a device. */
static long vsb_control_take(struct file *file, struct vsb_dev *dev)
{
	/* (Q): another thread that reads the pointer sees the whole device */
	return cmpxchg(&file->private_data, NULL, dev) ? -EBUSY : 0;
}

long vsb_select(struct file *file, void *arg)
{
	const struct vsock_bridge_select *select = arg;
	struct vsb_dev *dev = vsb_registry_find(select->device);
	long ret;

	if (!dev)
		return -ENOENT;
	ret = vsb_dev_is_visible(dev) ? vsb_control_take(file, dev) : -ENOENT;
	if (ret)
		vsb_dev_put(dev);
	return ret;
}
