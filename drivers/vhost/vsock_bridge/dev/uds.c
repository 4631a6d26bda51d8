// SPDX-License-Identifier: GPL-2.0
/*
 * VSOCK_BRIDGE_SET_UDS: checks the caller's request, builds that host end and
 * installs it. A call that fails changes nothing.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/uidgid.h>
#include <linux/vsock_bridge.h>

#include "dev/dev.h"
#include "dev/host_end.h"
#include "dev/ioarg.h"
#include "dev/uds.h"

/* The flags that describe the socket file. */
#define VSB_UDS_FILE	\
	(VSOCK_BRIDGE_UDS_MODE | VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID)

#define VSB_UDS_FLAGS	\
	(VSB_UDS_FILE | VSOCK_BRIDGE_UDS_LISTEN_FD | VSOCK_BRIDGE_UDS_DIR_FD | \
	 VSOCK_BRIDGE_UDS_NO_LISTEN | VSOCK_BRIDGE_UDS_NO_CONNECT |	\
	 VSOCK_BRIDGE_UDS_PREFIX | VSOCK_BRIDGE_UDS_SEQPACKET |		\
	 VSOCK_BRIDGE_UDS_SEQPACKET_FD)

static bool vsb_uds_flags_ok(const struct vsock_bridge_uds *uds)
{
	u32 flags = uds->flags;
	bool binds = vsb_host_end_binds(flags);

	if (flags & ~VSB_UDS_FLAGS)
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_NO_LISTEN) &&
	    (flags & (VSOCK_BRIDGE_UDS_LISTEN_FD |
		      VSOCK_BRIDGE_UDS_NO_CONNECT)))
		return false;
	if ((flags & VSB_UDS_FILE) && !binds)
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_PREFIX) &&
	    (binds || !vsb_host_end_connects(flags)))
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_SEQPACKET) && !binds)
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD) &&
	    (flags & (VSOCK_BRIDGE_UDS_SEQPACKET | VSOCK_BRIDGE_UDS_NO_LISTEN)))
		return false;
	if (uds->seqpacket_fd && !(flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD))
		return false;
	if (uds->reserved || (uds->fd && !(flags & VSOCK_BRIDGE_UDS_LISTEN_FD)))
		return false;
	return !uds->dir_fd || (flags & VSOCK_BRIDGE_UDS_DIR_FD);
}

static long vsb_uds_sockfile(const struct vsock_bridge_uds *uds,
			     struct vsb_sockfile *file)
{
	*file = (struct vsb_sockfile) {
		.mode_given = uds->flags & VSOCK_BRIDGE_UDS_MODE,
		.mode = uds->mode,
		.uid = INVALID_UID,
		.gid = INVALID_GID,
	};
	if ((uds->mode & ~0777) || (uds->mode && !file->mode_given) ||
	    (uds->uid && !(uds->flags & VSOCK_BRIDGE_UDS_UID)) ||
	    (uds->gid && !(uds->flags & VSOCK_BRIDGE_UDS_GID)))
		return -EINVAL;
	if (uds->flags & VSOCK_BRIDGE_UDS_UID) {
		file->uid = make_kuid(current_user_ns(), uds->uid);
		if (!uid_valid(file->uid))
			return -EINVAL;
	}
	if (uds->flags & VSOCK_BRIDGE_UDS_GID) {
		file->gid = make_kgid(current_user_ns(), uds->gid);
		if (!gid_valid(file->gid))
			return -EINVAL;
	}
	return 0;
}

static long vsb_uds_name(const struct vsock_bridge_uds *uds,
			 struct vsb_name *name)
{
	u32 flags = uds->flags;
	long ret;

	name->len = 0;
	/* without a socket to bind and a route, the name has no use */
	if (!vsb_host_end_binds(flags) && !vsb_host_end_connects(flags))
		return uds->path_len ? -EINVAL : 0;
	/* "<port>" alone is a valid name too */
	if (!uds->path_len && (flags & VSOCK_BRIDGE_UDS_PREFIX))
		return 0;
	ret = vsb_ioarg_name(name, uds->path, uds->path_len);
	if (ret)
		return ret;
	return vsb_name_is_abstract(name) &&
	       (flags & (VSB_UDS_FILE | VSOCK_BRIDGE_UDS_DIR_FD)) ?
	       -EINVAL : 0;
}

static long vsb_uds_plan(const struct vsock_bridge_uds *uds,
			 struct vsb_host_end_plan *plan)
{
	long ret;

	if (!vsb_uds_flags_ok(uds))
		return -EINVAL;
	plan->flags = uds->flags;
	plan->fd = uds->fd;
	plan->seqpacket_fd = uds->seqpacket_fd;
	plan->dir_fd = uds->dir_fd;
	ret = vsb_uds_sockfile(uds, &plan->sockfile);
	return ret ?: vsb_uds_name(uds, &plan->name);
}

/* Builds the host end and installs it; the caller has reserved it. */
static long vsb_uds_change(struct vsb_dev *dev,
			   const struct vsb_host_end_plan *plan)
{
	struct vsb_host_end end = {};
	long built = vsb_host_end_build(&end, plan);
	long dead = vsb_host_end_lock(&end, dev);
	long ret = built ?: dead;

	if (!ret)
		vsb_host_end_install(&end, dev);
	vsb_host_end_unlock(dev);
	vsb_host_end_discard(&end);
	return ret;
}

long vsb_set_uds(struct vsb_dev *dev, void *arg)
{
	struct vsb_host_end_plan plan = {};
	long ret;

	ret = vsb_uds_plan(arg, &plan);
	if (ret)
		return ret;
	ret = vsb_dev_reserve(dev, &dev->configuring);
	return ret ?: vsb_uds_change(dev, &plan);
}
