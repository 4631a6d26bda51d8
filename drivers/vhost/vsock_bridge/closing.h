/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host sockets that are to be closed when the lock of the data path is not held.
 *
 * The release of a socket can put the last reference to its file's dentry, and
 * a file system takes as long as it likes to evict an inode (a frozen one does
 * not end). So under the lock a connection only lets go of its socket; the
 * task that held the lock releases it behind the unlock.
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
