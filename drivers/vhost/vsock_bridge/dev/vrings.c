// SPDX-License-Identifier: GPL-2.0
/*
 * The virtqueue ioctls of the VMM, and VHOST_VSOCK_SET_RUNNING, which starts
 * and stops the virtqueues.
 */
#include <linux/errno.h>
#include <linux/nospec.h>
#include <linux/vhost.h>

#include "datapath/life.h"
#include "dev/dev.h"
#include "dev/vrings.h"

/*
 * @arg begins with the index of a virtqueue; the dispatcher has checked the
 * index.
 */
static struct vsb_queue *vsb_vring_queue(struct vsb_dev *dev, const void *arg)
{
	u32 index = *(const u32 *)arg;

	return &dev->dp.queue[array_index_nospec(index, VSB_QUEUES)];
}

long vsb_set_vring_num(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_state *s = arg;

	if (dev->dp.running)
		return -EBUSY;
	return vsb_queue_set_num(q, s->num);
}

long vsb_set_vring_base(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_state *s = arg;

	if (dev->dp.running)
		return -EBUSY;
	return vsb_queue_set_base(q, s->num);
}

long vsb_get_vring_base(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	struct vhost_vring_state *s = arg;

	s->num = vsb_queue_base(q);
	return 0;
}

long vsb_set_vring_addr(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);

	return vsb_queue_set_addr(q, arg, dev->dp.running);
}

long vsb_set_vring_kick(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_file *f = arg;

	return vsb_queue_set_kick(q, f->fd);
}

long vsb_set_vring_call(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_file *f = arg;

	/* a delayed interrupt belongs to the old eventfd */
	if (dev->dp.running)
		vsb_interrupt_flush(&dev->dp.interrupt);
	return vsb_queue_set_call(q, f->fd);
}

long vsb_set_vring_err(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_file *f = arg;

	return vsb_queue_set_err(q, f->fd);
}

long vsb_set_vring_busyloop(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	const struct vhost_vring_state *s = arg;

	vsb_queue_set_busyloop(q, s->num);
	vsb_busy_poll_set(&dev->dp.poll,
			  vsb_queue_busyloop(&dev->dp.queue[VSB_RX]),
			  vsb_queue_busyloop(&dev->dp.queue[VSB_TX]));
	return 0;
}

long vsb_get_vring_busyloop(struct vsb_dev *dev, void *arg)
{
	struct vsb_queue *q = vsb_vring_queue(dev, arg);
	struct vhost_vring_state *s = arg;

	s->num = vsb_queue_busyloop(q);
	return 0;
}

long vsb_set_running(struct vsb_dev *dev, void *arg)
{
	if (*(int *)arg)
		return vsb_datapath_start(&dev->dp);
	vsb_datapath_stop(&dev->dp);
	return 0;
}
