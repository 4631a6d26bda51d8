/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Eviction: when max_connections or max_buffered is reached, these functions
 * choose the connection that ends, to make room for a new connection or for
 * more bytes of the guest.
 *
 * The caller of each function holds the data path's lock.
 */
#ifndef VSB_ROOM_H
#define VSB_ROOM_H

#include <linux/types.h>

struct vsb_conn;
struct vsb_conns;

bool vsb_room_for_conn(struct vsb_conns *conns, u32 host_port,
		       u32 guest_port);
bool vsb_room_for_connect(struct vsb_conns *conns, u32 host_port,
			  u32 guest_port);
bool vsb_room_for_bytes(struct vsb_conn *conn, size_t need);

#endif /* VSB_ROOM_H */
