// SPDX-License-Identifier: GPL-2.0
/*
 * A host end: the sockets that host programs connect to, and the destination of
 * the guest's connections.
 *
 * It is built outside the data path's lock, because a path lookup may block.
 * Then it is installed, which cannot fail, or discarded.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "base/reason.h"
#include "dev/dev.h"
#include "dev/host_end.h"
#include "host/acceptor.h"
#include "host/unix/acceptor.h"
#include "host/unix/context.h"
#include "host/unix/ownfile.h"
#include "host/unix/route.h"

/* The SEQPACKET socket has the stream socket's name with this suffix. */
#define VSB_SEQPACKET_SUFFIX	"_seqpacket"

/* The caller binds, so host programs see the caller's credentials. */
static struct vsb_acceptor *
vsb_host_end_bind(struct vsb_host_end *end,
		  const struct vsb_host_end_plan *plan, struct vsb_context *ctx,
		  int type, const struct vsb_name *name)
{
	struct vsb_context_saved saved;
	struct vsb_acceptor *acceptor;
	int umask = ctx->fs.umask;

	/*
	 * without a umask the mode is exact; no other task uses the context
	 * yet.
	 */
	if (plan->sockfile.mode_given)
		ctx->fs.umask = 0;
	vsb_context_enter(ctx, &saved);
	acceptor = vsb_unix_listen(ctx, type, name, &plan->sockfile);
	vsb_context_leave(&saved);
	ctx->fs.umask = umask;
	end->bind_failed = IS_ERR(acceptor);
	return acceptor;
}

static struct vsb_acceptor *
vsb_host_end_stream(struct vsb_host_end *end,
		    const struct vsb_host_end_plan *plan,
		    struct vsb_context *ctx)
{
	if (vsb_host_end_binds(plan->flags))
		return vsb_host_end_bind(end, plan, ctx, SOCK_STREAM,
					 &plan->name);
	if (plan->flags & VSOCK_BRIDGE_UDS_LISTEN_FD)
		return vsb_unix_acceptor_from_fd(plan->fd, SOCK_STREAM);
	return NULL;
}

static struct vsb_acceptor *
vsb_host_end_seqpacket(struct vsb_host_end *end,
		       const struct vsb_host_end_plan *plan,
		       struct vsb_context *ctx)
{
	static const char suffix[] = VSB_SEQPACKET_SUFFIX;
	struct vsb_name name = plan->name;

	if (plan->flags & VSOCK_BRIDGE_UDS_SEQPACKET_FD)
		return vsb_unix_acceptor_from_fd(plan->seqpacket_fd,
						 SOCK_SEQPACKET);
	if (!(plan->flags & VSOCK_BRIDGE_UDS_SEQPACKET))
		return NULL;
	BUILD_BUG_ON(VSOCK_BRIDGE_PATH_MAX + sizeof(suffix) >
		     sizeof(name.text));
	memcpy(name.text + name.len, suffix, sizeof(suffix) - 1);
	name.len += sizeof(suffix) - 1;
	return vsb_host_end_bind(end, plan, ctx, SOCK_SEQPACKET, &name);
}

/*
 * Undoes the listen of the stream socket; removes a file that the device bound.
 */
static void vsb_host_end_unlisten(const struct vsb_host_end_plan *plan,
				  struct vsb_acceptor *stream)
{
	if (vsb_host_end_binds(plan->flags))
		vsb_unix_acceptor_unlink(stream);
	vsb_acceptor_close(stream);
}

/* Makes both sockets, or none. */
static long vsb_host_end_listen(struct vsb_host_end *end,
				const struct vsb_host_end_plan *plan,
				struct vsb_context *ctx)
{
	struct vsb_acceptor *stream, *seqpacket;

	stream = vsb_host_end_stream(end, plan, ctx);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	seqpacket = vsb_host_end_seqpacket(end, plan, ctx);
	if (IS_ERR(seqpacket)) {
		vsb_host_end_unlisten(plan, stream);
		return PTR_ERR(seqpacket);
	}
	end->acceptor[VSB_LISTEN_STREAM] = stream;
	end->acceptor[VSB_LISTEN_SEQPACKET] = seqpacket;
	return 0;
}

/* Stores the file of a stream socket that was bound to a path. */
static long vsb_host_end_keep_file(struct vsb_host_end *end,
				   const struct vsb_host_end_plan *plan,
				   const struct vsb_context *ctx)
{
	struct vsb_acceptor *stream = end->acceptor[VSB_LISTEN_STREAM];

	end->file = vsb_ownfile_new(vsb_unix_acceptor_path(stream), ctx->cred);
	if (end->file)
		return 0;
	vsb_host_end_unlisten(plan, stream);
	end->acceptor[VSB_LISTEN_STREAM] = NULL;
	return -ENOMEM;
}

/* Return: a route to "<name>_<port>" or "<name><port>"; it owns @ctx. */
static struct vsb_route *
vsb_host_end_route(const struct vsb_host_end_plan *plan,
		   struct vsb_context *ctx)
{
	struct vsb_name prefix = plan->name;

	if (!(plan->flags & VSOCK_BRIDGE_UDS_PREFIX))
		prefix.text[prefix.len++] = '_';
	return vsb_unix_route_new(ctx, &prefix, true);
}

static void vsb_host_end_describe(struct vsb_host_end *end,
				  const struct vsb_host_end_plan *plan)
{
	end->view.name = plan->name;
	if (end->acceptor[VSB_LISTEN_STREAM])
		end->view.flags |= VSOCK_BRIDGE_DEVICE_LISTENS;
	if (end->acceptor[VSB_LISTEN_SEQPACKET])
		end->view.flags |= VSOCK_BRIDGE_DEVICE_SEQPACKET;
	if (end->route)
		end->view.flags |= VSOCK_BRIDGE_DEVICE_CONNECTS;
}

/**
 * vsb_host_end_build() - do everything that can fail
 * @end: the host end; zeroed by the caller
 * @plan: the host end to build, with the caller's credentials and directories
 *
 * Return: 0, or an error after which @end holds nothing.
 */
long vsb_host_end_build(struct vsb_host_end *end,
			const struct vsb_host_end_plan *plan)
{
	struct vsb_context *ctx;
	long ret;

	/*
	 * only the file of a single stream socket can be removed with the
	 * device.
	 */
	if (plan->unlink_on_close &&
	    (plan->flags || vsb_name_is_abstract(&plan->name)))
		return -EINVAL;
	ctx = vsb_context_capture((plan->flags & VSOCK_BRIDGE_UDS_DIR_FD) ?
				  plan->dir_fd : AT_FDCWD);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	/* the route first: unlike a bind, it leaves nothing visible behind */
	end->route = vsb_host_end_route(plan, ctx);
	if (!end->route)
		return -ENOMEM;
	ret = vsb_host_end_listen(end, plan, ctx);
	if (!ret && plan->unlink_on_close)
		ret = vsb_host_end_keep_file(end, plan, ctx);
	if (ret || !vsb_host_end_connects(plan->flags)) {
		vsb_route_put(end->route);
		end->route = NULL;
	}
	if (!ret)
		vsb_host_end_describe(end, plan);
	return ret;
}

/**
 * vsb_host_end_lock() - take the lock to end a reservation
 * @end: the host end that was to be built
 * @dev: the device; the caller has reserved @dev->configuring
 *
 * Return: 0, or -EIO if the device is dead; the lock is held in both cases.
 */
long vsb_host_end_lock(const struct vsb_host_end *end, struct vsb_dev *dev)
{
	mutex_lock(&dev->dp.lock);
	if (end->bind_failed)
		vsb_error(&dev->dp.ctx, VSB_REASON_UNIX_BIND_FAILS, 0, 0);
	return vsb_datapath_is_dead(&dev->dp) ? -EIO : 0;
}

void vsb_host_end_unlock(struct vsb_dev *dev)
{
	dev->configuring = false;
	vsb_dev_leave(dev);
}

/*
 * Before there is an owner, the device does not keep a shared socket open and
 * admits no client.
 */
static void vsb_host_end_install_listener(struct vsb_host_end *end,
					  struct vsb_dev *dev, int i)
{
	struct vsb_listener *listener = &dev->dp.listener[i];
	struct vsb_acceptor *acceptor = end->acceptor[i];

	end->acceptor[i] = vsb_listener_detach(listener);
	if (!acceptor)
		return;
	vsb_listener_open(listener, acceptor, dev->owned);
	if (dev->owner_mm)
		vsb_listener_admit(listener);
}

/**
 * vsb_host_end_install() - replace the host end of a device
 * @end: in: the new host end; out: the remains of the old host end, to be
 *	discarded
 * @dev: the device, which is not dead; the caller holds its lock
 *
 * The discard closes the old listeners: clients in their backlogs see
 * ECONNRESET, later clients see ECONNREFUSED, unless the listener is shared.
 * Existing connections do not depend on them.
 */
void vsb_host_end_install(struct vsb_host_end *end, struct vsb_dev *dev)
{
	int i;

	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_host_end_install_listener(end, dev, i);
	swap(dev->dp.routes.prefix, end->route);
	/* (V): the release takes the file without the lock */
	end->file = xchg(&dev->file, end->file);
	spin_lock(&dev->view_lock);
	swap(dev->end, end->view);
	spin_unlock(&dev->view_lock);
}

/*
 * Releases the contents of @end. Called without the lock, because a file system
 * may block.
 */
void vsb_host_end_discard(struct vsb_host_end *end)
{
	int i;

	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_acceptor_close(end->acceptor[i]);
	vsb_ownfile_remove(end->file);
	vsb_route_put(end->route);
}
