// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes through a connection, in both directions. The guest fixture checks in
 * every test that the device respects the guest's credit and packet limit.
 */
#include "harness.h"

FIXTURE(stream)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(stream)
{
	struct bed_flow flow;
	uint32_t buf_alloc;
};

#define FLOW(name, ...) \
FIXTURE_VARIANT_ADD(stream, name) { __VA_ARGS__ }

#define BOTH(n) .to_host = (n), .to_guest = (n)

FLOW(one_byte, .flow = { BOTH(1), .seed = 1 });
FLOW(one_packet, .flow = { BOTH(3732), .seed = 2 });
FLOW(one_packet_and_a_byte, .flow = { BOTH(3733), .seed = 3 });
FLOW(sixty_four_kib, .flow = { BOTH(65536), .seed = 4 });
FLOW(sixty_four_kib_and_a_byte, .flow = { BOTH(65537), .seed = 5 });
FLOW(one_mib, .flow = { BOTH(1 << 20), .seed = 6 });
FLOW(one_mib_to_host, .flow = { .to_host = 1 << 20, .seed = 7 });
FLOW(one_mib_to_guest, .flow = { .to_guest = 1 << 20, .seed = 8 });
FLOW(small_packets, .flow = { BOTH(30000), .packet = 13, .chunk = 17,
			      .seed = 9 });
FLOW(single_bytes, .flow = { BOTH(3000), .packet = 1, .chunk = 1,
			     .seed = 10 });
FLOW(odd_packets, .flow = { BOTH(300001), .packet = 4097, .chunk = 4099,
			    .seed = 11 });
FLOW(small_window, .flow = { BOTH(200000), .seed = 12 }, .buf_alloc = 4096);
FLOW(tiny_packets_in_a_small_window,
	.flow = { BOTH(20000), .packet = 3, .chunk = 3, .seed = 13 },
	.buf_alloc = 8192);
FLOW(window_of_16_mib, .flow = { BOTH(4 << 20), .seed = 16 },
	.buf_alloc = VSOCK_BRIDGE_MAX_BUF_ALLOC);
FLOW(window_of_64_kib, .flow = { BOTH(1 << 20), .seed = 14 },
	.buf_alloc = 65536);
FLOW(small_writes_of_the_host,
	.flow = { .to_guest = 100000, .chunk = 50, .seed = 15 });

FIXTURE_SETUP(stream)
{
	BED_SETUP(&self->bed, NULL);
	if (variant->buf_alloc) {
		self->bed.mux.buf_alloc = variant->buf_alloc;
		ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
				.buf_alloc = variant->buf_alloc)));
	}
}

FIXTURE_TEARDOWN(stream)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(stream, arrives_on_a_host_connection)
{
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &variant->flow));
}

TEST_F(stream, arrives_on_a_guest_connection)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &variant->flow));
}

/* Several connections that move bytes at the same time. */
BED_FIXTURE(streams)

TEST_F(streams, are_not_mixed)
{
	enum { N = 8, ROUNDS = 20, PIECE = 10000 };
	struct bed_pair pair[N];

	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < N; i++) {
			struct bed_flow flow = {
				BOTH(PIECE), .seed = r * N + i,
			};

			ASSERT_EQ(0, bed_move(&self->bed, &pair[i], &flow));
		}
	}
	for (int i = 0; i < N; i++)
		close(pair[i].fd);
}

/* A host program writes to a guest that does not read. */
TEST_F(streams, stalled_guest_reader_does_not_block_another)
{
	struct bed_flow flow = { BOTH(100000) };
	struct bed_pair stuck, live;
	char data[65536];

	ASSERT_EQ(0, bed_host_pair(&self->bed, &stuck, 80));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &live, 80));
	memset(data, 0, sizeof(data));
	while (uds_send_now(stuck.fd, data, sizeof(data)) > 0)
		guest_mux_poll(&self->bed.mux);
	ASSERT_EQ(0, bed_move(&self->bed, &live, &flow));
	close(stuck.fd);
	close(live.fd);
}

/* A guest writes to a host program that does not read. */
TEST_F(streams, stalled_host_reader_does_not_block_another)
{
	struct bed_flow flow = { BOTH(100000) };
	struct bed_pair stuck, live;
	char data[65536] = { 0 };

	ASSERT_EQ(0, bed_host_pair(&self->bed, &stuck, 80));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &live, 80));
	do {
		guest_conn_send(stuck.conn, data, sizeof(data), GUEST_TX_BUF);
		ASSERT_EQ(0, bed_fence(&self->bed, &live));
		ASSERT_EQ(0, bed_fence(&self->bed, &stuck));
	} while (guest_conn_credit(stuck.conn));
	ASSERT_EQ(0, bed_move(&self->bed, &live, &flow));
	close(stuck.fd);
	close(live.fd);
}

TEST_F(streams, to_host_continues_without_rx_buffers)
{
	struct guest *g = &self->bed.guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));
	struct bed_pair pair;
	char data[50000] = {};

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &pair, held));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	for (int i = 0; i < 100; i++) {
		bed_fill(data, i, 0, 500);
		ASSERT_EQ(0, guest_conn_send_packet(pair.conn, data, 500));
		ASSERT_EQ(0, uds_recv(pair.fd, data, 500));
		ASSERT_TRUE(bed_match(data, i, 0, 500));
	}
	EXPECT_FALSE(guest_ring_pending(&g->rx));
	free(held);
	close(pair.fd);
}

TEST_F(streams, to_guest_resumes_once_rx_buffers_return)
{
	struct guest *g = &self->bed.guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));
	struct bed_pair pair;
	char data[100000];

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &pair, held));
	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == sizeof(data)));
	ASSERT_EQ(sizeof(data), guest_conn_recv(pair.conn, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
	free(held);
	close(pair.fd);
}

TEST_HARNESS_MAIN
