// SPDX-License-Identifier: GPL-2.0
/*
 * The map from the guest's ports to sockets: VSOCK_BRIDGE_SET_PORT and
 * VSOCK_BRIDGE_GET_PORTS.
 */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vsock_bridge.h>
#include <linux/xarray.h>

#include "dev/dev.h"
#include "dev/ioarg.h"
#include "dev/ports.h"
#include "host/unix/context.h"
#include "host/unix/route.h"

/* The size of an entry as first published; a smaller size is refused. */
#define VSB_PORT_ENTRY_MIN	offsetofend(struct vsock_bridge_port_entry, path)

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

/*
 * The path is copied before the lock is taken, and the route is put after the
 * lock is released, because both may block.
 */
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

/* @entry is a route, or an enum vsock_bridge_port_action as a value. */
static void vsb_port_fill(struct vsock_bridge_port_entry *to, u32 port,
			  void *entry)
{
	*to = (struct vsock_bridge_port_entry) { .port = port };
	if (xa_is_value(entry)) {
		to->action = xa_to_value(entry);
		return;
	}
	to->action = VSOCK_BRIDGE_PORT_CONNECT;
	to->path_len = vsb_route_describe(entry, to->path, sizeof(to->path));
}

static void vsb_port_collect(struct vsb_routes *routes,
			     struct vsock_bridge_ports *map,
			     struct vsock_bridge_port_entry *to, u32 room)
{
	unsigned long port;
	void *entry;
	u32 i = 0;

	xa_for_each(&routes->ports, port, entry) {
		if (i == room)
			break;
		vsb_port_fill(&to[i++], port, entry);
	}
	map->nr = routes->nr;
	map->others = vsb_routes_action(routes, NULL);
}

static long vsb_port_copy(const struct vsock_bridge_ports *map,
			  const struct vsock_bridge_port_entry *from, u32 nr)
{
	char __user *to = u64_to_user_ptr(map->entries);
	size_t known = min_t(size_t, map->entry_size, sizeof(*from));
	u32 i;

	for (i = 0; i < nr; i++, to += map->entry_size) {
		if (copy_to_user(to, &from[i], known) ||
		    clear_user(to + known, map->entry_size - known))
			return -EFAULT;
	}
	return 0;
}

/*
 * The entries are copied without the lock, because an access to the caller's
 * memory may block.
 */
long vsb_get_ports(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_port_entry *entries;
	struct vsock_bridge_ports *map = arg;
	u32 room = min_t(u32, map->nr, VSOCK_BRIDGE_MAX_PORTS);
	long ret;

	if (map->entry_size < VSB_PORT_ENTRY_MIN || map->entry_size > PAGE_SIZE)
		return -EINVAL;
	entries = kvmalloc_array(max(room, 1U), sizeof(*entries),
				 GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = vsb_dev_enter(dev);
	if (!ret) {
		vsb_port_collect(&dev->dp.routes, map, entries, room);
		vsb_dev_leave(dev);
		ret = vsb_port_copy(map, entries, min(map->nr, room));
	}
	kvfree(entries);
	return ret;
}
