// SPDX-License-Identifier: GPL-2.0
/* The counters of a device. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "counters.h"
#include "diag.h"

#define COUNTER(kind, name)						\
	{ #name, COUNTER_##kind, offsetof(struct vsock_bridge_stats, name) }

#define GAUGE(name)	COUNTER(GAUGE, name)
#define COUNT(name)	COUNTER(COUNT, name)
#define ERROR(name)	COUNTER(ERROR, name)

const struct counter counters[] = {
	GAUGE(connections),
	GAUGE(handshakes),
	GAUGE(lingering),
	GAUGE(sockets),
	GAUGE(connects_pending),
	GAUGE(buffered_bytes),
	GAUGE(rsts_pending),
	COUNT(rx_queue_event_count),
	COUNT(tx_queue_event_count),
	COUNT(rx_packets_count),
	COUNT(tx_packets_count),
	COUNT(rx_bytes_count),
	COUNT(tx_bytes_count),
	COUNT(conns_added),
	COUNT(conns_killed),
	COUNT(conns_removed),
	COUNT(rx_calls),
	COUNT(tx_calls),
	COUNT(rsts_sent),
	ERROR(desc_chain_too_short_for_header),
	ERROR(desc_chain_too_short_for_packet),
	ERROR(invalid_pkt_len),
	ERROR(unreadable_descriptor),
	ERROR(unwritable_descriptor),
	ERROR(desc_chain_overflow),
	ERROR(iov_overflow),
	ERROR(guest_memory),
	ERROR(vring_broken),
	ERROR(bad_src_cid),
	ERROR(bad_dst_cid),
	ERROR(bad_type),
	ERROR(bad_op),
	ERROR(unknown_flow),
	ERROR(over_credit),
	ERROR(tx_write_fails),
	ERROR(rx_read_fails),
	ERROR(too_many_connections),
	ERROR(rst_overflow),
	ERROR(no_memory),
	ERROR(unix_connect_fails),
	ERROR(unix_accept_fails),
	ERROR(invalid_port_request),
	ERROR(handshake_timeouts),
	ERROR(connect_timeouts),
	ERROR(shutdown_timeouts),
	ERROR(handshake_evictions),
	ERROR(host_ports_exhausted),
	ERROR(ports_denied),
	ERROR(over_buffered),
	ERROR(oversized_messages),
	ERROR(seqpacket_refused),
	ERROR(activate_fails),
	ERROR(cfg_fails),
	ERROR(rx_queue_event_fails),
	ERROR(tx_queue_event_fails),
	ERROR(ev_queue_event_fails),
	ERROR(event_fd_fails),
	ERROR(virtio_state),
	ERROR(unix_bind_fails),
	ERROR(tx_flush_fails),
	ERROR(guest_memory_bounds),
	ERROR(no_data),
	ERROR(empty_queue),
	ERROR(muxer_event_fails),
	ERROR(conn_event_fails),
	ERROR(killq_resync),
	ERROR(pkt_buf_missing),
	COUNT(ev_queue_event_count),
	COUNT(events_sent),
	COUNT(event_calls),
	{}
};

static_assert(sizeof(struct vsock_bridge_stats) ==
	      offsetof(struct vsock_bridge_stats, connections) +
	      (sizeof(counters) / sizeof(*counters) - 1) * sizeof(__u64),
	      "each counter of the structure is in the table");

int counters_read(struct vsock_bridge_stats *stats, const struct device *device)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	if (!ioctl(device->fd, VSOCK_BRIDGE_GET_STATS, stats))
		return 0;
	if (errno == EIO)
		return 1;
	diag("cannot read the counters: %s: see dmesg(1)", strerror(errno));
	return -1;
}

__u64 counter_value(const struct counter *counter,
		    const struct vsock_bridge_stats *stats)
{
	return *(const __u64 *)((const char *)stats + counter->field);
}

__u64 counters_errors(const struct vsock_bridge_stats *stats)
{
	const struct counter *counter;
	__u64 sum = 0;

	for (counter = counters; counter->name; counter++)
		if (counter->kind == COUNTER_ERROR)
			sum += counter_value(counter, stats);
	return sum;
}
