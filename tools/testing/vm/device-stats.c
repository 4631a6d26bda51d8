// SPDX-License-Identifier: GPL-2.0
/*
 * device-stats PID: prints the counters of the bridge that process PID, a VMM,
 * has open, one "name value" per line. The VMM is not asked: its descriptor is
 * borrowed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/vsock_bridge.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static int fail(const char *what)
{
	perror(what);
	return EXIT_FAILURE;
}

/* The number of the descriptor in that process, or negative. */
static int find_device(const char *pid)
{
	char path[64], target[64];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && fd < 0 && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target,
					 sizeof(target) - 1);

		target[len < 0 ? 0 : len] = 0;
		if (!strcmp(target, "/dev/vsock-bridge"))
			fd = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return fd;
}

int main(int argc, char **argv)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };
	int process, number, fd;
	size_t i;

	if (argc != 2) {
		fputs("usage: device-stats PID\n", stderr);
		return EXIT_FAILURE;
	}
	number = find_device(argv[1]);
	if (number < 0) {
		fputs("device-stats: no /dev/vsock-bridge there\n", stderr);
		return EXIT_FAILURE;
	}
	process = syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (process < 0)
		return fail("pidfd_open");
	fd = syscall(SYS_pidfd_getfd, process, number, 0);
	if (fd < 0)
		return fail("pidfd_getfd");
	if (ioctl(fd, VSOCK_BRIDGE_GET_STATS, &stats))
		return fail("VSOCK_BRIDGE_GET_STATS");
	for (i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		printf("%s %llu\n", counters[i].name,
		       *(unsigned long long *)((char *)&stats +
					       counters[i].offset));
	return EXIT_SUCCESS;
}
