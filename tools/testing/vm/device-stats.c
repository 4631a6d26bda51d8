// SPDX-License-Identifier: GPL-2.0
/*
 * device-stats PID: prints the counters of the bridge that process PID, a VMM,
 * has open, one "name value" per line. The VMM is not asked: its descriptor is
 * borrowed.
 */
#define _GNU_SOURCE
#include <linux/vsock_bridge.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "borrow.h"

#define COUNTER(name) { #name, offsetof(struct vsock_bridge_stats, name) }

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	COUNTER(connections),
	COUNTER(handshakes),
	COUNTER(lingering),
	COUNTER(sockets),
	COUNTER(connects_pending),
	COUNTER(buffered_bytes),
	COUNTER(rsts_pending),
	COUNTER(rx_queue_event_count),
	COUNTER(tx_queue_event_count),
	COUNTER(rx_packets_count),
	COUNTER(tx_packets_count),
	COUNTER(rx_bytes_count),
	COUNTER(tx_bytes_count),
	COUNTER(conns_added),
	COUNTER(conns_killed),
	COUNTER(conns_removed),
	COUNTER(rx_calls),
	COUNTER(tx_calls),
	COUNTER(rsts_sent),
	COUNTER(desc_chain_too_short_for_header),
	COUNTER(desc_chain_too_short_for_packet),
	COUNTER(invalid_pkt_len),
	COUNTER(unreadable_descriptor),
	COUNTER(unwritable_descriptor),
	COUNTER(desc_chain_overflow),
	COUNTER(iov_overflow),
	COUNTER(guest_memory),
	COUNTER(vring_broken),
	COUNTER(bad_src_cid),
	COUNTER(bad_dst_cid),
	COUNTER(bad_type),
	COUNTER(bad_op),
	COUNTER(unknown_flow),
	COUNTER(over_credit),
	COUNTER(tx_write_fails),
	COUNTER(rx_read_fails),
	COUNTER(too_many_connections),
	COUNTER(rst_overflow),
	COUNTER(no_memory),
	COUNTER(unix_connect_fails),
	COUNTER(unix_accept_fails),
	COUNTER(invalid_port_request),
	COUNTER(handshake_timeouts),
	COUNTER(connect_timeouts),
	COUNTER(shutdown_timeouts),
	COUNTER(handshake_evictions),
	COUNTER(host_ports_exhausted),
	COUNTER(ports_denied),
	COUNTER(over_buffered),
	COUNTER(oversized_messages),
	COUNTER(seqpacket_refused),
	COUNTER(activate_fails),
	COUNTER(cfg_fails),
	COUNTER(rx_queue_event_fails),
	COUNTER(tx_queue_event_fails),
	COUNTER(ev_queue_event_fails),
	COUNTER(event_fd_fails),
	COUNTER(virtio_state),
	COUNTER(unix_bind_fails),
	COUNTER(tx_flush_fails),
	COUNTER(guest_memory_bounds),
	COUNTER(no_data),
	COUNTER(empty_queue),
	COUNTER(muxer_event_fails),
	COUNTER(conn_event_fails),
	COUNTER(killq_resync),
	COUNTER(pkt_buf_missing),
	COUNTER(ev_queue_event_count),
	COUNTER(events_sent),
	COUNTER(event_calls),
};

int main(int argc, char **argv)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };
	size_t i;
	int fd;

	if (argc != 2) {
		fputs("usage: device-stats PID\n", stderr);
		return EXIT_FAILURE;
	}
	fd = borrow_device(argv[1]);
	if (fd < 0)
		return EXIT_FAILURE;
	if (ioctl(fd, VSOCK_BRIDGE_GET_STATS, &stats)) {
		perror("VSOCK_BRIDGE_GET_STATS");
		return EXIT_FAILURE;
	}
	printf("device %u\n", stats.device);
	for (i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		printf("%s %llu\n", counters[i].name,
		       *(unsigned long long *)((char *)&stats +
					       counters[i].offset));
	return EXIT_SUCCESS;
}
