/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of a connection, to its host end and from it.
 *
 * The caller of each function holds the data path's lock.
 */
#ifndef VSB_IO_H
#define VSB_IO_H

#include <linux/types.h>

struct iov_iter;
struct vsb_conn;

void vsb_io_write(struct vsb_conn *conn, struct iov_iter *from, bool eom);
u32 vsb_io_offers(struct vsb_conn *conn);
long vsb_io_read(struct vsb_conn *conn, struct iov_iter *to, u32 offered,
		 bool *eom);
void vsb_io_host_event(struct vsb_conn *conn, int events);

#endif /* VSB_IO_H */
