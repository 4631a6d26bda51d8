/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host end: the sockets that host programs connect to, and the destination of
 * the guest's connections.
 */
#ifndef VSB_HOST_END_H
#define VSB_HOST_END_H

#include <linux/types.h>

#include "dev/dev.h"
#include "host/unix/name.h"
#include "host/unix/sockfile.h"

struct vsb_acceptor;
struct vsb_ownfile;
struct vsb_route;

/**
 * struct vsb_host_end_plan - a host end that is to be built
 * @flags: VSOCK_BRIDGE_UDS_* bits, consistent with each other
 * @name: path or abstract name
 * @sockfile: mode and owner of socket files
 * @fd: with VSOCK_BRIDGE_UDS_LISTEN_FD: the stream socket
 * @seqpacket_fd: with VSOCK_BRIDGE_UDS_SEQPACKET_FD: the SEQPACKET socket
 * @dir_fd: with VSOCK_BRIDGE_UDS_DIR_FD: the directory where relative paths
 *	start
 * @unlink_on_close: the socket file is removed with the host end
 */
struct vsb_host_end_plan {
	u32 flags;
	struct vsb_name name;
	struct vsb_sockfile sockfile;
	int fd;
	int seqpacket_fd;
	int dir_fd;
	bool unlink_on_close;
};

/**
 * struct vsb_host_end - a host end, outside the device
 * @view: its name, and the VSOCK_BRIDGE_DEVICE_* bits that describe it
 * @acceptor: the sockets for host programs; NULL if there is none
 * @route: the destination of the guest's connections; NULL if they are refused
 * @file: socket file that is removed with the host end; or NULL
 * @bind_failed: the build failed because a socket could not be bound
 */
struct vsb_host_end {
	struct vsb_host_end_view view;
	struct vsb_acceptor *acceptor[VSB_LISTENERS];
	struct vsb_route *route;
	struct vsb_ownfile *file;
	bool bind_failed;
};

long vsb_host_end_build(struct vsb_host_end *end,
			const struct vsb_host_end_plan *plan);
long vsb_host_end_lock(const struct vsb_host_end *end, struct vsb_dev *dev);
void vsb_host_end_install(struct vsb_host_end *end, struct vsb_dev *dev);
void vsb_host_end_unlock(struct vsb_dev *dev);
void vsb_host_end_discard(struct vsb_host_end *end);

/* Return: true if the device binds a socket. */
static inline bool vsb_host_end_binds(u32 flags)
{
	return !(flags & (VSOCK_BRIDGE_UDS_LISTEN_FD |
			  VSOCK_BRIDGE_UDS_NO_LISTEN));
}

/* Return: true if the guest's connections go to sockets by the name. */
static inline bool vsb_host_end_connects(u32 flags)
{
	return !(flags & VSOCK_BRIDGE_UDS_NO_CONNECT);
}

#endif /* VSB_HOST_END_H */
