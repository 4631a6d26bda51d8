// SPDX-License-Identifier: GPL-2.0
/*
 * Small writes in a row: the device waits for more of them for a while, but none
 * is left behind, whatever comes next, or does not.
 */
#include "harness.h"

#include <sys/socket.h>

/* So many make a row for sure, and need less than any send buffer. */
#define ROW	40
#define PIECE	9

BED_FIXTURE(coalesce)

/* Writes a row, piece by piece. */
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

/* Takes a row in, all of it; the guest tells nothing but its credit. */
static bool read_row(struct guest_conn *conn, uint32_t seed, size_t at)
{
	uint8_t row[ROW * PIECE];

	return GUEST_UNTIL(conn->mux, guest_conn_unread(conn) >= sizeof(row)) &&
	       guest_conn_recv(conn, row, sizeof(row)) == sizeof(row) &&
	       bed_match(row, seed, at, sizeof(row));
}

TEST_F(coalesce, the_last_piece_of_each_row_arrives)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (size_t i = 0; i < 300; i++) {
		ASSERT_TRUE(write_row(pair.fd, 1, i * ROW * PIECE));
		ASSERT_TRUE(read_row(pair.conn, 1, i * ROW * PIECE)) {
			TH_LOG("row %zu", i);
		}
	}
	close(pair.fd);
}

TEST_F(coalesce, a_single_byte_behind_a_row_arrives)
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

TEST_F(coalesce, rows_of_two_connections_arrive)
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

TEST_F(coalesce, the_end_behind_a_row_arrives)
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

TEST_F(coalesce, a_row_that_waits_outlives_a_pause)
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

TEST(a_device_may_be_closed_while_a_row_waits)
{
	for (uint32_t i = 0; i < 30; i++) {
		struct bed_pair pair;
		struct bed bed;

		BED_SETUP(&bed, NULL);
		ASSERT_EQ(0, bed_host_pair(&bed, &pair, 80));
		ASSERT_TRUE(write_row(pair.fd, i, 0));
		BED_TEARDOWN(&bed);
		/* the end, or, where some of the row was not read, a reset */
		ASSERT_GE(0, recv(pair.fd, (char[1]){}, 1, 0));
		close(pair.fd);
	}
}

TEST_HARNESS_MAIN
