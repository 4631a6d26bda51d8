/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Choose the connection that ends when max_connections or max_buffered is
 * reached, to make room for a new connection or for more bytes of the guest.
 *
 * All functions are called with the data path's lock held.
 */
#ifndef VSB_ROOM_H
#define VSB_ROOM_H

#include <linux/list.h>
#include <linux/types.h>

struct vsb_conn;
struct vsb_conntab;

/**
 * struct vsb_room - connections that can make room
 * @requested: connections in VSB_REQUESTED, least recently checked first
 * @stalled: connections that hold bytes which the host program has not taken,
 *	except those in VSB_LINGER; longest without progress first
 * @lingering: connections in VSB_LINGER that hold such bytes, in the same order
 */
struct vsb_room {
	struct list_head requested;
	struct list_head stalled;
	struct list_head lingering;
};

void vsb_room_init(struct vsb_room *room);
void vsb_room_request(struct vsb_conn *conn);
void vsb_room_progress(struct vsb_conn *conn);
void vsb_room_buffered(struct vsb_conn *conn);

bool vsb_room_for_conn(struct vsb_conntab *tab, u32 host_port, u32 guest_port);
bool vsb_room_for_connect(struct vsb_conntab *tab, u32 host_port,
			  u32 guest_port);
bool vsb_room_for_bytes(struct vsb_conn *conn, size_t need);

#endif /* VSB_ROOM_H */
