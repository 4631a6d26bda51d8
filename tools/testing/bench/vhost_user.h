/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that is a process of its own: what a VMM says to it over a socket,
 * in the vhost-user protocol, in place of the vhost ioctls.
 */
#ifndef VHOST_USER_H
#define VHOST_USER_H

struct guest;

/*
 * In place of guest_realize() and guest_run(), for a guest whose fd is the
 * socket; the device knows its CID already. -errno.
 */
int vhost_user_realize(struct guest *g);
int vhost_user_run(struct guest *g);

#endif /* VHOST_USER_H */
