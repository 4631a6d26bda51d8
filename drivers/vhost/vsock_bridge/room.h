/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for one more connection, and for more bytes of the guest: which
 * connection makes it when a limit is reached.
 *
 * Under the lock of the datapath.
 */
#ifndef VSB_ROOM_H
#define VSB_ROOM_H

#include <linux/list.h>
#include <linux/types.h>

struct vsb_conn;
struct vsb_conntab;

/**
 * struct vsb_room - connections that can make room
 * @requested: those that wait for the guest's RESPONSE, in the order in which
 *	they were last looked at
 * @stalled: open ones with bytes that the host program has not taken, longest
 *	without progress first
 * @lingering: the same of those that the guest has closed
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
