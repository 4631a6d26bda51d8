// SPDX-License-Identifier: GPL-2.0
/*
 * A burst of small writes: the device waits for more bytes to coalesce, but it
 * delivers every byte whatever follows.
 */
#include "harness.h"

#include <sys/socket.h>

/* This many writes are a burst, and fit into any send buffer. */
#define ROW	40
#define PIECE	9

BED_FIXTURE(coalesce)

/* Writes a burst, piece by piece. */
static bool write_row(int fd, uint32_t seed, size_t at)
{
	uint8_t piece[PIECE];

	for (int i = 0; i < ROW; i++, at += PIECE) {
		bed_fill(piece, seed, at, PIECE);
		if (write(fd, piece, PIECE) != PIECE)
			return false;
	}
	return true;
}

/* Reads a whole burst. The guest sends nothing except credit updates. */
static bool read_row(struct guest_conn *conn, uint32_t seed, size_t at)
{
	uint8_t row[ROW * PIECE];

	return GUEST_UNTIL(conn->mux, guest_conn_unread(conn) >= sizeof(row)) &&
	       guest_conn_recv(conn, row, sizeof(row)) == sizeof(row) &&
	       bed_match(row, seed, at, sizeof(row));
}

TEST_F(coalesce, last_write_of_a_burst_arrives)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (size_t i = 0; i < 300; i++) {
		ASSERT_TRUE(write_row(pair.fd, 1, i * ROW * PIECE));
		ASSERT_TRUE(read_row(pair.conn, 1, i * ROW * PIECE)) {
			TH_LOG("burst %zu", i);
		}
	}
	close(pair.fd);
}

TEST_F(coalesce, single_byte_after_a_burst_arrives)
{
	struct bed_pair pair;
	uint8_t byte;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (size_t i = 0; i < 100; i++) {
		ASSERT_TRUE(write_row(pair.fd, 2, i * ROW * PIECE));
		ASSERT_TRUE(read_row(pair.conn, 2, i * ROW * PIECE));
		ASSERT_EQ(1, write(pair.fd, "x", 1));
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
					guest_conn_unread(pair.conn)));
		ASSERT_EQ(1, guest_conn_recv(pair.conn, &byte, 1));
		ASSERT_EQ('x', byte);
	}
	close(pair.fd);
}

TEST_F(coalesce, bursts_of_two_connections_arrive)
{
	struct bed_pair pair[2];

	for (int n = 0; n < 2; n++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[n], 80));
	for (size_t i = 0; i < 100; i++) {
		for (int n = 0; n < 2; n++)
			ASSERT_TRUE(write_row(pair[n].fd, 3 + n,
					      i * ROW * PIECE));
		for (int n = 0; n < 2; n++)
			ASSERT_TRUE(read_row(pair[n].conn, 3 + n,
					     i * ROW * PIECE));
	}
	for (int n = 0; n < 2; n++)
		close(pair[n].fd);
}

TEST_F(coalesce, eof_after_a_burst_arrives)
{
	struct bed_pair pair;

	for (uint32_t i = 0; i < 50; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		ASSERT_TRUE(write_row(pair.fd, i, 0));
		close(pair.fd);
		ASSERT_TRUE(read_row(pair.conn, i, 0));
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
					pair.conn->peer_shutdown));
	}
}

TEST_F(coalesce, burst_survives_stop_and_restart)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (size_t i = 0; i < 50; i++) {
		ASSERT_TRUE(write_row(pair.fd, 5, i * ROW * PIECE));
		ASSERT_EQ(0, guest_stop(g));
		ASSERT_EQ(0, guest_run(g));
		ASSERT_TRUE(read_row(pair.conn, 5, i * ROW * PIECE));
	}
	close(pair.fd);
}

TEST(device_closes_during_a_burst)
{
	for (uint32_t i = 0; i < 30; i++) {
		struct bed_pair pair;
		struct bed bed;

		BED_SETUP(&bed, NULL);
		ASSERT_EQ(0, bed_host_pair(&bed, &pair, 80));
		ASSERT_TRUE(write_row(pair.fd, i, 0));
		BED_TEARDOWN(&bed);
		/* EOF, or a reset if the device left some bytes unread */
		ASSERT_GE(0, recv(pair.fd, (char[1]){}, 1, 0));
		close(pair.fd);
	}
}

TEST_HARNESS_MAIN
