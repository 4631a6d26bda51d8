// SPDX-License-Identifier: GPL-2.0
/*
 * No connection holds another one back. What is counted is how much the others
 * move while one byte goes its way, not how long it takes.
 */
#include "harness.h"

#include <endian.h>

#define RX_NUM	64
#define TX_NUM	32768
#define PINGS	20

FIXTURE(fair)
{
	struct bed bed;
	struct bed_pair ping;
};

FIXTURE_SETUP(fair)
{
	struct guest_config cfg = { .rx_num = RX_NUM, .tx_num = TX_NUM };

	BED_SETUP(&self->bed, &cfg);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->ping, 80));
}

FIXTURE_TEARDOWN(fair)
{
	close(self->ping.fd);
	BED_TEARDOWN(&self->bed);
}

/* As many bytes as the host socket takes. */
static void write_all(int fd)
{
	static const char data[65536];

	while (uds_send_now(fd, data, sizeof(data)) > 0)
		;
}

/* Reads all that has come, and keeps its writer's buffer full. */
static size_t read_bulk(struct bed_pair *bulk)
{
	static char data[GUEST_BUF_ALLOC];
	size_t n = guest_conn_recv(bulk->conn, data, sizeof(data));

	write_all(bulk->fd);
	return n;
}

/*
 * Flows that never end, and a byte that comes behind them. Before it are two
 * rounds that may be queued when it comes, for TX and RX, a turn of each flow,
 * and what lies in the RX buffers.
 */
TEST_F(fair, a_byte_to_the_guest_waits_for_one_turn_of_each_flow)
{
	enum { FLOWS = 8, TURN = 65536, ROUND = 256 };
	size_t bound = (2 * ROUND + RX_NUM) * GUEST_RX_BUF + FLOWS * TURN;
	struct bed_pair bulk[FLOWS];
	size_t most = 0, sum;
	char byte;

	for (int i = 0; i < FLOWS; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &bulk[i], 100 + i));
		write_all(bulk[i].fd);
	}
	for (int n = 0; n < PINGS; n++) {
		uint64_t deadline = deadline_in(WAIT_MS);

		for (int i = 0; i < FLOWS; i++)
			read_bulk(&bulk[i]);
		ASSERT_EQ(0, uds_send(self->ping.fd, "x", 1));
		for (sum = 0; !guest_conn_unread(self->ping.conn); ) {
			ASSERT_NE(0, deadline_left(deadline));
			guest_mux_poll(&self->bed.mux);
			for (int i = 0; i < FLOWS; i++)
				sum += read_bulk(&bulk[i]);
		}
		guest_conn_recv(self->ping.conn, &byte, 1);
		most = sum > most ? sum : most;
	}
	EXPECT_GE(bound, most);
	for (int i = 0; i < FLOWS; i++)
		close(bulk[i].fd);
}

/* The order in which the guest puts packets is its own; here for 2 flows. */
TEST_F(fair, a_byte_to_the_host_is_not_behind_a_reader_that_is_stuck)
{
	static char data[GUEST_TX_BUF];
	struct bed_pair stuck;
	char byte;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &stuck, 81));
	do {
		guest_conn_send(stuck.conn, data, sizeof(data), sizeof(data));
		ASSERT_EQ(0, bed_fence(&self->bed, &stuck));
	} while (guest_conn_credit(stuck.conn));
	for (int n = 0; n < PINGS; n++) {
		ASSERT_EQ(1, guest_conn_send(self->ping.conn, "x", 1, 1));
		ASSERT_EQ(0, uds_recv(self->ping.fd, &byte, 1));
		ASSERT_EQ(0, bed_echo(&self->bed, &self->ping));
	}
	EXPECT_EQ(0, guest_conn_credit(stuck.conn));
	EXPECT_FALSE(stuck.conn->reset);
	close(stuck.fd);
}

/* A guest that does not read, with writers that would like to go on. */
TEST_F(fair, a_byte_to_the_guest_is_not_behind_readers_that_are_stuck)
{
	enum { STUCK = 8 };
	struct bed_pair stuck[STUCK];

	for (int i = 0; i < STUCK; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &stuck[i], 100 + i));
		stuck[i].conn->no_updates = true;
		/* Until its window is full, and behind that the socket. */
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				(write_all(stuck[i].fd),
				 guest_conn_unread(stuck[i].conn) ==
				 stuck[i].conn->buf_alloc)));
		write_all(stuck[i].fd);
	}
	for (int n = 0; n < PINGS; n++)
		ASSERT_EQ(0, bed_echo(&self->bed, &self->ping));
	for (int i = 0; i < STUCK; i++) {
		EXPECT_EQ(stuck[i].conn->buf_alloc,
			  guest_conn_unread(stuck[i].conn));
		close(stuck[i].fd);
	}
}

static uint16_t used_idx(const struct guest_ring *ring)
{
	return le16toh(__atomic_load_n(&ring->vr.used->idx, __ATOMIC_ACQUIRE));
}

/* Chains that all have the same packet in them, put but not shown. */
static void put_copies(struct guest *g, struct guest_buf *b, unsigned int n)
{
	uint64_t gpa = guest_mem_gpa(&g->mem, b->hdr);

	for (unsigned int i = 0; i < n; i++) {
		int head = guest_ring_take(&g->tx, 1);

		guest_ring_write(&g->tx, head, gpa,
				 GUEST_HDR_SIZE + le32toh(b->hdr->len), 0, 0);
		guest_ring_post(&g->tx, head);
	}
}

/*
 * A whole ring of tiny packets with one kick, and a byte the other way: it must
 * not wait until the last of them is done.
 */
TEST_F(fair, a_byte_to_the_guest_is_not_behind_a_flood_of_packets)
{
	enum { FLOOD = 30000 };
	struct guest *g = &self->bed.guest;
	struct guest_buf *b = guest_tx_get(g);
	struct bed_pair flood;
	uint16_t before, done;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &flood, 81));
	*b->hdr = guest_hdr(g, VIRTIO_VSOCK_OP_CREDIT_UPDATE,
			    flood.conn->local, flood.conn->peer);
	b->hdr->buf_alloc = htole32(flood.conn->buf_alloc);
	guest_tx_reap(g);
	before = used_idx(&g->tx);
	put_copies(g, b, FLOOD);
	guest_ring_publish(&g->tx);
	ASSERT_EQ(0, uds_send(self->ping.fd, "x", 1));
	guest_ring_force_kick(&g->tx);
	while (!guest_ring_pending(&g->rx))
		ASSERT_GT(FLOOD, (uint16_t)(used_idx(&g->tx) - before));
	done = used_idx(&g->tx) - before;
	EXPECT_GT(FLOOD / 2, done);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(self->ping.conn) == 1));
	/* And the rest comes without another kick. */
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
			(uint16_t)(used_idx(&g->tx) - before) == FLOOD));
	close(flood.fd);
}

TEST_HARNESS_MAIN
