/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that is a process of its own. The VMM's messages over a socket, in
 * the vhost-user protocol, replace the vhost ioctls.
 */
#ifndef VHOST_USER_H
#define VHOST_USER_H

struct guest;

/*
 * They replace guest_realize() and guest_run() for a guest whose fd is the
 * socket. The device already knows its CID. Return 0 or -errno.
 */
int vhost_user_realize(struct guest *g);
int vhost_user_run(struct guest *g);

#endif /* VHOST_USER_H */
