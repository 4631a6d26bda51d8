// SPDX-License-Identifier: GPL-2.0
/*
 * The flows that the guest knows, by their two ports.
 */
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "conn/flows.h"

#define VSB_FLOWS_BITS	12

/* Return: 0 or -ENOMEM. */
int vsb_flows_init(struct vsb_flows *flows)
{
	flows->buckets = kvcalloc(1U << VSB_FLOWS_BITS, sizeof(*flows->buckets),
				  GFP_KERNEL_ACCOUNT);
	if (!flows->buckets)
		return -ENOMEM;
	flows->seed = get_random_u32();
	return 0;
}

/* The caller ensures that no flows are left. */
void vsb_flows_destroy(struct vsb_flows *flows)
{
	kvfree(flows->buckets);
}

static struct hlist_head *vsb_flows_bucket(const struct vsb_flows *flows,
					   u32 host_port, u32 guest_port)
{
	u32 hash = jhash_2words(host_port, guest_port, flows->seed);

	return &flows->buckets[hash >> (32 - VSB_FLOWS_BITS)];
}

/* Return: the flow between these ports, or NULL. */
struct vsb_flow *vsb_flows_find(const struct vsb_flows *flows, u32 host_port,
				u32 guest_port)
{
	struct vsb_flow *flow;

	hlist_for_each_entry(flow, vsb_flows_bucket(flows, host_port,
						    guest_port), hash) {
		if (flow->host_port == host_port &&
		    flow->guest_port == guest_port)
			return flow;
	}
	return NULL;
}

void vsb_flows_insert(struct vsb_flows *flows, struct vsb_flow *flow)
{
	hlist_add_head(&flow->hash, vsb_flows_bucket(flows, flow->host_port,
						     flow->guest_port));
	flows->nr++;
}

/* Return: false if @flow was not in @flows. */
bool vsb_flows_remove(struct vsb_flows *flows, struct vsb_flow *flow)
{
	if (hlist_unhashed(&flow->hash))
		return false;
	hlist_del_init(&flow->hash);
	flows->nr--;
	return true;
}

/* Return: the host port where the search for a free one begins. */
static u32 vsb_flows_first_port(const struct vsb_flows *flows,
				const struct vsock_bridge_limits *limits)
{
	u32 first = limits->host_port_min, last = limits->host_port_max;
	u64 ports = (u64)last - first + 1;

	if (limits->flags & VSOCK_BRIDGE_LIMITS_RANDOM_PORTS)
		return first + (u32)((get_random_u32() * ports) >> 32);
	if (flows->last_port < first || flows->last_port >= last)
		return first;
	return flows->last_port + 1;
}

/**
 * vsb_flows_pick_port() - choose a host port
 * @flows: the flows
 * @limits: the range of host ports
 * @guest_port: the guest port to which the host port is to be free
 *
 * Each flow takes one port. Therefore a search of one port more than there are
 * flows finds a free port, if there is one.
 *
 * Return: the port; 0, which is never in the range, if all ports are taken.
 */
u32 vsb_flows_pick_port(struct vsb_flows *flows,
			const struct vsock_bridge_limits *limits,
			u32 guest_port)
{
	u32 first = limits->host_port_min, last = limits->host_port_max;
	u32 left = min(last - first, flows->nr) + 1;
	u32 port = vsb_flows_first_port(flows, limits);

	for (; left; left--) {
		if (!vsb_flows_find(flows, port, guest_port)) {
			flows->last_port = port;
			return port;
		}
		port = port == last ? first : port + 1;
	}
	return 0;
}
