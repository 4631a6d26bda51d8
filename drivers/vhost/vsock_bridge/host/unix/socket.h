/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common parts of AF_UNIX host ends and acceptors: addresses, and the sockets
 * that the device creates.
 */
#ifndef VSB_SOCKET_H
#define VSB_SOCKET_H

struct sockaddr_un;
struct socket;
struct vsb_context;
struct vsb_name;

int vsb_socket_address(struct sockaddr_un *addr, const struct vsb_name *name);
struct socket *vsb_socket_create(struct vsb_context *ctx, int type);

#endif /* VSB_SOCKET_H */
