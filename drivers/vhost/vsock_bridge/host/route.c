// SPDX-License-Identifier: GPL-2.0
/*
 * The routes of a device: the destinations of the guest's connections.
 */
#include <linux/err.h>
#include <linux/vsock_bridge.h>

#include "host/route.h"

/* @route may be NULL. May sleep. */
void vsb_route_put(struct vsb_route *route)
{
	if (!route || !refcount_dec_and_test(&route->ref))
		return;
	route->ops->free(route);
}

/* Puts @route and its followers, as vsb_routes_clear() returned them. */
void vsb_route_put_all(struct vsb_route *route)
{
	struct vsb_route *next;

	for (; route; route = next) {
		next = route->next;
		vsb_route_put(route);
	}
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
 * @route: in: with VSOCK_BRIDGE_PORT_CONNECT, the route, whose reference the
 *	function takes over; out: the route that is no longer used, which the
 *	caller puts without the lock; both may be NULL
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
 * vsb_routes_clear() - remove all entries and the rule for other ports
 * @routes: the routes
 *
 * Return: the removed routes, which the caller puts without the lock; or NULL.
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

/* As vsb_routes_clear(), and removes the prefix's route too. */
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

/*
 * Return: the action for a port that has no route of its own. @entry is the
 * port's entry in the map, or NULL.
 */
u32 vsb_routes_action(const struct vsb_routes *routes, void *entry)
{
	if (entry)
		return xa_to_value(entry);
	if (routes->others != VSOCK_BRIDGE_PORT_REMOVE)
		return routes->others;
	/* once a map exists, unmapped ports are denied by default */
	return routes->mapped ? VSOCK_BRIDGE_PORT_DENY :
				VSOCK_BRIDGE_PORT_PREFIX;
}

/**
 * vsb_routes_find() - find the route of a port
 * @routes: the routes
 * @port: the port that the guest requested
 *
 * Return: the route, without a new reference; -EACCES if the map denies the
 * port; -ENOENT if there is no host end.
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
