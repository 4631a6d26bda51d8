// SPDX-License-Identifier: GPL-2.0
/*
 * More work arrives at once than one round of the device handles; the device
 * must handle all of it in order. The test blocks the device meanwhile.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "hold.h"

enum { MANY = 600 };

/* An emulated host with a debug kernel needs seconds for this many clients. */
#define TIMEOUT_MS	6000

FIXTURE(round)
{
	struct bed bed;
};

FIXTURE_SETUP(round)
{
	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	BED_SETUP(&self->bed, NULL);
}

FIXTURE_TEARDOWN(round)
{
	BED_TEARDOWN(&self->bed);
}

static void allow_files(void)
{
	struct rlimit limit = { 2 * MANY, 2 * MANY };

	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Limits the number of handshakes, and sets their timeout. */
static int set_handshakes(struct bed *bed, unsigned int max, unsigned int ms)
{
	return bed_set_limits(bed, BED_LIMITS(.max_handshakes = max,
					      .handshake_timeout_ms = ms));
}

TEST_F(round, handles_every_socket_event)
{
	static struct bed_pair pair[MANY];
	struct hold hold;

	allow_files();
	self->bed.mux.buf_alloc = 4096;
	for (int i = 0; i < MANY; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	for (int i = 0; i < MANY; i++)
		EXPECT_EQ(0, uds_send(pair[i].fd, "x", 1));
	hold_end(&hold);
	for (int i = 0; i < MANY; i++) {
		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair[i].conn) == 1));
	}
	for (int i = 0; i < MANY; i++)
		close(pair[i].fd);
}

TEST_F(round, handles_every_timeout)
{
	struct hold hold;
	int fd[MANY];

	allow_files();
	ASSERT_EQ(0, set_handshakes(&self->bed, MANY, TIMEOUT_MS));
	for (int i = 0; i < MANY; i++) {
		fd[i] = uds_connect(self->bed.path);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_EQ(MANY, BED_AWAIT_STAT(&self->bed, handshakes, MANY));
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd[0], POLLIN, TIMEOUT_MS + 100));
	hold_end(&hold);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(MANY, BED_STAT(&self->bed, handshake_timeouts));
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
}

TEST_F(round, accepts_every_client)
{
	struct hold hold;
	int fd[MANY];

	allow_files();
	ASSERT_EQ(0, set_handshakes(&self->bed, MANY, 60000));
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	for (int i = 0; i < MANY; i++) {
		fd[i] = uds_connect(self->bed.path);
		EXPECT_LE(0, fd[i]);
	}
	hold_end(&hold);
	EXPECT_EQ(MANY, BED_AWAIT_STAT(&self->bed, handshakes, MANY));
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
}

/* Host ports are assigned in order, so they show the order of the lines. */
TEST_F(round, handles_connect_lines_in_order)
{
	enum { N = 20 };
	struct hold hold;
	int fd[N];

	for (int i = 0; i < N; i++)
		fd[i] = uds_connect(self->bed.path);
	ASSERT_EQ(N, BED_AWAIT_STAT(&self->bed, handshakes, N));
	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	for (int i = 0; i < N; i++)
		EXPECT_EQ(0, uds_send(fd[i], "CONNECT 80\n", 11));
	hold_end(&hold);
	for (int i = 0; i < N; i++)
		EXPECT_NE(NULL, guest_accept(&self->bed.mux, 80,
					     deadline_in(WAIT_MS)));
	for (int i = 0; i < N; i++) {
		char line[32] = "";

		EXPECT_EQ(0, uds_recv_line(fd[i], line, sizeof(line)));
		EXPECT_EQ(BED_FIRST_PORT + i, strtoul(line + 3, NULL, 10));
		close(fd[i]);
	}
}

/* The first client has sent its line, but the device has not read it yet. */
TEST_F(round, does_not_evict_a_client_with_an_unread_line)
{
	struct hold hold;
	int first, next;
	char line[32];

	ASSERT_EQ(0, set_handshakes(&self->bed, 1, 60000));
	first = uds_connect(self->bed.path);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	next = uds_connect(self->bed.path);
	EXPECT_EQ(0, uds_send(first, "CONNECT 80\n", 11));
	hold_end(&hold);
	ASSERT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	EXPECT_EQ(0, uds_recv_line(first, line, sizeof(line)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	EXPECT_EQ(0, BED_STAT(&self->bed, handshake_evictions));
	close(first);
	close(next);
}

/* All clients have sent their lines before the device reads the first. */
TEST_F(round, serves_more_clients_than_max_handshakes)
{
	enum { N = 100, MAX = 4 };
	struct hold hold;
	int fd[N];

	ASSERT_EQ(0, set_handshakes(&self->bed, MAX, 60000));
	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	for (int i = 0; i < N; i++) {
		fd[i] = bed_client(&self->bed, 80);
		EXPECT_LE(0, fd[i]);
	}
	hold_end(&hold);
	for (int i = 0; i < N; i++)
		EXPECT_NE(NULL, guest_accept(&self->bed.mux, 80,
					     deadline_in(WAIT_MS)));
	EXPECT_EQ(0, BED_STAT(&self->bed, handshake_evictions));
	for (int i = 0; i < N; i++)
		close(fd[i]);
}

TEST_HARNESS_MAIN
