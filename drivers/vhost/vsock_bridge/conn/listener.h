/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A socket that host programs connect to, and the line with which they ask for
 * a guest port.
 *
 * Under the lock of the datapath.
 */
#ifndef VSB_LISTENER_H
#define VSB_LISTENER_H

#include <linux/timer.h>

#include "host/unix/socket.h"

struct sock;
struct socket;
struct vsb_conn;
struct vsb_conntab;

/**
 * struct vsb_listener - a listening socket
 * @tab: where clients become connections
 * @type: VIRTIO_VSOCK_TYPE_* of those connections
 * @sock: the socket
 * @lent: before there is an owner: one that is shared, which the device does not
 *	keep open; a reference is held; NULL when there is none
 * @shared: @sock is, or was, such a one
 * @again: has clients taken that were left in the backlog for want of memory, of
 *	whom no event will tell
 */
struct vsb_listener {
	struct vsb_conntab *tab;
	u16 type;
	struct vsb_socket sock;
	struct sock *lent;
	bool shared;
	struct timer_list again;
};

void vsb_listener_init(struct vsb_listener *listener, struct vsb_conntab *tab,
		       u16 type);
void vsb_listener_destroy(struct vsb_listener *listener);
void vsb_listener_open(struct vsb_listener *listener, struct socket *sock,
		       bool shared);
void vsb_listener_lend(struct vsb_listener *listener, struct socket *sock);
int vsb_listener_borrow(struct vsb_listener *listener);
void vsb_listener_return(struct vsb_listener *listener);
void vsb_listener_admit(struct vsb_listener *listener);
struct socket *vsb_listener_detach(struct vsb_listener *listener);
void vsb_listener_close(struct vsb_listener *listener);
bool vsb_listener_accept(struct vsb_listener *listener, unsigned int budget);
void vsb_listener_read_line(struct vsb_conn *conn);

#endif /* VSB_LISTENER_H */
