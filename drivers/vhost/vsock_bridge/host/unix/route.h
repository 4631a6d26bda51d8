/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes to AF_UNIX sockets.
 */
#ifndef VSB_UNIX_ROUTE_H
#define VSB_UNIX_ROUTE_H

#include <linux/types.h>

struct vsb_context;
struct vsb_name;
struct vsb_route;

struct vsb_route *vsb_unix_route_new(struct vsb_context *ctx,
				     const struct vsb_name *name,
				     bool numbered);

#endif /* VSB_UNIX_ROUTE_H */
