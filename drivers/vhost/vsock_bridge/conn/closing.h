/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Defer the release of host sockets until the data path's lock is dropped.
 *
 * Releasing a socket can put the last reference to a dentry, and evicting the
 * inode can block without bound (for instance on a frozen file system). A
 * connection that ends under the lock therefore only detaches its socket; the
 * task that holds the lock releases the socket after it has dropped the lock.
 */
#ifndef VSB_CLOSING_H
#define VSB_CLOSING_H

#include <linux/types.h>

struct list_head;
struct socket;
struct vsb_conn;

void vsb_closing_add(struct vsb_conn *conn, struct socket *sock);
void vsb_closing_finish(struct list_head *closing, bool wait);

#endif /* VSB_CLOSING_H */
