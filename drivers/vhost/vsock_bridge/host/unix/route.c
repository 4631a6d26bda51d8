// SPDX-License-Identifier: GPL-2.0
/*
 * Routes to AF_UNIX sockets.
 */
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/route.h"
#include "host/unix/context.h"
#include "host/unix/end.h"
#include "host/unix/name.h"
#include "host/unix/route.h"

/**
 * struct vsb_unix_route - a name, and the context in which it is resolved
 * @route: the part that all kinds have
 * @ctx: the context
 * @name: the name
 * @numbered: the name of the socket is @name followed by the port
 */
struct vsb_unix_route {
	struct vsb_route route;
	struct vsb_context *ctx;
	struct vsb_name name;
	bool numbered;
};

static struct vsb_unix_route *vsb_unix_route(const struct vsb_route *route)
{
	return container_of(route, struct vsb_unix_route, route);
}

static int vsb_name_append_port(struct vsb_name *name, u32 port)
{
	char digits[sizeof("4294967295")];
	unsigned int len = scnprintf(digits, sizeof(digits), "%u", port);

	if (len > sizeof(name->text) - name->len)
		return -ENAMETOOLONG;
	memcpy(name->text + name->len, digits, len);
	name->len += len;
	return 0;
}

static struct vsb_end *vsb_unix_route_connect(struct vsb_route *route, u32 port,
					      int type)
{
	struct vsb_unix_route *unx = vsb_unix_route(route);
	struct vsb_name name = unx->name;
	struct vsb_context_saved saved;
	struct vsb_end *end;
	int ret;

	ret = unx->numbered ? vsb_name_append_port(&name, port) : 0;
	if (ret)
		return ERR_PTR(ret);
	vsb_context_enter(unx->ctx, &saved);
	end = vsb_unix_connect(unx->ctx, type, &name);
	vsb_context_leave(&saved);
	return end;
}

/*
 * A worker that is a kernel thread (before Linux 6.4) does not have the owner's
 * root, so there is nothing to compare the context with.
 */
static bool vsb_unix_route_is_jailed(const struct vsb_route *route)
{
	return (current->flags & PF_KTHREAD) ||
	       vsb_context_is_jailed(vsb_unix_route(route)->ctx);
}

/* May sleep, because the context holds directories. */
static void vsb_unix_route_free(struct vsb_route *route)
{
	struct vsb_unix_route *unx = vsb_unix_route(route);

	vsb_context_free(unx->ctx);
	kfree(unx);
}

static u32 vsb_unix_route_describe(const struct vsb_route *route, char *to,
				   u32 size)
{
	const struct vsb_name *name = &vsb_unix_route(route)->name;
	u32 len = min_t(u32, name->len, size);

	memcpy(to, name->text, len);
	return len;
}

static const struct vsb_route_ops vsb_unix_route_ops = {
	.connect = vsb_unix_route_connect,
	.is_jailed = vsb_unix_route_is_jailed,
	.describe = vsb_unix_route_describe,
	.free = vsb_unix_route_free,
};

/**
 * vsb_unix_route_new() - make a route
 * @ctx: the context of the name; the route owns it, even if this call fails
 * @name: the name
 * @numbered: the port that the guest requested follows the name
 *
 * Return: the route, with one reference; NULL if there is no memory.
 */
struct vsb_route *vsb_unix_route_new(struct vsb_context *ctx,
				     const struct vsb_name *name,
				     bool numbered)
{
	struct vsb_unix_route *unx = kzalloc(sizeof(*unx), GFP_KERNEL_ACCOUNT);

	if (!unx) {
		vsb_context_free(ctx);
		return NULL;
	}
	vsb_route_init(&unx->route, &vsb_unix_route_ops);
	unx->ctx = ctx;
	unx->name = *name;
	unx->numbered = numbered;
	return &unx->route;
}
