// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls: those of vhost-vsock, with its numbers and errors, and our own.
 *
 * A table for each kind: what an ioctl does is in a function that gets its argument,
 * and runs under the lock of the data path, or takes it itself.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vhost.h>
#include <linux/vm_sockets.h>
#include <linux/vsock_bridge.h>

#include "dev.h"
#include "ioarg.h"
#include "process.h"
#include "stats.h"

/* vhost: a bit that is not offered is not supported. */
static long vsb_get_features(struct vsb_dev *dev, void __user *argp)
{
	const u64 features = VSB_VIRTIO_FEATURES;

	return copy_to_user(argp, &features, sizeof(features)) ? -EFAULT : 0;
}

static long vsb_set_features(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_datapath *dp = &dev->dp;
	u64 features;
	bool log_all;

	if (copy_from_user(&features, argp, sizeof(features)))
		return -EFAULT;
	if (features & ~VSB_VIRTIO_FEATURES)
		return -EOPNOTSUPP;
	log_all = features & BIT_ULL(VHOST_F_LOG_ALL);
	if (dp->running && !vsb_datapath_log_fits(dp, dp->log.base, log_all))
		return -EFAULT;
	/* a migration begins and ends with a running guest */
	vsb_datapath_set_features(dp, features);
	return 0;
}

static long vsb_get_backend_features(struct vsb_dev *dev, void __user *argp)
{
	const u64 features = 0;

	return copy_to_user(argp, &features, sizeof(features)) ? -EFAULT : 0;
}

static long vsb_set_backend_features(struct vsb_dev *dev, void __user *argp)
{
	u64 features;

	if (copy_from_user(&features, argp, sizeof(features)))
		return -EFAULT;
	return features ? -EOPNOTSUPP : 0;
}

static void vsb_owner_install(struct vsb_dev *dev, struct vsb_process *owner)
{
	mutex_lock(&dev->dp.lock);
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
static long vsb_set_owner(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_process *owner;
	long ret = vsb_dev_reserve(dev, &dev->owned);

	if (ret)
		return ret;
	owner = vsb_process_current();
	ret = owner ? vsb_datapath_attach(&dev->dp) : -ENOMEM;
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

static long vsb_set_running(struct vsb_dev *dev, void __user *argp)
{
	int running;

	if (copy_from_user(&running, argp, sizeof(running)))
		return -EFAULT;
	if (running)
		return vsb_datapath_start(&dev->dp);
	vsb_datapath_stop(&dev->dp);
	return 0;
}

static long vsb_set_mem_table(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_datapath *dp = &dev->dp;
	struct vsb_mem mem;
	int ret;

	ret = vsb_mem_load(&mem, argp);
	if (ret)
		return ret;
	if (dp->running && dp->log.all &&
	    !vsb_log_fits(dp->log.base, 0, mem.top)) {
		vsb_mem_free(&mem);
		return -EFAULT;
	}
	vsb_mem_free(&dp->mem);
	dp->mem = mem;
	return 0;
}

/* An eventfd of the current process; NULL for VHOST_FILE_UNBIND. */
static struct eventfd_ctx *vsb_eventfd(int fd)
{
	return fd == VHOST_FILE_UNBIND ? NULL : eventfd_ctx_fdget(fd);
}

static long vsb_replace_eventfd(struct vsb_dev *dev,
				struct eventfd_ctx **where, int fd)
{
	struct eventfd_ctx *ctx = vsb_eventfd(fd);

	if (IS_ERR(ctx)) {
		vsb_error(&dev->dp.stats, event_fd_fails, 0, 0);
		return PTR_ERR(ctx);
	}
	swap(*where, ctx);
	if (ctx)
		eventfd_ctx_put(ctx);
	return 0;
}

/* While the device is stopped any address will do: the start checks it. */
static long vsb_set_log_base(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_datapath *dp = &dev->dp;
	void __user *base;
	u64 addr;

	if (copy_from_user(&addr, argp, sizeof(addr)))
		return -EFAULT;
	if (addr > ULONG_MAX)
		return -EFAULT;
	base = u64_to_user_ptr(addr);
	if (dp->running && !vsb_datapath_log_fits(dp, base, dp->log.all))
		return -EFAULT;
	dp->log.base = base;
	return 0;
}

static long vsb_set_log_fd(struct vsb_dev *dev, void __user *argp)
{
	int fd;

	if (get_user(fd, (int __user *)argp))
		return -EFAULT;
	return vsb_replace_eventfd(dev, &dev->dp.log.ctx, fd);
}

static long vsb_set_vring_num(struct vsb_dev *dev, struct vsb_queue *q,
			      void __user *argp)
{
	struct vhost_vring_state s;

	if (dev->dp.running)
		return -EBUSY;
	if (copy_from_user(&s, argp, sizeof(s)))
		return -EFAULT;
	if (!s.num || s.num > 0xffff || (s.num & (s.num - 1)))
		return -EINVAL;
	q->vr.num = s.num;
	return 0;
}

static long vsb_set_vring_base(struct vsb_dev *dev, struct vsb_queue *q,
			       void __user *argp)
{
	struct vhost_vring_state s;

	if (dev->dp.running)
		return -EBUSY;
	if (copy_from_user(&s, argp, sizeof(s)))
		return -EFAULT;
	if (s.num > 0xffff)
		return -EINVAL;
	q->vr.last_avail = s.num;
	return 0;
}

static long vsb_get_vring_base(struct vsb_dev *dev, struct vsb_queue *q,
			       void __user *argp)
{
	struct vhost_vring_state s = {
		.index = q - dev->dp.queue,
		.num = q->vr.last_avail,
	};

	return copy_to_user(argp, &s, sizeof(s)) ? -EFAULT : 0;
}

/* What a running queue is given must be right at once. */
static bool vsb_vring_addr_ok(const struct vsb_dev *dev,
			      const struct vsb_queue *q,
			      const struct vhost_vring_addr *a)
{
	u32 num = q->vr.num;

	if ((a->flags & BIT(VHOST_VRING_F_LOG)) &&
	    !vsb_vring_log_fits(&q->vr, dev->dp.log.base, a->log_guest_addr))
		return false;

	return access_ok((void __user *)(unsigned long)a->desc_user_addr,
			 vsb_vring_desc_size(num)) &&
	       access_ok((void __user *)(unsigned long)a->avail_user_addr,
			 vsb_vring_avail_size(num)) &&
	       access_ok((void __user *)(unsigned long)a->used_user_addr,
			 vsb_vring_used_size(num));
}

static long vsb_set_vring_addr(struct vsb_dev *dev, struct vsb_queue *q,
			       void __user *argp)
{
	struct vhost_vring_addr a;

	if (copy_from_user(&a, argp, sizeof(a)))
		return -EFAULT;
	if (a.flags & ~BIT(VHOST_VRING_F_LOG))
		return -EOPNOTSUPP;
	if (a.desc_user_addr > ULONG_MAX || a.avail_user_addr > ULONG_MAX ||
	    a.used_user_addr > ULONG_MAX)
		return -EFAULT;
	if ((a.avail_user_addr & (VRING_AVAIL_ALIGN_SIZE - 1)) ||
	    (a.used_user_addr & (VRING_USED_ALIGN_SIZE - 1)) ||
	    (a.log_guest_addr & (VRING_USED_ALIGN_SIZE - 1)))
		return -EINVAL;
	/* else the start checks, when the size is known for sure */
	if (dev->dp.running && !vsb_vring_addr_ok(dev, q, &a))
		return -EINVAL;

	q->vr.desc = (void __user *)(unsigned long)a.desc_user_addr;
	q->vr.avail = (void __user *)(unsigned long)a.avail_user_addr;
	q->vr.used = (void __user *)(unsigned long)a.used_user_addr;
	q->vr.log_used = a.flags & BIT(VHOST_VRING_F_LOG);
	q->vr.log_addr = a.log_guest_addr;
	vsb_vring_forget(&q->vr);
	return 0;
}

/* The descriptor for one of a queue's eventfds. */
static long vsb_vring_fd(const void __user *argp, int *fd)
{
	struct vhost_vring_file f;

	if (copy_from_user(&f, argp, sizeof(f)))
		return -EFAULT;
	*fd = f.fd;
	return 0;
}

static void vsb_kick_refused(struct vsb_dev *dev, const struct vsb_queue *q)
{
	struct vsock_bridge_stats *stats = &dev->dp.stats;

	switch (q - dev->dp.queue) {
	case VSB_RX:
		vsb_error(stats, rx_queue_event_fails, 0, 0);
		break;
	case VSB_TX:
		vsb_error(stats, tx_queue_event_fails, 0, 0);
		break;
	case VSB_EVENT:
		vsb_error(stats, ev_queue_event_fails, 0, 0);
		break;
	}
}

static long vsb_set_vring_kick(struct vsb_dev *dev, struct vsb_queue *q,
			       void __user *argp)
{
	long ret;
	int fd;

	ret = vsb_vring_fd(argp, &fd);
	if (ret)
		return ret;
	ret = vsb_kick_set(&q->kick, fd);
	if (ret)
		vsb_kick_refused(dev, q);
	return ret;
}

static long vsb_set_vring_call(struct vsb_dev *dev, struct vsb_queue *q,
			       void __user *argp)
{
	long ret;
	int fd;

	ret = vsb_vring_fd(argp, &fd);
	if (ret)
		return ret;
	/* what waits is for the one that was there */
	if (dev->dp.running)
		vsb_call_waiting(&dev->dp);
	return vsb_replace_eventfd(dev, &q->call, fd);
}

static long vsb_set_vring_err(struct vsb_dev *dev, struct vsb_queue *q,
			      void __user *argp)
{
	long ret;
	int fd;

	ret = vsb_vring_fd(argp, &fd);
	return ret ?: vsb_replace_eventfd(dev, &q->err, fd);
}

static long vsb_set_vring_busyloop(struct vsb_dev *dev, struct vsb_queue *q,
				   void __user *argp)
{
	struct vhost_vring_state s;

	if (copy_from_user(&s, argp, sizeof(s)))
		return -EFAULT;
	q->busyloop_us = s.num;
	vsb_poll_set(&dev->dp.poll, dev->dp.queue[VSB_RX].busyloop_us,
		     dev->dp.queue[VSB_TX].busyloop_us);
	return 0;
}

static long vsb_get_vring_busyloop(struct vsb_dev *dev, struct vsb_queue *q,
				   void __user *argp)
{
	struct vhost_vring_state s = {
		.index = q - dev->dp.queue,
		.num = q->busyloop_us,
	};

	return copy_to_user(argp, &s, sizeof(s)) ? -EFAULT : 0;
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

	*stats = dp->stats;
	stats->size = sizeof(*stats);
	stats->connections = dp->tab.nr - dp->tab.lingering;
	stats->handshakes = dp->tab.handshakes;
	stats->lingering = dp->tab.lingering;
	stats->connects_pending = dp->tab.connecting;
	stats->rsts_pending = dp->tab.rsts.count;
	stats->rx_queue_event_count = READ_ONCE(dp->queue[VSB_RX].kick.count);
	stats->tx_queue_event_count = READ_ONCE(dp->queue[VSB_TX].kick.count);
	stats->ev_queue_event_count =
		READ_ONCE(dp->queue[VSB_EVENT].kick.count);
	return 0;
}

/* Who must call an ioctl. */
enum vsb_caller {
	VSB_ANYBODY,
	VSB_OWNER,
};

struct vsb_dev_ioctl {
	unsigned int cmd;
	enum vsb_caller caller;
	long (*fn)(struct vsb_dev *dev, void __user *argp);
};

static const struct vsb_dev_ioctl vsb_dev_ioctls[] = {
	{ VHOST_GET_FEATURES, VSB_ANYBODY, vsb_get_features },
	{ VHOST_SET_FEATURES, VSB_ANYBODY, vsb_set_features },
	{ VHOST_GET_BACKEND_FEATURES, VSB_ANYBODY, vsb_get_backend_features },
	{ VHOST_SET_BACKEND_FEATURES, VSB_ANYBODY, vsb_set_backend_features },
	{ VHOST_SET_MEM_TABLE, VSB_OWNER, vsb_set_mem_table },
	{ VHOST_SET_LOG_BASE, VSB_OWNER, vsb_set_log_base },
	{ VHOST_SET_LOG_FD, VSB_OWNER, vsb_set_log_fd },
	{ VHOST_VSOCK_SET_RUNNING, VSB_OWNER, vsb_set_running },
};

/**
 * struct vsb_own_ioctl - one of our own, whose structure is copied outside of the
 *	lock: the memory of who asks, who need not be the owner, must hold
 *	nothing up
 * @cmd: its number
 * @caller: who must call it
 * @in: the structure comes in; else it goes out
 * @size: of the structure
 * @min: the same as it was first published; a shorter one is refused
 * @fn: does it; under the lock
 */
struct vsb_own_ioctl {
	unsigned int cmd;
	enum vsb_caller caller;
	bool in;
	u16 size;
	u16 min;
	long (*fn)(struct vsb_dev *dev, void *arg);
};

#define VSB_OWN(cmd, caller, in, type, last, fn)			\
	{ cmd, caller, in, sizeof(type), offsetofend(type, last), fn }
#define VSB_GET(cmd, type, last, fn)					\
	VSB_OWN(cmd, VSB_ANYBODY, false, struct type, last, fn)
#define VSB_SET(cmd, caller, type, last, fn)				\
	VSB_OWN(cmd, caller, true, struct type, last, fn)

static const struct vsb_own_ioctl vsb_own_ioctls[] = {
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

/*
 * Those that take the lock themselves, for what they do without it may take long.
 * Anybody may call them.
 */
static const struct vsb_dev_ioctl vsb_unlocked_ioctls[] = {
	{ VHOST_SET_OWNER, VSB_ANYBODY, vsb_set_owner },
	{ VHOST_VSOCK_SET_GUEST_CID, VSB_ANYBODY, vsb_set_guest_cid },

	{ VSOCK_BRIDGE_SET_UDS, VSB_ANYBODY, vsb_set_uds },
	{ VSOCK_BRIDGE_SET_PORT, VSB_ANYBODY, vsb_set_port },
	{ VSOCK_BRIDGE_GET_CONNS, VSB_ANYBODY, vsb_get_conns },
};

struct vsb_queue_ioctl {
	unsigned int cmd;
	long (*fn)(struct vsb_dev *dev, struct vsb_queue *q,
		   void __user *argp);
};

/* The argument of each begins with the index of the queue. */
static const struct vsb_queue_ioctl vsb_queue_ioctls[] = {
	{ VHOST_SET_VRING_NUM, vsb_set_vring_num },
	{ VHOST_SET_VRING_ADDR, vsb_set_vring_addr },
	{ VHOST_SET_VRING_BASE, vsb_set_vring_base },
	{ VHOST_GET_VRING_BASE, vsb_get_vring_base },
	{ VHOST_SET_VRING_KICK, vsb_set_vring_kick },
	{ VHOST_SET_VRING_CALL, vsb_set_vring_call },
	{ VHOST_SET_VRING_ERR, vsb_set_vring_err },
	{ VHOST_SET_VRING_BUSYLOOP_TIMEOUT, vsb_set_vring_busyloop },
	{ VHOST_GET_VRING_BUSYLOOP_TIMEOUT, vsb_get_vring_busyloop },
};

static bool vsb_is_owner(const struct vsb_dev *dev)
{
	return dev->owner && dev->owner == current->mm;
}

static long vsb_ioctl_in(const struct vsb_dev_ioctl *table, int nr,
			 struct vsb_dev *dev, unsigned int cmd,
			 void __user *argp)
{
	const struct vsb_dev_ioctl *e;

	for (e = table; e < table + nr; e++) {
		if (e->cmd != cmd)
			continue;
		if (e->caller == VSB_OWNER && !vsb_is_owner(dev))
			return -EPERM;
		return e->fn(dev, argp);
	}
	return -ENOIOCTLCMD;
}

static long vsb_ioctl_queue(struct vsb_dev *dev, unsigned int cmd,
			    void __user *argp)
{
	int i;
	u32 index;

	for (i = 0; i < ARRAY_SIZE(vsb_queue_ioctls); i++) {
		if (vsb_queue_ioctls[i].cmd != cmd)
			continue;
		if (!vsb_is_owner(dev))
			return -EPERM;
		if (get_user(index, (u32 __user *)argp))
			return -EFAULT;
		if (index >= VSB_QUEUES)
			return -ENOBUFS;
		return vsb_queue_ioctls[i].fn(dev, &dev->dp.queue[index],
					      argp);
	}
	return -ENOIOCTLCMD;
}

/* @arg is NULL: only ask whether the caller may. */
static long vsb_own_locked(const struct vsb_own_ioctl *own,
			   struct vsb_dev *dev, void *arg)
{
	long ret = mutex_lock_killable(&dev->dp.lock);

	if (ret)
		return ret;
	if (dev->dp.dead)
		ret = -EIO;
	else if (own->caller == VSB_OWNER && !vsb_is_owner(dev))
		ret = -EPERM;
	else if (arg)
		ret = own->fn(dev, arg);
	vsb_datapath_unlock(&dev->dp);
	return ret;
}

static long vsb_own_run(const struct vsb_own_ioctl *own, struct vsb_dev *dev,
			void __user *argp)
{
	union {
		struct vsock_bridge_info info;
		struct vsock_bridge_limits limits;
		struct vsock_bridge_stats stats;
		struct vsock_bridge_state state;
		struct vsock_bridge_event event;
		struct vsock_bridge_drop drop;
	} arg;
	long ret = 0;

	/* as with vhost, who may not is told so, whatever the argument is */
	if (own->caller == VSB_OWNER)
		ret = vsb_own_locked(own, dev, NULL);
	if (!ret && own->in)
		ret = vsb_ioarg_in(&arg, own->size, own->min, argp);
	ret = ret ?: vsb_own_locked(own, dev, &arg);
	if (!ret && !own->in)
		ret = vsb_ioarg_out(argp, &arg, own->size, own->min);
	return ret;
}

static long vsb_ioctl_own(struct vsb_dev *dev, unsigned int cmd,
			  void __user *argp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vsb_own_ioctls); i++) {
		if (vsb_own_ioctls[i].cmd == cmd)
			return vsb_own_run(&vsb_own_ioctls[i], dev, argp);
	}
	return -ENOIOCTLCMD;
}

static long vsb_ioctl_locked(struct vsb_dev *dev, unsigned int cmd,
			     void __user *argp)
{
	long ret = mutex_lock_killable(&dev->dp.lock);

	if (ret)
		return ret;
	ret = dev->dp.dead ? -EIO :
	      vsb_ioctl_in(vsb_dev_ioctls, ARRAY_SIZE(vsb_dev_ioctls), dev,
			   cmd, argp);
	if (ret == -ENOIOCTLCMD)
		ret = vsb_ioctl_queue(dev, cmd, argp);
	vsb_datapath_unlock(&dev->dp);
	return ret;
}

static void vsb_ioctl_refused(struct vsb_dev *dev, unsigned int cmd)
{
	/* whoever is killed need not be counted */
	if (mutex_lock_killable(&dev->dp.lock))
		return;
	if (cmd == VHOST_VSOCK_SET_RUNNING)
		vsb_error(&dev->dp.stats, activate_fails, 0, 0);
	else
		vsb_error(&dev->dp.stats, cfg_fails, 0, 0);
	vsb_datapath_unlock(&dev->dp);
}

/* An ioctl about a device, by whatever descriptor. */
long vsb_ioctl(struct vsb_dev *dev, unsigned int cmd, void __user *argp)
{
	long ret;

	ret = vsb_ioctl_in(vsb_unlocked_ioctls, ARRAY_SIZE(vsb_unlocked_ioctls),
			   dev, cmd, argp);
	if (ret == -ENOIOCTLCMD)
		ret = vsb_ioctl_own(dev, cmd, argp);
	if (ret == -ENOIOCTLCMD)
		ret = vsb_ioctl_locked(dev, cmd, argp);

	/* one that is not known here is just a question, and a kill no error */
	if (ret < 0 && ret != -ENOIOCTLCMD && ret != -EINTR)
		vsb_ioctl_refused(dev, cmd);
	return ret;
}
