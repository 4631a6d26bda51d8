/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows that the guest knows, by their two ports.
 *
 * The data path's lock protects everything in here.
 */
#ifndef VSB_TABLE_H
#define VSB_TABLE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/vsock_bridge.h>

/**
 * struct vsb_flow - the packets between two ports; part of a connection
 * @hash: entry in one of the table's buckets
 * @host_port: port of the host side
 * @guest_port: port of the guest side
 *
 * The ports do not change once the guest or the connector knows them.
 */
struct vsb_flow {
	struct hlist_node hash;
	u32 host_port;
	u32 guest_port;
};

/**
 * struct vsb_table - the flows of a device
 * @buckets: hash of both ports
 * @seed: of the hash, so that a guest cannot fill one bucket on purpose
 * @nr: number of flows
 * @last_port: host port that vsb_table_pick_port() returned last
 */
struct vsb_table {
	struct hlist_head *buckets;
	u32 seed;
	u32 nr;
	u32 last_port;
};

int vsb_table_init(struct vsb_table *table);
void vsb_table_destroy(struct vsb_table *table);

struct vsb_flow *vsb_table_find(const struct vsb_table *table, u32 host_port,
				u32 guest_port);
void vsb_table_insert(struct vsb_table *table, struct vsb_flow *flow);
bool vsb_table_remove(struct vsb_table *table, struct vsb_flow *flow);
u32 vsb_table_pick_port(struct vsb_table *table,
			const struct vsock_bridge_limits *limits,
			u32 guest_port);

#endif /* VSB_TABLE_H */
