// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of both device nodes: those of vhost-vsock, with its numbers and
 * errors, and the module's own.
 *
 * One table has a row for each ioctl: the nodes that accept it, its permitted
 * callers, its argument and its handler. The argument is copied without the
 * data path's lock, because a page of the caller's memory can wait for another
 * process (userfaultfd, FUSE). The handler gets the copy and runs with the lock
 * held.
 *
 * To add an ioctl, add a row here, the handler, the structure in
 * <linux/vsock_bridge.h>, its documentation and a test.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vhost.h>
#include <linux/vsock_bridge.h>

#include "base/reason.h"
#include "dev/cid.h"
#include "dev/conns.h"
#include "dev/control.h"
#include "dev/dev.h"
#include "dev/features.h"
#include "dev/info.h"
#include "dev/ioarg.h"
#include "dev/ioctl.h"
#include "dev/limits.h"
#include "dev/memory.h"
#include "dev/owner.h"
#include "dev/ports.h"
#include "dev/snapshot.h"
#include "dev/uds.h"
#include "dev/vrings.h"

/* The argument is copied from the caller before the handler runs. */
#define VSB_IN		BIT(0)
/* The argument is copied to the caller after the handler succeeded. */
#define VSB_OUT		BIT(1)
/* Only the owner may call it. */
#define VSB_OWNER	BIT(2)
/* The handler takes the lock itself, because it may block before it does so. */
#define VSB_UNLOCKED	BIT(3)
/* The argument begins with the index of a virtqueue. */
#define VSB_VRING	BIT(4)
/* The control node accepts the ioctl too, for the selected device. */
#define VSB_CONTROL	BIT(5)
/* On the control node, the ioctl needs no selected device. */
#define VSB_ANY_DEVICE	BIT(6)
/* Only the control node accepts the ioctl. */
#define VSB_CONTROL_ONLY	BIT(7)

/* The largest size of an argument. */
#define VSB_IOCTL_ARG_MAX	768

/**
 * struct vsb_ioctl_row - an ioctl
 * @cmd: its number
 * @flags: the bits above
 * @size: size of the argument. If 0, the handler gets the argument's address
 *	instead of a copy.
 * @min: for an argument that begins with its own size: the size of the
 *	structure as first published; a smaller size is refused. For other
 *	arguments 0.
 * @fn: the handler. Its device is NULL on the control node with VSB_ANY_DEVICE.
 * @select: the handler, instead of @fn, that gives the control descriptor its
 *	device
 */
struct vsb_ioctl_row {
	unsigned int cmd;
	u16 flags;
	u16 size;
	u16 min;
	long (*fn)(struct vsb_dev *dev, void *arg);
	long (*select)(struct file *file, void *arg);
};

#define VSB_ARG_SIZE(type)						\
	(sizeof(type) + BUILD_BUG_ON_ZERO(sizeof(type) > VSB_IOCTL_ARG_MAX))

/* The handler needs no copy of the argument. */
#define VSB_NO_COPY(number, flags_, fn_)				\
	{ .cmd = number, .flags = flags_, .fn = fn_ }

/* An ioctl of vhost, whose argument is one @type. */
#define VSB_VHOST(number, flags_, type, fn_)				\
	{ .cmd = number, .flags = flags_, .size = VSB_ARG_SIZE(type),	\
	  .fn = fn_ }

/*
 * An own ioctl, whose argument is a struct @type; @last ended its first
 * version.
 */
#define VSB_OWN(number, flags_, type, last, fn_)			\
	{ .cmd = number, .flags = flags_,				\
	  .size = VSB_ARG_SIZE(struct type),				\
	  .min = offsetofend(struct type, last), .fn = fn_ }

#define VSB_SELECT(number, type, last, fn_)				\
	{ .cmd = number, .flags = VSB_IN | VSB_CONTROL_ONLY,		\
	  .size = VSB_ARG_SIZE(struct type),				\
	  .min = offsetofend(struct type, last), .select = fn_ }

static const struct vsb_ioctl_row vsb_ioctls[] = {
	VSB_NO_COPY(VHOST_SET_OWNER, VSB_UNLOCKED, vsb_set_owner),
	VSB_NO_COPY(VHOST_SET_MEM_TABLE, VSB_OWNER | VSB_UNLOCKED,
		    vsb_set_mem_table),
	VSB_VHOST(VHOST_GET_FEATURES, VSB_OUT, u64, vsb_get_features),
	VSB_VHOST(VHOST_SET_FEATURES, VSB_IN, u64, vsb_set_features),
	VSB_VHOST(VHOST_GET_BACKEND_FEATURES, VSB_OUT, u64,
		  vsb_get_backend_features),
	VSB_VHOST(VHOST_SET_BACKEND_FEATURES, VSB_IN, u64,
		  vsb_set_backend_features),
	VSB_VHOST(VHOST_SET_LOG_BASE, VSB_IN | VSB_OWNER, u64,
		  vsb_set_log_base),
	VSB_VHOST(VHOST_SET_LOG_FD, VSB_IN | VSB_OWNER, int, vsb_set_log_fd),
	VSB_VHOST(VHOST_VSOCK_SET_GUEST_CID, VSB_IN | VSB_UNLOCKED, u64,
		  vsb_set_guest_cid),
	VSB_VHOST(VHOST_VSOCK_SET_RUNNING, VSB_IN | VSB_OWNER, int,
		  vsb_set_running),

	VSB_VHOST(VHOST_SET_VRING_NUM, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_state, vsb_set_vring_num),
	VSB_VHOST(VHOST_SET_VRING_ADDR, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_addr, vsb_set_vring_addr),
	VSB_VHOST(VHOST_SET_VRING_BASE, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_state, vsb_set_vring_base),
	VSB_VHOST(VHOST_GET_VRING_BASE,
		  VSB_IN | VSB_OUT | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_state, vsb_get_vring_base),
	VSB_VHOST(VHOST_SET_VRING_KICK, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_file, vsb_set_vring_kick),
	VSB_VHOST(VHOST_SET_VRING_CALL, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_file, vsb_set_vring_call),
	VSB_VHOST(VHOST_SET_VRING_ERR, VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_file, vsb_set_vring_err),
	VSB_VHOST(VHOST_SET_VRING_BUSYLOOP_TIMEOUT,
		  VSB_IN | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_state, vsb_set_vring_busyloop),
	VSB_VHOST(VHOST_GET_VRING_BUSYLOOP_TIMEOUT,
		  VSB_IN | VSB_OUT | VSB_OWNER | VSB_VRING,
		  struct vhost_vring_state, vsb_get_vring_busyloop),

	VSB_OWN(VSOCK_BRIDGE_GET_INFO, VSB_OUT | VSB_CONTROL | VSB_ANY_DEVICE,
		vsock_bridge_info, reserved, vsb_get_info),
	VSB_OWN(VSOCK_BRIDGE_SET_UDS, VSB_IN | VSB_UNLOCKED | VSB_CONTROL,
		vsock_bridge_uds, reserved, vsb_set_uds),
	VSB_OWN(VSOCK_BRIDGE_SET_PORT, VSB_IN | VSB_UNLOCKED | VSB_CONTROL,
		vsock_bridge_port, dir_fd, vsb_set_port),
	VSB_OWN(VSOCK_BRIDGE_GET_PORTS,
		VSB_IN | VSB_OUT | VSB_UNLOCKED | VSB_CONTROL,
		vsock_bridge_ports, others, vsb_get_ports),
	VSB_OWN(VSOCK_BRIDGE_GET_LIMITS, VSB_OUT | VSB_CONTROL,
		vsock_bridge_limits, host_port_max, vsb_get_limits),
	VSB_OWN(VSOCK_BRIDGE_SET_LIMITS, VSB_IN | VSB_CONTROL,
		vsock_bridge_limits, host_port_max, vsb_set_limits),
	VSB_OWN(VSOCK_BRIDGE_GET_STATS, VSB_OUT | VSB_CONTROL,
		vsock_bridge_stats, empty_queue, vsb_get_stats),
	VSB_OWN(VSOCK_BRIDGE_SEND_EVENT, VSB_IN | VSB_OWNER | VSB_CONTROL,
		vsock_bridge_event, event, vsb_send_event),
	VSB_OWN(VSOCK_BRIDGE_GET_STATE, VSB_OUT | VSB_CONTROL,
		vsock_bridge_state, event_buffers, vsb_get_state),
	VSB_OWN(VSOCK_BRIDGE_SET_STATE, VSB_IN | VSB_CONTROL,
		vsock_bridge_state, event_buffers, vsb_set_state),
	VSB_OWN(VSOCK_BRIDGE_GET_CONNS,
		VSB_IN | VSB_OUT | VSB_UNLOCKED | VSB_CONTROL,
		vsock_bridge_conns, after, vsb_get_conns),
	VSB_OWN(VSOCK_BRIDGE_DROP_CONN, VSB_IN | VSB_CONTROL,
		vsock_bridge_drop, id, vsb_drop_conn),

	VSB_OWN(VSOCK_BRIDGE_NEXT_DEVICE,
		VSB_IN | VSB_OUT | VSB_CONTROL_ONLY | VSB_ANY_DEVICE,
		vsock_bridge_device, path, vsb_next_device),
	VSB_SELECT(VSOCK_BRIDGE_SELECT, vsock_bridge_select, device,
		   vsb_select),
};

/* Return: the row of @cmd, or NULL. */
static const struct vsb_ioctl_row *vsb_ioctl_find(unsigned int cmd)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vsb_ioctls); i++) {
		if (vsb_ioctls[i].cmd == cmd)
			return &vsb_ioctls[i];
	}
	return NULL;
}

static long vsb_ioctl_enter(const struct vsb_ioctl_row *row,
			    struct vsb_dev *dev)
{
	return (row->flags & VSB_OWNER) ? vsb_dev_enter_as_owner(dev) :
					  vsb_dev_enter(dev);
}

/*
 * As in vhost, EPERM comes before an error of the argument. The owner is
 * checked again with the lock held, after the argument was copied.
 */
static long vsb_ioctl_check_owner(const struct vsb_ioctl_row *row,
				  struct vsb_dev *dev)
{
	long ret;

	if (!(row->flags & VSB_OWNER))
		return 0;
	ret = vsb_dev_enter_as_owner(dev);
	if (!ret)
		vsb_dev_leave(dev);
	return ret;
}

static long vsb_ioctl_copy_in(const struct vsb_ioctl_row *row, void *arg,
			      void __user *argp)
{
	if (!row->size)
		*(void __user **)arg = argp;
	if (!(row->flags & VSB_IN))
		return 0;
	if (row->min)
		return vsb_ioarg_in(arg, row->size, row->min, argp);
	return copy_from_user(arg, argp, row->size) ? -EFAULT : 0;
}

static long vsb_ioctl_copy_out(const struct vsb_ioctl_row *row,
			       const void *arg, void __user *argp)
{
	if (!(row->flags & VSB_OUT))
		return 0;
	if (row->min)
		return vsb_ioarg_out(argp, arg, row->size, row->min);
	return copy_to_user(argp, arg, row->size) ? -EFAULT : 0;
}

static long vsb_ioctl_call(const struct vsb_ioctl_row *row,
			   struct vsb_dev *dev, void *arg)
{
	long ret;

	if (!dev || (row->flags & VSB_UNLOCKED))
		return row->fn(dev, arg);
	ret = vsb_ioctl_enter(row, dev);
	if (ret)
		return ret;
	if ((row->flags & VSB_VRING) && *(u32 *)arg >= VSB_QUEUES)
		ret = -ENOBUFS;
	else
		ret = row->fn(dev, arg);
	vsb_dev_leave(dev);
	return ret;
}

/* @file is a file of the control node if the row has a select handler. */
static long vsb_ioctl_run(const struct vsb_ioctl_row *row, struct file *file,
			  struct vsb_dev *dev, void __user *argp)
{
	/* zeroed, so that a handler cannot leak the stack */
	u64 arg[VSB_IOCTL_ARG_MAX / sizeof(u64)] = {};
	long ret;

	ret = vsb_ioctl_check_owner(row, dev);
	ret = ret ?: vsb_ioctl_copy_in(row, arg, argp);
	if (ret)
		return ret;
	ret = row->select ? row->select(file, arg) :
			    vsb_ioctl_call(row, dev, arg);
	return ret ?: vsb_ioctl_copy_out(row, arg, argp);
}

static void vsb_ioctl_count_fail(struct vsb_dev *dev, unsigned int cmd)
{
	/* a killed caller is not counted */
	if (mutex_lock_killable(&dev->dp.lock))
		return;
	vsb_error(&dev->dp.ctx, cmd == VHOST_VSOCK_SET_RUNNING ?
		  VSB_REASON_ACTIVATE_FAILS : VSB_REASON_CFG_FAILS, 0, 0);
	vsb_dev_leave(dev);
}

/* Runs an ioctl of a device, from a descriptor of either node. */
static long vsb_ioctl_device(const struct vsb_ioctl_row *row,
			     struct vsb_dev *dev, void __user *argp)
{
	long ret = vsb_ioctl_run(row, NULL, dev, argp);

	/* an interrupted call is not a failure */
	if (ret < 0 && ret != -EINTR && ret != -ERESTARTNOINTR)
		vsb_ioctl_count_fail(dev, row->cmd);
	return ret;
}

/*
 * Runs an ioctl of /dev/vsock-bridge. Unknown commands do not count as
 * failures.
 */
long vsb_ioctl(struct vsb_dev *dev, unsigned int cmd, void __user *argp)
{
	const struct vsb_ioctl_row *row = vsb_ioctl_find(cmd);

	if (!row || (row->flags & VSB_CONTROL_ONLY))
		return -ENOIOCTLCMD;
	return vsb_ioctl_device(row, dev, argp);
}

/* Runs an ioctl of /dev/vsock-bridge-control. */
long vsb_ioctl_control(struct file *file, unsigned int cmd, void __user *argp)
{
	const struct vsb_ioctl_row *row = vsb_ioctl_find(cmd);
	struct vsb_dev *dev = READ_ONCE(file->private_data);

	if (!row || !(row->flags & (VSB_CONTROL | VSB_CONTROL_ONLY)))
		return -ENOIOCTLCMD;
	if (row->select || (row->flags & VSB_ANY_DEVICE))
		return vsb_ioctl_run(row, file, NULL, argp);
	return dev ? vsb_ioctl_device(row, dev, argp) : -ENODEV;
}
