// SPDX-License-Identifier: GPL-2.0
/*
 * No connection starves another. The tests count how many bytes the others move
 * while one byte is in transit, not how long the byte takes.
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

/* Writes as many bytes as the host socket takes. */
static void write_all(int fd)
{
	static const char data[65536];

	while (uds_send_now(fd, data, sizeof(data)) > 0)
		;
}

/* Reads all received bytes, and refills the host socket's buffer. */
static size_t read_bulk(struct bed_pair *bulk)
{
	static char data[GUEST_BUF_ALLOC];
	size_t n = guest_conn_recv(bulk->conn, data, sizeof(data));

	write_all(bulk->fd);
	return n;
}

/*
 * A byte follows endless bulk flows. Ahead of it may be two queued rounds, for
 * TX and RX, one turn of each flow, and the contents of the RX buffers.
 */
TEST_F(fair, byte_to_guest_waits_at_most_one_turn_per_flow)
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

/* The guest alone decides the order of TX packets; here it has two flows. */
TEST_F(fair, stuck_host_reader_does_not_block_others)
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

/* The guest does not read some connections whose writers have more data. */
TEST_F(fair, stuck_guest_readers_do_not_block_others)
{
	enum { STUCK = 8 };
	struct bed_pair stuck[STUCK];

	for (int i = 0; i < STUCK; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &stuck[i], 100 + i));
		stuck[i].conn->no_updates = true;
		/* Fill the guest's window, and then the socket's buffer. */
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

/* Adds chains that all point to the same packet, without publishing them. */
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
 * One kick publishes a whole ring of tiny packets, and one byte goes the other
 * way. The byte must not wait until the device has processed them all.
 */
TEST_F(fair, byte_to_guest_overtakes_a_flood_of_tx_packets)
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
	/* The device processes the rest without another kick. */
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
			(uint16_t)(used_idx(&g->tx) - before) == FLOOD));
	close(flood.fd);
}

TEST_HARNESS_MAIN
