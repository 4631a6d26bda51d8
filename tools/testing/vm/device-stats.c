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

#define COUNTER(NAME, name, text)					\
	{ #name, offsetof(struct vsock_bridge_stats, name) },

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	VSOCK_BRIDGE_STATS(COUNTER, COUNTER, COUNTER, COUNTER)
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
