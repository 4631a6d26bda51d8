// SPDX-License-Identifier: GPL-2.0
/*
 * The map from the guest's ports to sockets: VSOCK_BRIDGE_SET_PORT.
 */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/vsock_bridge.h>

#include "dev/dev.h"
#include "dev/ioarg.h"
#include "dev/ports.h"
#include "host/unix/context.h"
#include "host/unix/route.h"

#define VSB_PORT_FLAGS	(VSOCK_BRIDGE_PORT_DIR_FD | VSOCK_BRIDGE_PORT_OTHERS)

static bool vsb_port_ok(const struct vsock_bridge_port *arg)
{
	if ((arg->flags & ~VSB_PORT_FLAGS) ||
	    arg->action > VSOCK_BRIDGE_PORT_REMOVE)
		return false;
	if ((arg->flags & VSOCK_BRIDGE_PORT_OTHERS) &&
	    (arg->port || arg->action == VSOCK_BRIDGE_PORT_CONNECT))
		return false;
	if (arg->action != VSOCK_BRIDGE_PORT_CONNECT &&
	    (arg->path || arg->path_len ||
	     (arg->flags & VSOCK_BRIDGE_PORT_DIR_FD)))
		return false;
	return !arg->dir_fd || (arg->flags & VSOCK_BRIDGE_PORT_DIR_FD);
}

static struct vsb_route *vsb_port_route(const struct vsock_bridge_port *arg)
{
	bool at_dir = arg->flags & VSOCK_BRIDGE_PORT_DIR_FD;
	struct vsb_context *ctx;
	struct vsb_route *route;
	struct vsb_name name;
	long ret;

	ret = vsb_ioarg_name(&name, arg->path, arg->path_len);
	if (ret)
		return ERR_PTR(ret);
	if (at_dir && vsb_name_is_abstract(&name))
		return ERR_PTR(-EINVAL);
	ctx = vsb_context_capture(at_dir ? arg->dir_fd : AT_FDCWD);
	if (IS_ERR(ctx))
		return ERR_CAST(ctx);
	route = vsb_unix_route_new(ctx, &name, false);
	return route ?: ERR_PTR(-ENOMEM);
}

static long vsb_port_install(struct vsb_routes *routes,
			     const struct vsock_bridge_port *arg,
			     struct vsb_route **route)
{
	if (!(arg->flags & VSOCK_BRIDGE_PORT_OTHERS))
		return vsb_routes_map(routes, arg->port, arg->action, route);
	if (arg->action == VSOCK_BRIDGE_PORT_REMOVE)
		*route = vsb_routes_clear(routes);
	else
		routes->others = arg->action;
	return 0;
}

/* The path is copied before the lock is taken; the last use of a route may block. */
long vsb_set_port(struct vsb_dev *dev, void *arg)
{
	const struct vsock_bridge_port *port = arg;
	struct vsb_route *route = NULL;
	long ret;

	if (!vsb_port_ok(port))
		return -EINVAL;
	if (port->action == VSOCK_BRIDGE_PORT_CONNECT) {
		route = vsb_port_route(port);
		if (IS_ERR(route))
			return PTR_ERR(route);
	}
	ret = vsb_dev_enter(dev);
	if (!ret) {
		ret = vsb_port_install(&dev->dp.routes, port, &route);
		vsb_dev_leave(dev);
	}
	vsb_route_put_all(route);
	return ret;
}
