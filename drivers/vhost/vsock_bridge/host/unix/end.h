/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_UNIX host ends: connected sockets.
 */
#ifndef VSB_UNIX_END_H
#define VSB_UNIX_END_H

struct socket;
struct vsb_context;
struct vsb_end;
struct vsb_name;

int vsb_unix_init_module(void);
void vsb_unix_exit_module(void);

struct vsb_end *vsb_unix_accept(struct socket *listener);
struct vsb_end *vsb_unix_connect(struct vsb_context *ctx, int type,
				 const struct vsb_name *name);

#endif /* VSB_UNIX_END_H */
