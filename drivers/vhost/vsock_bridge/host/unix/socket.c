// SPDX-License-Identifier: GPL-2.0
/*
 * Common parts of AF_UNIX host ends and acceptors: addresses, and the sockets
 * that the device creates.
 */
#include <linux/err.h>
#include <linux/net.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/un.h>

#include "host/unix/context.h"
#include "host/unix/name.h"
#include "host/unix/socket.h"

/* Return: the length of the address, or -ENAMETOOLONG. */
int vsb_socket_address(struct sockaddr_un *addr, const struct vsb_name *name)
{
	/* in the kernel, the NUL behind a path is not optional */
	size_t len = name->len + !vsb_name_is_abstract(name);

	if (len > sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, name->text, name->len);
	return offsetof(struct sockaddr_un, sun_path) + len;
}

/*
 * The socket is not a kernel socket: security modules treat it as a socket of
 * the current task, and it keeps its network namespace alive.
 */
struct socket *vsb_socket_create(struct vsb_context *ctx, int type)
{
	struct socket *sock;
	int ret;

	ret = __sock_create(ctx->net, AF_UNIX, type, 0, &sock, 0);
	return ret ? ERR_PTR(ret) : sock;
}
