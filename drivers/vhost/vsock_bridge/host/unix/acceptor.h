/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_UNIX acceptors: listening sockets.
 */
#ifndef VSB_UNIX_ACCEPTOR_H
#define VSB_UNIX_ACCEPTOR_H

#include "host/acceptor.h"

struct path;
struct vsb_context;
struct vsb_name;
struct vsb_sockfile;

struct vsb_acceptor *vsb_unix_listen(struct vsb_context *ctx, int type,
				     const struct vsb_name *name,
				     const struct vsb_sockfile *file);
struct vsb_acceptor *vsb_unix_acceptor_from_fd(int fd, int type);
void vsb_unix_acceptor_unlink(const struct vsb_acceptor *acceptor);
const struct path *vsb_unix_acceptor_path(const struct vsb_acceptor *acceptor);

#endif /* VSB_UNIX_ACCEPTOR_H */
