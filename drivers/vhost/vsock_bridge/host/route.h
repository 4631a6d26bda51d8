/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The routes of a device: the destinations of the guest's connections.
 */
#ifndef VSB_ROUTE_H
#define VSB_ROUTE_H

#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/vsock_bridge.h>
#include <linux/xarray.h>

struct vsb_end;
struct vsb_route;

/**
 * struct vsb_route_ops - the operations of a kind of route
 * @connect: connect for the port that the guest requested, with SOCK_STREAM or
 *	SOCK_SEQPACKET; may block in a path lookup. Return: the host end, or an
 *	error as from connect(2); -EAGAIN only if the peer's backlog is full.
 * @is_jailed: return whether the connect must run in a thread that the current
 *	task's process cannot inspect
 * @describe: write the address, as the caller of the ioctl gave it. Return:
 *	number of bytes, at most @size.
 * @free: free the route, whose last reference is gone; may sleep
 */
struct vsb_route_ops {
	struct vsb_end *(*connect)(struct vsb_route *route, u32 port, int type);
	bool (*is_jailed)(const struct vsb_route *route);
	u32 (*describe)(const struct vsb_route *route, char *to, u32 size);
	void (*free)(struct vsb_route *route);
};

/**
 * struct vsb_route - a route to a host program; it does not change
 * @ops: the operations of the kind
 * @ref: references of struct vsb_routes, and of connects that wait or are under
 *	way: these use the route that was valid at the guest's REQUEST
 * @next: next in a list of routes that are put together
 */
struct vsb_route {
	const struct vsb_route_ops *ops;
	refcount_t ref;
	struct vsb_route *next;
};

/**
 * struct vsb_routes - the routes of a device
 * @prefix: the route of ports that are not in @ports; NULL if there is none
 * @ports: the map: a route, or an enum vsock_bridge_port_action as a value
 * @nr: number of entries of @ports
 * @mapped: @ports has had an entry since it was initialized or cleared
 * @others: enum vsock_bridge_port_action of a port that is not in @ports;
 *	VSOCK_BRIDGE_PORT_REMOVE while it is not set
 *
 * The data path's lock protects the whole structure.
 */
struct vsb_routes {
	struct vsb_route *prefix;
	struct xarray ports;
	u32 nr;
	bool mapped;
	u32 others;
};

static inline struct vsb_end *vsb_route_connect(struct vsb_route *route,
						u32 port, int type)
{
	return route->ops->connect(route, port, type);
}

static inline bool vsb_route_is_jailed(const struct vsb_route *route)
{
	return route->ops->is_jailed(route);
}

static inline u32 vsb_route_describe(const struct vsb_route *route, char *to,
				     u32 size)
{
	return route->ops->describe(route, to, size);
}

void vsb_route_put(struct vsb_route *route);
void vsb_route_put_all(struct vsb_route *route);

/* Return: true if an entry of the map, or the rule for other ports, exists. */
static inline bool vsb_routes_are_chosen(const struct vsb_routes *routes)
{
	return routes->mapped || routes->others != VSOCK_BRIDGE_PORT_REMOVE;
}

static inline struct vsb_route *vsb_route_get(struct vsb_route *route)
{
	refcount_inc(&route->ref);
	return route;
}

static inline void vsb_route_init(struct vsb_route *route,
				  const struct vsb_route_ops *ops)
{
	route->ops = ops;
	refcount_set(&route->ref, 1);
}

void vsb_routes_init(struct vsb_routes *routes);
int vsb_routes_map(struct vsb_routes *routes, u32 port, u32 action,
		   struct vsb_route **route);
struct vsb_route *vsb_routes_clear(struct vsb_routes *routes);
struct vsb_route *vsb_routes_take(struct vsb_routes *routes);
struct vsb_route *vsb_routes_find(struct vsb_routes *routes, u32 port);
u32 vsb_routes_action(const struct vsb_routes *routes, void *entry);
void vsb_routes_destroy(struct vsb_routes *routes);

#endif /* VSB_ROUTE_H */
