// SPDX-License-Identifier: GPL-2.0
/*
 * The host end of a device: VSOCK_BRIDGE_SET_UDS, or the template.
 *
 * All that can fail is made first, outside of the lock of the data path, for a
 * path lookup may block. Then the new takes the place of the old, as a whole:
 * a call that fails changes nothing.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "datapath/life.h"
#include "datapath/quench.h"
#include "dev/dev.h"
#include "dev/ioarg.h"
#include "host/acceptor.h"
#include "host/unix/acceptor.h"
#include "host/unix/context.h"
#include "host/unix/ownfile.h"
#include "host/unix/route.h"
#include "host/unix/sockfile.h"

/* As it was first published; a shorter one is refused. */
#define VSB_UDS_SIZE_V1	offsetofend(struct vsock_bridge_uds, mode)

/* What is about the file. */
#define VSB_UDS_FILE	\
	(VSOCK_BRIDGE_UDS_MODE | VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID)

#define VSB_UDS_FLAGS	\
	(VSB_UDS_FILE | VSOCK_BRIDGE_UDS_LISTEN_FD | VSOCK_BRIDGE_UDS_DIR_FD | \
	 VSOCK_BRIDGE_UDS_NO_LISTEN | VSOCK_BRIDGE_UDS_NO_CONNECT |	\
	 VSOCK_BRIDGE_UDS_PREFIX | VSOCK_BRIDGE_UDS_SEQPACKET |		\
	 VSOCK_BRIDGE_UDS_SEQPACKET_FD)

/* Where SEQPACKET clients come in. */
#define VSB_UDS_SEQPACKET_SUFFIX	"_seqpacket"

/**
 * struct vsb_uds - a host end that is being made
 * @arg: what the caller said
 * @name: its name
 * @file: how its file shall be
 * @acceptor: the sockets for host programs; NULL when there is none
 * @route: where the guest goes; NULL when it does not
 * @bind_failed: one of the sockets could not be bound
 * @templated: the template named it: its file goes with the device
 * @cid: and it comes with this CID
 * @bound: that file
 */
struct vsb_uds {
	struct vsock_bridge_uds arg;
	struct vsb_name name;
	struct vsb_sockfile file;
	struct vsb_acceptor *acceptor[VSB_LISTENERS];
	struct vsb_route *route;
	bool bind_failed;
	bool templated;
	u64 cid;
	struct vsb_ownfile *bound;
};

/* Does this call bind a socket? */
static bool vsb_uds_binds(const struct vsb_uds *uds)
{
	return !(uds->arg.flags & (VSOCK_BRIDGE_UDS_LISTEN_FD |
				   VSOCK_BRIDGE_UDS_NO_LISTEN));
}

static bool vsb_uds_connects(const struct vsb_uds *uds)
{
	return !(uds->arg.flags & VSOCK_BRIDGE_UDS_NO_CONNECT);
}

/* Without a socket to bind or a prefix to make there is nothing to name. */
static long vsb_uds_check_name(struct vsb_uds *uds)
{
	const struct vsock_bridge_uds *arg = &uds->arg;
	struct vsb_name *name = &uds->name;
	long ret;

	if (!vsb_uds_binds(uds) && !vsb_uds_connects(uds))
		return arg->path_len ? -EINVAL : 0;
	/* "<P>" is a fine name, too */
	if (!arg->path_len && (arg->flags & VSOCK_BRIDGE_UDS_PREFIX))
		return 0;
	ret = vsb_ioarg_name(name, arg->path, arg->path_len);
	if (ret)
		return ret;
	return vsb_name_is_abstract(name) &&
	       (arg->flags & (VSB_UDS_FILE | VSOCK_BRIDGE_UDS_DIR_FD)) ?
	       -EINVAL : 0;
}

static bool vsb_uds_flags_ok(const struct vsb_uds *uds)
{
	const struct vsock_bridge_uds *arg = &uds->arg;
	u32 flags = arg->flags;

	if (flags & ~VSB_UDS_FLAGS)
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_NO_LISTEN) &&
	    (flags & (VSOCK_BRIDGE_UDS_LISTEN_FD |
		      VSOCK_BRIDGE_UDS_NO_CONNECT)))
		return false;
	if ((flags & VSB_UDS_FILE) && !vsb_uds_binds(uds))
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_PREFIX) &&
	    (vsb_uds_binds(uds) || !vsb_uds_connects(uds)))
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_SEQPACKET) && !vsb_uds_binds(uds))
		return false;
	if ((flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD) &&
	    (flags & (VSOCK_BRIDGE_UDS_SEQPACKET | VSOCK_BRIDGE_UDS_NO_LISTEN)))
		return false;
	if (arg->seqpacket_fd && !(flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD))
		return false;
	if (arg->reserved || (arg->fd && !(flags & VSOCK_BRIDGE_UDS_LISTEN_FD)))
		return false;
	return !arg->dir_fd || (flags & VSOCK_BRIDGE_UDS_DIR_FD);
}

static long vsb_uds_check_file(struct vsb_uds *uds)
{
	const struct vsock_bridge_uds *arg = &uds->arg;
	struct vsb_sockfile *file = &uds->file;

	file->mode_given = arg->flags & VSOCK_BRIDGE_UDS_MODE;
	file->mode = arg->mode;
	file->uid = INVALID_UID;
	file->gid = INVALID_GID;
	if ((arg->mode & ~0777) || (arg->mode && !file->mode_given) ||
	    (arg->uid && !(arg->flags & VSOCK_BRIDGE_UDS_UID)) ||
	    (arg->gid && !(arg->flags & VSOCK_BRIDGE_UDS_GID)))
		return -EINVAL;
	if (arg->flags & VSOCK_BRIDGE_UDS_UID) {
		file->uid = make_kuid(current_user_ns(), arg->uid);
		if (!uid_valid(file->uid))
			return -EINVAL;
	}
	if (arg->flags & VSOCK_BRIDGE_UDS_GID) {
		file->gid = make_kgid(current_user_ns(), arg->gid);
		if (!gid_valid(file->gid))
			return -EINVAL;
	}
	return 0;
}

static long vsb_uds_check(struct vsb_uds *uds)
{
	long ret;

	if (!vsb_uds_flags_ok(uds))
		return -EINVAL;
	ret = vsb_uds_check_file(uds);
	return ret ?: vsb_uds_check_name(uds);
}

/* Bind as the caller, who is the one that host programs see. */
static struct vsb_acceptor *vsb_uds_bind(struct vsb_uds *uds,
					 struct vsb_context *ctx, int type,
					 const struct vsb_name *name)
{
	struct vsb_context_saved saved;
	struct vsb_acceptor *acceptor;
	int umask = ctx->fs.umask;

	/* the mode is given as it shall be; nobody else has the context yet */
	if (uds->file.mode_given)
		ctx->fs.umask = 0;
	vsb_context_enter(ctx, &saved);
	acceptor = vsb_unix_listen(ctx, type, name, &uds->file);
	vsb_context_leave(&saved);
	ctx->fs.umask = umask;
	uds->bind_failed = IS_ERR(acceptor);
	return acceptor;
}

static struct vsb_acceptor *vsb_uds_stream(struct vsb_uds *uds,
					   struct vsb_context *ctx)
{
	if (vsb_uds_binds(uds))
		return vsb_uds_bind(uds, ctx, SOCK_STREAM, &uds->name);
	if (uds->arg.flags & VSOCK_BRIDGE_UDS_LISTEN_FD)
		return vsb_unix_acceptor_from_fd(uds->arg.fd, SOCK_STREAM);
	return NULL;
}

static struct vsb_acceptor *vsb_uds_seqpacket(struct vsb_uds *uds,
					      struct vsb_context *ctx)
{
	static const char suffix[] = VSB_UDS_SEQPACKET_SUFFIX;
	struct vsb_name name = uds->name;

	if (uds->arg.flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD)
		return vsb_unix_acceptor_from_fd(uds->arg.seqpacket_fd,
						 SOCK_SEQPACKET);
	if (!(uds->arg.flags & VSOCK_BRIDGE_UDS_SEQPACKET))
		return NULL;
	BUILD_BUG_ON(VSOCK_BRIDGE_PATH_MAX + sizeof(suffix) >
		     sizeof(name.text));
	memcpy(name.text + name.len, suffix, sizeof(suffix) - 1);
	name.len += sizeof(suffix) - 1;
	return vsb_uds_bind(uds, ctx, SOCK_SEQPACKET, &name);
}

/* Both sockets, or an error and no trace of either. */
static long vsb_uds_listen(struct vsb_uds *uds, struct vsb_context *ctx)
{
	struct vsb_acceptor *stream, *seqpacket;

	stream = vsb_uds_stream(uds, ctx);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	seqpacket = vsb_uds_seqpacket(uds, ctx);
	if (IS_ERR(seqpacket)) {
		if (vsb_uds_binds(uds))
			vsb_unix_acceptor_unlink(stream);
		vsb_acceptor_close(stream);
		return PTR_ERR(seqpacket);
	}
	uds->acceptor[VSB_LISTEN_STREAM] = stream;
	uds->acceptor[VSB_LISTEN_SEQPACKET] = seqpacket;
	return 0;
}

/* The template's: its file is remembered, or not there. */
static long vsb_uds_listen_by_template(struct vsb_uds *uds,
				       struct vsb_context *ctx)
{
	long ret = vsb_uds_listen(uds, ctx);
	struct vsb_acceptor *acceptor = uds->acceptor[VSB_LISTEN_STREAM];

	if (ret)
		return ret;
	uds->bound = vsb_ownfile_new(vsb_unix_acceptor_path(acceptor),
				     ctx->cred);
	if (uds->bound)
		return 0;
	vsb_unix_acceptor_unlink(acceptor);
	vsb_acceptor_close(acceptor);
	return -ENOMEM;
}

/* A route of the name; @ctx is the route's from here on. */
static struct vsb_route *vsb_uds_route(const struct vsb_uds *uds,
				       struct vsb_context *ctx)
{
	struct vsb_name prefix = uds->name;

	if (!(uds->arg.flags & VSOCK_BRIDGE_UDS_PREFIX))
		prefix.text[prefix.len++] = '_';
	return vsb_unix_route_new(ctx, &prefix, true);
}

/* The route comes first: making it leaves nothing behind that can be seen. */
static long vsb_uds_make(struct vsb_uds *uds)
{
	struct vsb_context *ctx;
	long ret;

	ctx = vsb_context_capture(uds->arg.flags & VSOCK_BRIDGE_UDS_DIR_FD ?
				  uds->arg.dir_fd : AT_FDCWD);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	uds->route = vsb_uds_route(uds, ctx);
	if (!uds->route)
		return -ENOMEM;
	ret = uds->templated ? vsb_uds_listen_by_template(uds, ctx) :
			       vsb_uds_listen(uds, ctx);
	if (ret) {
		vsb_route_put(uds->route);
		return ret;
	}
	if (!vsb_uds_connects(uds)) {
		vsb_route_put(uds->route);
		uds->route = NULL;
	}
	return 0;
}

/* It could not be made: all stays as it is. */
static void vsb_uds_give_up(struct vsb_dev *dev, const struct vsb_uds *uds)
{
	mutex_lock(&dev->dp.lock);
	if (uds->bind_failed)
		vsb_error(&dev->dp.ctx, VSB_REASON_UNIX_BIND_FAILS, 0, 0);
	dev->configuring = false;
	vsb_datapath_unlock(&dev->dp);
}

/* What those are told who ask. */
static void vsb_uds_describe(struct vsb_dev *dev, const struct vsb_uds *uds)
{
	u32 flags = uds->templated ? VSOCK_BRIDGE_DEVICE_TEMPLATE : 0;

	if (uds->acceptor[VSB_LISTEN_STREAM])
		flags |= VSOCK_BRIDGE_DEVICE_LISTENS;
	if (uds->acceptor[VSB_LISTEN_SEQPACKET])
		flags |= VSOCK_BRIDGE_DEVICE_SEQPACKET;
	if (uds->route)
		flags |= VSOCK_BRIDGE_DEVICE_CONNECTS;
	spin_lock(&dev->told_lock);
	dev->end.name = uds->name;
	dev->end.flags = flags;
	spin_unlock(&dev->told_lock);
}

/* Without an owner a shared socket is not kept open, and no client gets in. */
static void vsb_uds_replace(struct vsb_dev *dev, int i,
			    const struct vsb_uds *uds)
{
	struct vsb_listener *listener = &dev->dp.listener[i];
	struct vsb_acceptor *acceptor = uds->acceptor[i];

	vsb_listener_close(listener);
	if (!acceptor)
		return;
	vsb_listener_open(listener, acceptor, dev->owned);
	if (dev->owner)
		vsb_listener_admit(listener);
}

/*
 * The new host end takes the place of the old one, which @uds gets. The old
 * listeners are closed: clients in their backlogs see a reset. Connections do
 * not depend on them.
 */
static long vsb_uds_install(struct vsb_dev *dev, struct vsb_uds *uds)
{
	struct vsb_datapath *dp = &dev->dp;
	long ret;
	int i;

	mutex_lock(&dp->lock);
	ret = vsb_datapath_is_dead(dp) ? -EIO : 0;
	if (!ret && uds->templated)
		ret = vsb_datapath_set_cid(dp, uds->cid);
	if (!ret)
		vsb_uds_describe(dev, uds);
	for (i = 0; i < VSB_LISTENERS; i++) {
		if (ret)
			vsb_acceptor_close(uds->acceptor[i]);
		else
			vsb_uds_replace(dev, i, uds);
	}
	if (!ret) {
		swap(dp->routes.prefix, uds->route);
		/* (V): the end of the device takes it without the lock */
		uds->bound = xchg(&dev->file, uds->bound);
	}
	dev->configuring = false;
	vsb_datapath_unlock(dp);
	return ret;
}

/* Make what @uds says; nobody else does so meanwhile. */
static long vsb_uds_change(struct vsb_dev *dev, struct vsb_uds *uds)
{
	long ret = vsb_uds_make(uds);

	if (ret) {
		vsb_uds_give_up(dev, uds);
		return ret;
	}
	ret = vsb_uds_install(dev, uds);
	/* the old one, without the lock: directories are let go */
	vsb_ownfile_remove(uds->bound);
	vsb_route_put(uds->route);
	return ret;
}

long vsb_set_uds(struct vsb_dev *dev, void __user *argp)
{
	struct vsb_uds uds = {};
	long ret;

	ret = vsb_ioarg_in(&uds.arg, sizeof(uds.arg), VSB_UDS_SIZE_V1, argp);
	if (ret)
		return ret;
	ret = vsb_uds_check(&uds);
	if (ret)
		return ret;
	ret = vsb_dev_reserve(dev, &dev->configuring);
	return ret ?: vsb_uds_change(dev, &uds);
}

/* Is there a host end that somebody has chosen, or this one already? */
static bool vsb_uds_suits(const struct vsb_dev *dev,
			  const struct vsb_name *name)
{
	const struct vsb_host_end *end = &dev->end;

	if (!end->flags)
		return vsb_routes_are_chosen(&dev->dp.routes);
	return !(end->flags & VSOCK_BRIDGE_DEVICE_TEMPLATE) ||
	       (end->name.len == name->len &&
		!memcmp(end->name.text, name->text, name->len));
}

/*
 * The guest gets its CID, now where no host end comes with it. Return: 1 when one
 * does, which nobody else changes meanwhile; else 0, or an error.
 */
static long vsb_uds_begin_cid(struct vsb_dev *dev, u64 cid,
			      const struct vsb_name *name)
{
	struct vsb_datapath *dp = &dev->dp;
	long ret = mutex_lock_killable(&dp->lock);

	if (ret)
		return ret;
	if (vsb_datapath_is_dead(dp)) {
		ret = -EIO;
	} else if (!name || vsb_uds_suits(dev, name)) {
		ret = vsb_datapath_set_cid(dp, cid);
	} else if (dev->configuring || (dp->running && cid != dp->guest_cid)) {
		ret = -EBUSY;
	} else {
		dev->configuring = true;
		ret = 1;
	}
	vsb_datapath_unlock(dp);
	return ret;
}

/**
 * vsb_uds_set_cid() - VHOST_VSOCK_SET_GUEST_CID
 * @dev: the device
 * @cid: a CID that a guest may have
 * @name: what its socket is called when it has no host end, or NULL
 *
 * Both are set, or none.
 */
long vsb_uds_set_cid(struct vsb_dev *dev, u64 cid, const struct vsb_name *name)
{
	struct vsb_uds uds = { .templated = true, .cid = cid };
	long ret = vsb_uds_begin_cid(dev, cid, name);

	if (ret <= 0)
		return ret;
	uds.name = *name;
	uds.file.uid = INVALID_UID;
	uds.file.gid = INVALID_GID;
	return vsb_uds_change(dev, &uds);
}
