// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's memory and the log of writes to it: VHOST_SET_MEM_TABLE,
 * VHOST_SET_LOG_BASE and VHOST_SET_LOG_FD.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "base/reason.h"
#include "dev/dev.h"
#include "dev/memory.h"
#include "virtio/eventfd.h"

static long vsb_memory_install(struct vsb_dev *dev, struct vsb_mem *mem)
{
	struct vsb_datapath *dp = &dev->dp;

	if (dp->running && dp->log.all &&
	    !vsb_log_fits(dp->log.base, 0, mem->top))
		return -EFAULT;
	swap(dp->mem, *mem);
	return 0;
}

/*
 * @arg holds the address of a struct vhost_memory, which contains its own
 * length.
 *
 * The new table is loaded before the lock is taken, and the old table is freed
 * after the lock is released.
 */
long vsb_set_mem_table(struct vsb_dev *dev, void *arg)
{
	struct vsb_mem mem;
	long ret = vsb_mem_load(&mem, *(void __user **)arg);

	if (ret)
		return ret;
	ret = vsb_dev_enter_as_owner(dev);
	if (!ret) {
		ret = vsb_memory_install(dev, &mem);
		vsb_dev_leave(dev);
	}
	vsb_mem_free(&mem);
	return ret;
}

/* While the device is stopped, any address is accepted; the start checks it. */
long vsb_set_log_base(struct vsb_dev *dev, void *arg)
{
	struct vsb_datapath *dp = &dev->dp;
	u64 addr = *(u64 *)arg;
	void __user *base;

	if (addr > ULONG_MAX)
		return -EFAULT;
	base = u64_to_user_ptr(addr);
	if (dp->running && !vsb_datapath_log_fits(dp, base, dp->log.all))
		return -EFAULT;
	dp->log.base = base;
	return 0;
}

long vsb_set_log_fd(struct vsb_dev *dev, void *arg)
{
	int ret = vsb_eventfd_set(&dev->dp.log.ctx, *(int *)arg);

	if (ret)
		vsb_error(&dev->dp.ctx, VSB_REASON_EVENT_FD_FAILS, 0, 0);
	return ret;
}
