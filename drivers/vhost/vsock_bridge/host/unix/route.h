/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the connections of a guest go.
 */
#ifndef VSB_ROUTE_H
#define VSB_ROUTE_H

#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/vsock_bridge.h>
#include <linux/xarray.h>

#include "host/unix/socket.h"

struct vsb_context;

/**
 * struct vsb_route - a name, and who connects to it
 * @ref: references, of struct vsb_routes and of connects that wait or are
 *	under way: those go where they would have gone when they were asked for
 * @ctx: who connects
 * @name: the name; does not change
 * @numbered: the port is put behind it
 * @next: of routes that are put together
 */
struct vsb_route {
	refcount_t ref;
	struct vsb_context *ctx;
	struct vsb_name name;
	bool numbered;
	struct vsb_route *next;
};

/**
 * struct vsb_routes - the routes of a device
 * @prefix: of every port; NULL when there is none
 * @ports: the map: a route, or an enum vsock_bridge_port_action as a value
 * @nr: entries of @ports
 * @mapped: there was an entry since the map was made or cleared
 * @others: enum vsock_bridge_port_action of a port that is not in @ports;
 *	VSOCK_BRIDGE_PORT_REMOVE as long as nobody said
 *
 * Under the lock of the datapath.
 */
struct vsb_routes {
	struct vsb_route *prefix;
	struct xarray ports;
	u32 nr;
	bool mapped;
	u32 others;
};

struct vsb_route *vsb_route_new(struct vsb_context *ctx,
				const struct vsb_name *name);
int vsb_route_name(const struct vsb_route *route, u32 port,
		   struct vsb_name *name);
struct socket *vsb_route_connect(const struct vsb_route *route,
				 const struct vsb_name *name, int type);
bool vsb_route_is_jailed(const struct vsb_route *route);
void vsb_route_put(struct vsb_route *route);
void vsb_route_put_all(struct vsb_route *route);

/* Has somebody said where any port goes? */
static inline bool vsb_routes_are_chosen(const struct vsb_routes *routes)
{
	return routes->mapped || routes->others != VSOCK_BRIDGE_PORT_REMOVE;
}

static inline struct vsb_route *vsb_route_get(struct vsb_route *route)
{
	refcount_inc(&route->ref);
	return route;
}

void vsb_routes_init(struct vsb_routes *routes);
int vsb_routes_map(struct vsb_routes *routes, u32 port, u32 action,
		   struct vsb_route **route);
struct vsb_route *vsb_routes_clear(struct vsb_routes *routes);
struct vsb_route *vsb_routes_take(struct vsb_routes *routes);
struct vsb_route *vsb_routes_find(struct vsb_routes *routes, u32 port);
void vsb_routes_destroy(struct vsb_routes *routes);

#endif /* VSB_ROUTE_H */
