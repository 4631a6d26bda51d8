/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the connections of a guest go.
 */
#ifndef VSB_ROUTE_H
#define VSB_ROUTE_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "socket.h"

struct vsb_context;

/**
 * struct vsb_route - a name, and who connects to it
 * @ref: references, of struct vsb_routes and of connects that wait or are
 *	under way: those go where they would have gone when they were asked for
 * @ctx: who connects
 * @name: the name; does not change
 * @numbered: the port is put behind it
 */
struct vsb_route {
	refcount_t ref;
	struct vsb_context *ctx;
	struct vsb_name name;
	bool numbered;
};

/**
 * struct vsb_routes - the routes of a device
 * @prefix: of every port; NULL when there is none
 *
 * Under the lock of the datapath.
 */
struct vsb_routes {
	struct vsb_route *prefix;
};

struct vsb_route *vsb_route_new(struct vsb_context *ctx,
				const struct vsb_name *name);
struct socket *vsb_route_connect(const struct vsb_route *route, u32 port);
void vsb_route_put(struct vsb_route *route);

static inline struct vsb_route *vsb_route_get(struct vsb_route *route)
{
	refcount_inc(&route->ref);
	return route;
}

struct vsb_route *vsb_routes_find(struct vsb_routes *routes, u32 port);
void vsb_routes_destroy(struct vsb_routes *routes);

#endif /* VSB_ROUTE_H */
