// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls: those of vhost-vsock, with its numbers and errors, and our own.
 *
 * A table says of each ioctl who may call it and what its argument is. The
 * argument is copied without the lock of the data path, because a page of the
 * caller's memory can wait for another process (userfaultfd, FUSE); the function
 * of the ioctl gets the copy and runs under the lock.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vhost.h>
#include <linux/vm_sockets.h>
#include <linux/vsock_bridge.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "datapath/life.h"
#include "datapath/quench.h"
#include "dev/dev.h"
#include "dev/ioarg.h"
#include "dev/process.h"
#include "virtio/eventfd.h"

/* Who may call an ioctl. */
enum vsb_caller {
	VSB_ANYBODY,
	VSB_OWNER,
};

static bool vsb_is_owner(const struct vsb_dev *dev)
{
	return dev->owner && dev->owner == current->mm;
}

/*
 * Take the lock for an ioctl. Return: 0 with the lock; without it -EINTR, -EIO
 * for a device that is dead, or -EPERM.
 */
static long vsb_dev_enter(struct vsb_dev *dev, enum vsb_caller caller)
{
	long ret = mutex_lock_killable(&dev->dp.lock);

	if (ret)
		return ret;
	if (vsb_datapath_is_dead(&dev->dp))
		ret = -EIO;
	else if (caller == VSB_OWNER && !vsb_is_owner(dev))
		ret = -EPERM;
	if (ret)
		vsb_datapath_unlock(&dev->dp);
	return ret;
}

/* May the current process call it? Asked again when the argument is there. */
static long vsb_dev_check(struct vsb_dev *dev, enum vsb_caller caller)
{
	long ret = vsb_dev_enter(dev, caller);

	if (!ret)
		vsb_datapath_unlock(&dev->dp);
	return ret;
}

/* vhost: a bit that is not offered is not supported. */
static long vsb_get_features(struct vsb_dev *dev, void *arg)
{
	*(u64 *)arg = VSB_VIRTIO_FEATURES;
	return 0;
}

static long vsb_set_features(struct vsb_dev *dev, void *arg)
{
	struct vsb_datapath *dp = &dev->dp;
	u64 features = *(u64 *)arg;
	bool log_all;

	if (features & ~VSB_VIRTIO_FEATURES)
		return -EOPNOTSUPP;
	log_all = features & BIT_ULL(VHOST_F_LOG_ALL);
	if (dp->running && !vsb_datapath_log_fits(dp, dp->log.base, log_all))
		return -EFAULT;
	/* a migration begins and ends with a running guest */
	vsb_datapath_set_features(dp, features);
	return 0;
}

static long vsb_get_backend_features(struct vsb_dev *dev, void *arg)
{
	*(u64 *)arg = 0;
	return 0;
}

static long vsb_set_backend_features(struct vsb_dev *dev, void *arg)
{
	return *(u64 *)arg ? -EOPNOTSUPP : 0;
}

/* Open the shared sockets. Return: 0, or -EBADF when one was closed by all others. */
static long vsb_owner_listen(struct vsb_dev *dev)
{
	long ret = 0;
	int i;

	mutex_lock(&dev->dp.lock);
	for (i = 0; i < VSB_LISTENERS && !ret; i++)
		ret = vsb_listener_pin(&dev->dp.listener[i]);
	vsb_datapath_unlock(&dev->dp);
	return ret;
}

/* @owner: NULL when nobody became it. */
static void vsb_owner_install(struct vsb_dev *dev, struct vsb_process *owner)
{
	int i;

	mutex_lock(&dev->dp.lock);
	for (i = 0; i < VSB_LISTENERS; i++) {
		if (owner)
			vsb_listener_admit(&dev->dp.listener[i]);
		else
			vsb_listener_unpin(&dev->dp.listener[i]);
	}
	if (owner) {
		mmgrab(current->mm);
		dev->owner = current->mm;
		spin_lock(&dev->told_lock);
		dev->owned_by = owner;
		spin_unlock(&dev->told_lock);
	}
	dev->owned = owner;
	vsb_datapath_unlock(&dev->dp);
}

/*
 * The threads are made outside the lock: when only one of them can be, it is
 * stopped again, and that waits for one which is being killed and wants the lock.
 */
static long vsb_set_owner(struct vsb_dev *dev)
{
	struct vsb_process *owner;
	long ret = vsb_dev_reserve(dev, &dev->owned);

	if (ret)
		return ret;
	owner = vsb_process_current();
	ret = owner ? vsb_owner_listen(dev) : -ENOMEM;
	ret = ret ?: vsb_datapath_attach(&dev->dp);
	if (ret) {
		vsb_process_free(owner);
		owner = NULL;
	}
	vsb_owner_install(dev, owner);
	return ret;
}

/*
 * Reserved CIDs are refused as vhost-vsock does. The same CID in several
 * devices is fine: they are told apart by their sockets.
 */
static long vsb_set_guest_cid(struct vsb_dev *dev, void __user *argp)
{
	u64 cid;

	if (copy_from_user(&cid, argp, sizeof(cid)))
		return -EFAULT;
	if (cid <= VMADDR_CID_HOST || cid >= VMADDR_CID_ANY)
		return -EINVAL;
	return vsb_template_set_cid(dev, cid);
}

static long vsb_set_running(struct vsb_dev *dev, void *arg)
{
	if (*(int *)arg)
		return vsb_datapath_start(&dev->dp);
	vsb_datapath_stop(&dev->dp);
	return 0;
}

static long vsb_install_mem(struct vsb_dev *dev, struct vsb_mem *mem)
{
	struct vsb_datapath *dp = &dev->dp;

	if (dp->running && dp->log.all &&
	    !vsb_log_fits(dp->log.base, 0, mem->top))
		return -EFAULT;
	swap(dp->mem, *mem);
	return 0;
}

/* The table is made before the lock is taken, and the old one freed behind it. */
static long vsb_set_mem_table(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_mem mem;
	long ret;

	ret = vsb_dev_check(dev, VSB_OWNER);
	if (ret)
		return ret;
	ret = vsb_mem_load(&mem, argp);
	if (ret)
		return ret;
	ret = vsb_dev_enter(dev, VSB_OWNER);
	if (!ret) {
		ret = vsb_install_mem(dev, &mem);
		vsb_datapath_unlock(&dev->dp);
	}
	vsb_mem_free(&mem);
	return ret;
}

/* While the device is stopped any address will do: the start checks it. */
static long vsb_set_log_base(struct vsb_dev *dev, void *arg)
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

static long vsb_set_log_fd(struct vsb_dev *dev, void *arg)
{
	int ret = vsb_eventfd_set(&dev->dp.log.ctx, *(int *)arg);

	if (ret)
		vsb_error(&dev->dp.ctx, VSB_REASON_EVENT_FD_FAILS, 0, 0);
	return ret;
}

static long vsb_set_vring_num(struct vsb_dev *dev, struct vsb_queue *q,
			      void *arg)
{
	const struct vhost_vring_state *s = arg;

	if (dev->dp.running)
		return -EBUSY;
	return vsb_queue_set_num(q, s->num);
}

static long vsb_set_vring_base(struct vsb_dev *dev, struct vsb_queue *q,
			       void *arg)
{
	const struct vhost_vring_state *s = arg;

	if (dev->dp.running)
		return -EBUSY;
	return vsb_queue_set_base(q, s->num);
}

static long vsb_get_vring_base(struct vsb_dev *dev, struct vsb_queue *q,
			       void *arg)
{
	struct vhost_vring_state *s = arg;

	s->num = vsb_queue_base(q);
	return 0;
}

static long vsb_set_vring_addr(struct vsb_dev *dev, struct vsb_queue *q,
			       void *arg)
{
	return vsb_queue_set_addr(q, arg, dev->dp.running);
}

static long vsb_set_vring_kick(struct vsb_dev *dev, struct vsb_queue *q,
			       void *arg)
{
	const struct vhost_vring_file *f = arg;

	return vsb_queue_set_kick(q, f->fd);
}

static long vsb_set_vring_call(struct vsb_dev *dev, struct vsb_queue *q,
			       void *arg)
{
	const struct vhost_vring_file *f = arg;

	/* a delayed interrupt is for the old eventfd */
	if (dev->dp.running)
		vsb_interrupt_flush(&dev->dp.interrupt);
	return vsb_queue_set_call(q, f->fd);
}

static long vsb_set_vring_err(struct vsb_dev *dev, struct vsb_queue *q,
			      void *arg)
{
	const struct vhost_vring_file *f = arg;

	return vsb_queue_set_err(q, f->fd);
}

static long vsb_set_vring_busyloop(struct vsb_dev *dev, struct vsb_queue *q,
				   void *arg)
{
	const struct vhost_vring_state *s = arg;

	vsb_queue_set_busyloop(q, s->num);
	vsb_busy_poll_set(&dev->dp.poll,
			  vsb_queue_busyloop(&dev->dp.queue[VSB_RX]),
			  vsb_queue_busyloop(&dev->dp.queue[VSB_TX]));
	return 0;
}

static long vsb_get_vring_busyloop(struct vsb_dev *dev, struct vsb_queue *q,
				   void *arg)
{
	struct vhost_vring_state *s = arg;

	s->num = vsb_queue_busyloop(q);
	return 0;
}

static const struct vsock_bridge_info vsb_info = {
	.size = sizeof(vsb_info),
	.abi_version = VSOCK_BRIDGE_ABI_VERSION,
	.features = VSB_FEATURES,
	.virtio_features = VSB_VIRTIO_FEATURES,
	.max_connections = VSOCK_BRIDGE_MAX_CONNECTIONS,
	.max_handshakes = VSOCK_BRIDGE_MAX_HANDSHAKES,
	.min_buf_alloc = VSOCK_BRIDGE_MIN_BUF_ALLOC,
	.max_buf_alloc = VSOCK_BRIDGE_MAX_BUF_ALLOC,
	.max_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS,
	.max_path = VSOCK_BRIDGE_PATH_MAX,
	.version = VSB_VERSION,
	.min_buffered = VSOCK_BRIDGE_MIN_BUFFERED,
	.max_buffered = VSOCK_BRIDGE_MAX_BUFFERED,
	.max_host_port = VSOCK_BRIDGE_MAX_HOST_PORT,
	.max_ports = VSOCK_BRIDGE_MAX_PORTS,
	.max_message = VSOCK_BRIDGE_MAX_MESSAGE,
};

/* VSOCK_BRIDGE_GET_INFO without a device. */
long vsb_info_out(void __user *argp)
{
	return vsb_ioarg_out(argp, &vsb_info, sizeof(vsb_info),
			     offsetofend(struct vsock_bridge_info, version));
}

static long vsb_get_info(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_info *info = arg;

	*info = vsb_info;
	return 0;
}

static long vsb_get_stats(struct vsb_dev *dev, void *arg)
{
	struct vsb_datapath *dp = &dev->dp;
	struct vsock_bridge_stats *stats = arg;

	*stats = dp->ctx.stats;
	stats->size = sizeof(*stats);
	stats->connections = dp->conns.nr - dp->conns.nr_lingering;
	stats->handshakes = dp->conns.nr_handshakes;
	stats->lingering = dp->conns.nr_lingering;
	stats->connects_pending = dp->conns.nr_connecting;
	stats->rsts_pending = dp->conns.rsts.count;
	stats->rx_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_RX]);
	stats->tx_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_TX]);
	stats->ev_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_EVENT]);
	return 0;
}

/**
 * struct vsb_ioctl_entry - an ioctl whose argument is one structure
 * @cmd: its number
 * @caller: who may call it
 * @in: the argument is copied from the caller
 * @out: it is copied to the caller
 * @size: of the argument
 * @min: of an ioctl of our own, whose argument begins with its size: that of the
 *	first published structure; a shorter one is refused. Else 0.
 * @fn: does it, under the lock; or
 * @queue_fn: the same of an ioctl whose argument begins with a queue's index
 */
struct vsb_ioctl_entry {
	unsigned int cmd;
	enum vsb_caller caller;
	bool in;
	bool out;
	u16 size;
	u16 min;
	long (*fn)(struct vsb_dev *dev, void *arg);
	long (*queue_fn)(struct vsb_dev *dev, struct vsb_queue *q, void *arg);
};

#define VSB_VHOST_GET(number, caller_, type, fn_)			\
	{ .cmd = number, .caller = caller_, .out = true,		\
	  .size = sizeof(type), .fn = fn_ }
#define VSB_VHOST_SET(number, caller_, type, fn_)			\
	{ .cmd = number, .caller = caller_, .in = true,			\
	  .size = sizeof(type), .fn = fn_ }
#define VSB_VRING(number, gets, type, fn_)				\
	{ .cmd = number, .caller = VSB_OWNER, .in = true, .out = gets,	\
	  .size = sizeof(type), .queue_fn = fn_ }
#define VSB_VRING_GET(number, type, fn)	VSB_VRING(number, true, type, fn)
#define VSB_VRING_SET(number, type, fn)	VSB_VRING(number, false, type, fn)
#define VSB_GET(number, type, last, fn_)				\
	{ .cmd = number, .caller = VSB_ANYBODY, .out = true,		\
	  .size = sizeof(struct type),					\
	  .min = offsetofend(struct type, last), .fn = fn_ }
#define VSB_SET(number, caller_, type, last, fn_)			\
	{ .cmd = number, .caller = caller_, .in = true,			\
	  .size = sizeof(struct type),					\
	  .min = offsetofend(struct type, last), .fn = fn_ }

static const struct vsb_ioctl_entry vsb_ioctls[] = {
	VSB_VHOST_GET(VHOST_GET_FEATURES, VSB_ANYBODY, u64, vsb_get_features),
	VSB_VHOST_SET(VHOST_SET_FEATURES, VSB_ANYBODY, u64, vsb_set_features),
	VSB_VHOST_GET(VHOST_GET_BACKEND_FEATURES, VSB_ANYBODY, u64,
		      vsb_get_backend_features),
	VSB_VHOST_SET(VHOST_SET_BACKEND_FEATURES, VSB_ANYBODY, u64,
		      vsb_set_backend_features),
	VSB_VHOST_SET(VHOST_SET_LOG_BASE, VSB_OWNER, u64, vsb_set_log_base),
	VSB_VHOST_SET(VHOST_SET_LOG_FD, VSB_OWNER, int, vsb_set_log_fd),
	VSB_VHOST_SET(VHOST_VSOCK_SET_RUNNING, VSB_OWNER, int,
		      vsb_set_running),

	VSB_VRING_SET(VHOST_SET_VRING_NUM, struct vhost_vring_state,
		      vsb_set_vring_num),
	VSB_VRING_SET(VHOST_SET_VRING_ADDR, struct vhost_vring_addr,
		      vsb_set_vring_addr),
	VSB_VRING_SET(VHOST_SET_VRING_BASE, struct vhost_vring_state,
		      vsb_set_vring_base),
	VSB_VRING_GET(VHOST_GET_VRING_BASE, struct vhost_vring_state,
		      vsb_get_vring_base),
	VSB_VRING_SET(VHOST_SET_VRING_KICK, struct vhost_vring_file,
		      vsb_set_vring_kick),
	VSB_VRING_SET(VHOST_SET_VRING_CALL, struct vhost_vring_file,
		      vsb_set_vring_call),
	VSB_VRING_SET(VHOST_SET_VRING_ERR, struct vhost_vring_file,
		      vsb_set_vring_err),
	VSB_VRING_SET(VHOST_SET_VRING_BUSYLOOP_TIMEOUT,
		      struct vhost_vring_state, vsb_set_vring_busyloop),
	VSB_VRING_GET(VHOST_GET_VRING_BUSYLOOP_TIMEOUT,
		      struct vhost_vring_state, vsb_get_vring_busyloop),

	VSB_GET(VSOCK_BRIDGE_GET_INFO, vsock_bridge_info, version,
		vsb_get_info),
	VSB_GET(VSOCK_BRIDGE_GET_LIMITS, vsock_bridge_limits, reserved,
		vsb_get_limits),
	VSB_GET(VSOCK_BRIDGE_GET_STATS, vsock_bridge_stats, shutdown_timeouts,
		vsb_get_stats),
	VSB_GET(VSOCK_BRIDGE_GET_STATE, vsock_bridge_state, event_buffers,
		vsb_get_state),
	VSB_SET(VSOCK_BRIDGE_SET_LIMITS, VSB_ANYBODY, vsock_bridge_limits,
		reserved, vsb_set_limits),
	VSB_SET(VSOCK_BRIDGE_SET_STATE, VSB_ANYBODY, vsock_bridge_state,
		event_buffers, vsb_set_state),
	VSB_SET(VSOCK_BRIDGE_SEND_EVENT, VSB_OWNER, vsock_bridge_event, event,
		vsb_send_event),
	VSB_SET(VSOCK_BRIDGE_DROP_CONN, VSB_ANYBODY, vsock_bridge_drop, id,
		vsb_drop_conn),
};

/* An argument, whichever ioctl it is of. */
union vsb_ioctl_arg {
	u32 index;
	u64 number;
	struct vhost_vring_state vring_state;
	struct vhost_vring_addr vring_addr;
	struct vhost_vring_file vring_file;
	struct vsock_bridge_info info;
	struct vsock_bridge_limits limits;
	struct vsock_bridge_stats stats;
	struct vsock_bridge_state state;
	struct vsock_bridge_event event;
	struct vsock_bridge_drop drop;
};

static long vsb_ioctl_copy_in(const struct vsb_ioctl_entry *e,
			      union vsb_ioctl_arg *arg,
			      const void __user *argp)
{
	if (e->min)
		return vsb_ioarg_in(arg, e->size, e->min, argp);
	return copy_from_user(arg, argp, e->size) ? -EFAULT : 0;
}

static long vsb_ioctl_copy_out(const struct vsb_ioctl_entry *e,
			       const union vsb_ioctl_arg *arg,
			       void __user *argp)
{
	if (e->min)
		return vsb_ioarg_out(argp, arg, e->size, e->min);
	return copy_to_user(argp, arg, e->size) ? -EFAULT : 0;
}

static long vsb_ioctl_call(const struct vsb_ioctl_entry *e,
			   struct vsb_dev *dev, union vsb_ioctl_arg *arg)
{
	if (e->fn)
		return e->fn(dev, arg);
	if (arg->index >= VSB_QUEUES)
		return -ENOBUFS;
	return e->queue_fn(dev, &dev->dp.queue[arg->index], arg);
}

static long vsb_ioctl_locked(const struct vsb_ioctl_entry *e,
			     struct vsb_dev *dev, union vsb_ioctl_arg *arg)
{
	long ret = vsb_dev_enter(dev, e->caller);

	if (ret)
		return ret;
	ret = vsb_ioctl_call(e, dev, arg);
	vsb_datapath_unlock(&dev->dp);
	return ret;
}

static long vsb_ioctl_run(const struct vsb_ioctl_entry *e, struct vsb_dev *dev,
			  void __user *argp)
{
	union vsb_ioctl_arg arg;
	long ret = 0;

	/* as in vhost, EPERM comes before an error of the argument */
	if (e->caller == VSB_OWNER)
		ret = vsb_dev_check(dev, e->caller);
	if (!ret && e->in)
		ret = vsb_ioctl_copy_in(e, &arg, argp);
	ret = ret ?: vsb_ioctl_locked(e, dev, &arg);
	if (!ret && e->out)
		ret = vsb_ioctl_copy_out(e, &arg, argp);
	return ret;
}

static long vsb_ioctl_find(struct vsb_dev *dev, unsigned int cmd,
			   void __user *argp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vsb_ioctls); i++) {
		if (vsb_ioctls[i].cmd == cmd)
			return vsb_ioctl_run(&vsb_ioctls[i], dev, argp);
	}
	return -ENOIOCTLCMD;
}

/*
 * Ioctls that take the lock themselves: their argument is not one structure, or
 * what they do without the lock may block.
 */
static long vsb_ioctl_unlocked(struct vsb_dev *dev, unsigned int cmd,
			       void __user *argp)
{
	switch (cmd) {
	case VHOST_SET_OWNER:
		return vsb_set_owner(dev);
	case VHOST_SET_MEM_TABLE:
		return vsb_set_mem_table(dev, argp);
	case VHOST_VSOCK_SET_GUEST_CID:
		return vsb_set_guest_cid(dev, argp);
	case VSOCK_BRIDGE_SET_UDS:
		return vsb_set_uds(dev, argp);
	case VSOCK_BRIDGE_SET_PORT:
		return vsb_set_port(dev, argp);
	case VSOCK_BRIDGE_GET_CONNS:
		return vsb_get_conns(dev, argp);
	}
	return -ENOIOCTLCMD;
}

static void vsb_ioctl_refused(struct vsb_dev *dev, unsigned int cmd)
{
	/* whoever is killed need not be counted */
	if (mutex_lock_killable(&dev->dp.lock))
		return;
	if (cmd == VHOST_VSOCK_SET_RUNNING)
		vsb_error(&dev->dp.ctx, VSB_REASON_ACTIVATE_FAILS, 0, 0);
	else
		vsb_error(&dev->dp.ctx, VSB_REASON_CFG_FAILS, 0, 0);
	vsb_datapath_unlock(&dev->dp);
}

/* An ioctl about a device, by whatever descriptor. */
long vsb_ioctl(struct vsb_dev *dev, unsigned int cmd, void __user *argp)
{
	long ret;

	ret = vsb_ioctl_unlocked(dev, cmd, argp);
	if (ret == -ENOIOCTLCMD)
		ret = vsb_ioctl_find(dev, cmd, argp);

	/* neither an unknown command nor an interrupted call is a failure */
	if (ret < 0 && ret != -ENOIOCTLCMD && ret != -EINTR &&
	    ret != -ERESTARTNOINTR)
		vsb_ioctl_refused(dev, cmd);
	return ret;
}
