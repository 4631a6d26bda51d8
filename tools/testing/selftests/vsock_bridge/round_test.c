// SPDX-License-Identifier: GPL-2.0
/*
 * What comes at once: more than one round of the device deals with, in the order
 * in which it came. The device is held up while it happens.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "hold.h"

enum { MANY = 600 };

/* An emulated host that looks for mistakes takes seconds for that many clients. */
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

/* Clients in the handshake, for as long as they like. */
static int set_handshakes(struct bed *bed, unsigned int max, unsigned int ms)
{
	return bed_set_limits(bed, BED_LIMITS(.max_handshakes = max,
					      .handshake_timeout_ms = ms));
}

TEST_F(round, of_events_ends_with_the_last_one)
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

TEST_F(round, of_timeouts_ends_with_the_last_one)
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

TEST_F(round, of_clients_ends_with_the_last_one)
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

/* First come, first served: host ports are given in turn. */
TEST_F(round, of_lines_is_in_the_order_in_which_they_came)
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

/* The line is there, but the device has not looked at it. */
TEST_F(round, of_clients_evicts_none_that_waits_for_its_turn)
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

/* They have all said their lines before one of them is looked at. */
TEST_F(round, of_clients_serves_more_than_may_wait)
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
