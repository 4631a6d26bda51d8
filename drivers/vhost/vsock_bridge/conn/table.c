// SPDX-License-Identifier: GPL-2.0
/*
 * The flows that the guest knows, by their two ports.
 */
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "conn/table.h"

#define VSB_TABLE_BITS	12

/* Return: 0 or -ENOMEM. */
int vsb_table_init(struct vsb_table *table)
{
	table->buckets = kvcalloc(1U << VSB_TABLE_BITS, sizeof(*table->buckets),
				  GFP_KERNEL_ACCOUNT);
	if (!table->buckets)
		return -ENOMEM;
	table->seed = get_random_u32();
	return 0;
}

/* The table is empty. */
void vsb_table_destroy(struct vsb_table *table)
{
	kvfree(table->buckets);
}

static struct hlist_head *vsb_table_bucket(const struct vsb_table *table,
					   u32 host_port, u32 guest_port)
{
	u32 hash = jhash_2words(host_port, guest_port, table->seed);

	return &table->buckets[hash >> (32 - VSB_TABLE_BITS)];
}

/* Return: the flow between these ports, or NULL. */
struct vsb_flow *vsb_table_find(const struct vsb_table *table, u32 host_port,
				u32 guest_port)
{
	struct vsb_flow *flow;

	hlist_for_each_entry(flow, vsb_table_bucket(table, host_port,
						    guest_port), hash) {
		if (flow->host_port == host_port &&
		    flow->guest_port == guest_port)
			return flow;
	}
	return NULL;
}

void vsb_table_insert(struct vsb_table *table, struct vsb_flow *flow)
{
	hlist_add_head(&flow->hash, vsb_table_bucket(table, flow->host_port,
						     flow->guest_port));
	table->nr++;
}

/* Return: false when @flow was not in the table. */
bool vsb_table_remove(struct vsb_table *table, struct vsb_flow *flow)
{
	if (hlist_unhashed(&flow->hash))
		return false;
	hlist_del_init(&flow->hash);
	table->nr--;
	return true;
}

/* Return: the host port where the search for a free one begins. */
static u32 vsb_table_first_port(const struct vsb_table *table,
				const struct vsock_bridge_limits *limits)
{
	u32 first = limits->host_port_min, last = limits->host_port_max;
	u64 ports = (u64)last - first + 1;

	if (limits->flags & VSOCK_BRIDGE_LIMITS_RANDOM_PORTS)
		return first + (u32)((get_random_u32() * ports) >> 32);
	if (table->last_port < first || table->last_port >= last)
		return first;
	return table->last_port + 1;
}

/**
 * vsb_table_pick_port() - choose a host port
 * @table: the flows
 * @limits: the range of host ports
 * @guest_port: port of the guest side; the host port is free towards it
 *
 * Each flow takes one port, so a search of one port more than there are flows
 * finds a free one, if there is one.
 *
 * Return: the port; 0, which is never in the range, when all are taken.
 */
u32 vsb_table_pick_port(struct vsb_table *table,
			const struct vsock_bridge_limits *limits,
			u32 guest_port)
{
	u32 first = limits->host_port_min, last = limits->host_port_max;
	u32 left = min(last - first, table->nr) + 1;
	u32 port = vsb_table_first_port(table, limits);

	for (; left; left--) {
		if (!vsb_table_find(table, port, guest_port)) {
			table->last_port = port;
			return port;
		}
		port = port == last ? first : port + 1;
	}
	return 0;
}
