/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows that the guest knows, by their two ports.
 *
 * The data path's lock protects everything in this file.
 */
#ifndef VSB_FLOWS_H
#define VSB_FLOWS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/vsock_bridge.h>

/**
 * struct vsb_flow - the packets between two ports; part of a connection
 * @hash: entry in one of the buckets
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
 * struct vsb_flows - the flows of a device
 * @buckets: hash table by both ports
 * @seed: random seed of the hash, so that a guest cannot fill one bucket on
 *	purpose
 * @nr: number of flows
 * @last_port: host port that vsb_flows_pick_port() returned last
 */
struct vsb_flows {
	struct hlist_head *buckets;
	u32 seed;
	u32 nr;
	u32 last_port;
};

int vsb_flows_init(struct vsb_flows *flows);
void vsb_flows_destroy(struct vsb_flows *flows);

struct vsb_flow *vsb_flows_find(const struct vsb_flows *flows, u32 host_port,
				u32 guest_port);
void vsb_flows_insert(struct vsb_flows *flows, struct vsb_flow *flow);
bool vsb_flows_remove(struct vsb_flows *flows, struct vsb_flow *flow);
u32 vsb_flows_pick_port(struct vsb_flows *flows,
			const struct vsock_bridge_limits *limits,
			u32 guest_port);

#endif /* VSB_FLOWS_H */
