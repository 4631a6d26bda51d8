// SPDX-License-Identifier: GPL-2.0
/*
 * Where the connections of a guest go.
 *
 * A route does not change once it is made: to go elsewhere is to take another
 * one, and those who use the old one keep it as long as they need it.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "host/unix/context.h"
#include "host/unix/route.h"

/**
 * vsb_route_new() - make a route
 * @ctx: who connects; the route's from here on, also when there is no memory
 * @name: where to
 *
 * Return: the route, with one reference, or NULL.
 */
struct vsb_route *vsb_route_new(struct vsb_context *ctx,
				const struct vsb_name *name)
{
	struct vsb_route *route = kzalloc(sizeof(*route), GFP_KERNEL_ACCOUNT);

	if (!route) {
		vsb_context_free(ctx);
		return NULL;
	}
	refcount_set(&route->ref, 1);
	route->ctx = ctx;
	route->name = *name;
	return route;
}

/* NULL is fine. May sleep: directories are let go. */
void vsb_route_put(struct vsb_route *route)
{
	if (!route || !refcount_dec_and_test(&route->ref))
		return;
	vsb_context_free(route->ctx);
	kfree(route);
}

/* @route and those behind it, as vsb_routes_clear() returned them. */
void vsb_route_put_all(struct vsb_route *route)
{
	struct vsb_route *next;

	for (; route; route = next) {
		next = route->next;
		vsb_route_put(route);
	}
}

static int vsb_route_number(struct vsb_name *name, u32 port)
{
	char digits[sizeof("4294967295")];
	unsigned int len = scnprintf(digits, sizeof(digits), "%u", port);

	if (len > sizeof(name->text) - name->len)
		return -ENAMETOOLONG;
	memcpy(name->text + name->len, digits, len);
	name->len += len;
	return 0;
}

/**
 * vsb_route_name() - the name that a port has
 * @route: where to
 * @port: the port that the guest wants
 * @name: out: the name
 *
 * Return: 0 or -ENAMETOOLONG.
 */
int vsb_route_name(const struct vsb_route *route, u32 port,
		   struct vsb_name *name)
{
	*name = route->name;
	return route->numbered ? vsb_route_number(name, port) : 0;
}

/**
 * vsb_route_connect() - connect, which may block in a path lookup
 * @route: where to
 * @name: the name; of @route, with the port
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 *
 * Return: the socket, or an error as of connect(2).
 */
struct socket *vsb_route_connect(const struct vsb_route *route,
				 const struct vsb_name *name, int type)
{
	struct vsb_context_saved saved;
	struct socket *sock;

	vsb_context_enter(route->ctx, &saved);
	sock = vsb_socket_connect(route->ctx, type, name);
	vsb_context_leave(&saved);
	return sock;
}

/*
 * Must a thread that the owner cannot look into connect? A worker that is a thread
 * of the kernel (before Linux 6.4) has no root of the owner's to compare with.
 */
bool vsb_route_is_jailed(const struct vsb_route *route)
{
	return (current->flags & PF_KTHREAD) ||
	       vsb_context_is_jailed(route->ctx);
}

void vsb_routes_init(struct vsb_routes *routes)
{
	xa_init_flags(&routes->ports, XA_FLAGS_ACCOUNT);
	routes->others = VSOCK_BRIDGE_PORT_REMOVE;
}

static int vsb_routes_store(struct vsb_routes *routes, u32 port, void *entry,
			    struct vsb_route **old)
{
	void *was = xa_load(&routes->ports, port);

	if (!was && !entry)
		return -ENOENT;
	if (!was && routes->nr >= VSOCK_BRIDGE_MAX_PORTS)
		return -ENOSPC;
	if (xa_err(xa_store(&routes->ports, port, entry, GFP_KERNEL_ACCOUNT)))
		return -ENOMEM;
	routes->nr += !was;
	routes->nr -= !entry;
	*old = xa_is_value(was) ? NULL : was;
	return 0;
}

/**
 * vsb_routes_map() - change the entry of a port
 * @routes: the routes
 * @port: the port
 * @action: enum vsock_bridge_port_action
 * @route: in: with VSOCK_BRIDGE_PORT_CONNECT, the route, whose reference is
 *	taken over; out: the one that is no longer used, to be put without the
 *	lock; both may be NULL
 *
 * Return: 0, or an error; then @route is as before.
 */
int vsb_routes_map(struct vsb_routes *routes, u32 port, u32 action,
		   struct vsb_route **route)
{
	void *entry;
	int ret;

	if (action == VSOCK_BRIDGE_PORT_CONNECT)
		entry = *route;
	else if (action == VSOCK_BRIDGE_PORT_REMOVE)
		entry = NULL;
	else
		entry = xa_mk_value(action);
	ret = vsb_routes_store(routes, port, entry, route);
	if (!ret && entry)
		routes->mapped = true;
	return ret;
}

/**
 * vsb_routes_clear() - no entries, and nothing said about other ports
 * @routes: the routes
 *
 * Return: the routes that were there, to be put without the lock; or NULL.
 */
struct vsb_route *vsb_routes_clear(struct vsb_routes *routes)
{
	struct vsb_route *route, *first = NULL;
	unsigned long port;
	void *entry;

	xa_for_each(&routes->ports, port, entry) {
		if (xa_is_value(entry))
			continue;
		route = entry;
		route->next = first;
		first = route;
	}
	xa_destroy(&routes->ports);
	routes->nr = 0;
	routes->mapped = false;
	routes->others = VSOCK_BRIDGE_PORT_REMOVE;
	return first;
}

/* The same with the prefix, which ends as well. */
struct vsb_route *vsb_routes_take(struct vsb_routes *routes)
{
	struct vsb_route *first = vsb_routes_clear(routes);
	struct vsb_route *prefix = routes->prefix;

	if (!prefix)
		return first;
	routes->prefix = NULL;
	prefix->next = first;
	return prefix;
}

/* What happens to a port that has no route of its own. */
static u32 vsb_routes_action(const struct vsb_routes *routes, void *entry)
{
	if (entry)
		return xa_to_value(entry);
	if (routes->others != VSOCK_BRIDGE_PORT_REMOVE)
		return routes->others;
	/* who gives a map wants nothing but what is in it */
	return routes->mapped ? VSOCK_BRIDGE_PORT_DENY :
				VSOCK_BRIDGE_PORT_PREFIX;
}

/**
 * vsb_routes_find() - where a port is
 * @routes: the routes
 * @port: the port
 *
 * Return: the route, without a reference of its own; -EACCES when the map
 * denies the port, -ENOENT when there is no host end.
 */
struct vsb_route *vsb_routes_find(struct vsb_routes *routes, u32 port)
{
	void *entry = xa_load(&routes->ports, port);

	if (entry && !xa_is_value(entry))
		return entry;
	if (vsb_routes_action(routes, entry) == VSOCK_BRIDGE_PORT_DENY)
		return ERR_PTR(-EACCES);
	return routes->prefix ?: ERR_PTR(-ENOENT);
}

void vsb_routes_destroy(struct vsb_routes *routes)
{
	vsb_route_put_all(vsb_routes_take(routes));
}
