// SPDX-License-Identifier: GPL-2.0
/*
 * Where the connections of a guest go.
 *
 * A route does not change once it is made: to go elsewhere is to take another
 * one, and those who use the old one keep it as long as they need it.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "context.h"
#include "route.h"

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
 * vsb_route_connect() - connect, which may block in a path lookup
 * @route: where to
 * @port: the port that the guest wants
 *
 * Return: the socket, or an error as of connect(2).
 */
struct socket *vsb_route_connect(const struct vsb_route *route, u32 port)
{
	struct vsb_name name = route->name;
	struct vsb_context_saved saved;
	struct socket *sock;

	if (route->numbered && vsb_route_number(&name, port))
		return ERR_PTR(-ENAMETOOLONG);
	vsb_context_enter(route->ctx, &saved);
	sock = vsb_socket_connect(route->ctx, &name);
	vsb_context_leave(&saved);
	return sock;
}

/* Return: the route of @port, without a reference of its own; NULL if none. */
struct vsb_route *vsb_routes_find(struct vsb_routes *routes, u32 port)
{
	return routes->prefix;
}

void vsb_routes_destroy(struct vsb_routes *routes)
{
	vsb_route_put(routes->prefix);
	routes->prefix = NULL;
}
