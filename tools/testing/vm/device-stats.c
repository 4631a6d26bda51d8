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
	COUNTER(conns_added),
	COUNTER(conns_killed),
	COUNTER(conns_removed),
	COUNTER(rx_packets_count),
	COUNTER(tx_packets_count),
	COUNTER(rx_bytes_count),
	COUNTER(tx_bytes_count),
	COUNTER(rsts_sent),
	COUNTER(over_credit),
	COUNTER(vring_broken),
	COUNTER(guest_memory),
	COUNTER(bad_op),
	COUNTER(unknown_flow),
	COUNTER(too_many_connections),
	COUNTER(no_memory),
	COUNTER(unix_connect_fails),
	COUNTER(handshake_timeouts),
	COUNTER(connect_timeouts),
	COUNTER(shutdown_timeouts),
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
	for (i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		printf("%s %llu\n", counters[i].name,
		       *(unsigned long long *)((char *)&stats +
					       counters[i].offset));
	return EXIT_SUCCESS;
}
