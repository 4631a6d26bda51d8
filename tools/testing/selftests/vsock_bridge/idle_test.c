// SPDX-License-Identifier: GPL-2.0
/*
 * An idle device does nothing: nothing wakes its threads, however many
 * connections it has.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "process.h"

enum { CONNECTIONS = 1000, WATCH_MS = 2000 };

BED_FIXTURE(idle)

static long status_value(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	long value = -1;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			value = atol(line + strlen(name));
	if (f)
		fclose(f);
	return value;
}

/*
 * The number of context switches of the thread with this name; -1 if there is
 * none.
 */
static long switches_in(const char *folder, const char *name)
{
	pid_t id = process_find(folder, name);
	char path[64];

	if (!id)
		return -1;
	snprintf(path, sizeof(path), "%s/%d/status", folder, id);
	return status_value(path, "voluntary_ctxt_switches:") +
	       status_value(path, "nonvoluntary_ctxt_switches:");
}

/* The threads belong to the owner; before 6.4 they are kernel threads. */
static long switches(const char *prefix)
{
	char name[32];
	long n;

	snprintf(name, sizeof(name), "%s%d", prefix, getpid());
	n = switches_in("/proc/self/task", name);
	return n < 0 ? switches_in("/proc", name) : n;
}

/* Move the initial deadlines far away: their timer may fire without need. */
static int far_deadlines(struct bed *bed)
{
	return bed_set_limits(bed, BED_LIMITS(
			.handshake_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS,
			.connect_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS,
			.shutdown_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS));
}

static void expect_no_wakeups(struct __test_metadata *_metadata,
			      struct bed *bed)
{
	long worker, connector;
	int quiet;

	/*
	 * When the worker sleeps, it has processed everything, and the guest
	 * knows its credit. A packet from the device ends the wait.
	 */
	do {
		worker = switches("vsb-");
		quiet = guest_mux_step(&bed->mux, -1, 0, deadline_in(100));
	} while (quiet != -ETIMEDOUT || switches("vsb-") != worker);
	connector = switches("vsb-c-");
	ASSERT_LE(0, worker);
	ASSERT_LE(0, connector);
	EXPECT_EQ(-ETIMEDOUT, guest_mux_step(&bed->mux, -1, 0,
					     deadline_in(WATCH_MS)));
	EXPECT_EQ(worker, switches("vsb-"));
	EXPECT_EQ(connector, switches("vsb-c-"));
}

TEST_F(idle, device_without_connections_is_not_woken)
{
	expect_no_wakeups(_metadata, &self->bed);
}

TEST_F(idle, device_with_1000_idle_connections_is_not_woken)
{
	struct rlimit limit = { CONNECTIONS + 100, CONNECTIONS + 100 };
	static struct bed_pair pair[CONNECTIONS];

	setrlimit(RLIMIT_NOFILE, &limit);
	ASSERT_EQ(0, far_deadlines(&self->bed));
	self->bed.mux.buf_alloc = 4096;
	for (int i = 0; i < CONNECTIONS; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	/* Use some connections: an unused one would be idle in any case. */
	for (int i = 0; i < CONNECTIONS; i += 10)
		ASSERT_EQ(0, bed_echo(&self->bed, &pair[i]));
	expect_no_wakeups(_metadata, &self->bed);
	for (int i = 0; i < CONNECTIONS; i++)
		close(pair[i].fd);
}

/* Bytes that no reader takes cause no work. */
TEST_F(idle, device_with_stuck_readers_is_not_woken)
{
	static char data[1 << 20];
	struct bed_pair slow, full;

	ASSERT_EQ(0, far_deadlines(&self->bed));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &slow, 80));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &full, 81));
	do {
		guest_conn_send(slow.conn, data, sizeof(data), GUEST_TX_BUF);
		ASSERT_EQ(0, bed_fence(&self->bed, &slow));
		/* an update on its way may grant credit once more */
	} while (guest_conn_credit(slow.conn) ||
		 !BED_STAT(&self->bed, buffered_bytes));
	/*
	 * The device would ask about a full window from time to time, so use
	 * SHUTDOWN instead.
	 */
	guest_mux_poll(&self->bed.mux);
	ASSERT_EQ(0, guest_conn_shutdown(full.conn, VIRTIO_VSOCK_SHUTDOWN_RCV));
	ASSERT_EQ(0, bed_fence(&self->bed, &full));
	expect_no_wakeups(_metadata, &self->bed);
	close(slow.fd);
	close(full.fd);
}

TEST_HARNESS_MAIN
