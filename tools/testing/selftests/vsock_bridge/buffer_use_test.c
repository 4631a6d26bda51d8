// SPDX-License-Identifier: GPL-2.0
/*
 * The device uses a buffer only for a packet that it has, and only of that
 * packet's queue. Each test stops the device before it checks, so that the device
 * cannot use a buffer later.
 */
#include "harness.h"

#include <endian.h>

#define PATTERN 0xa5

FIXTURE(buffer_use)
{
	struct bed bed;
	struct bed_pair pair;
	uint16_t rx_used;
	uint16_t tx_used;
};

static uint16_t used(const struct guest_ring *ring)
{
	return le16toh(__atomic_load_n(&ring->vr.used->idx, __ATOMIC_ACQUIRE));
}

FIXTURE_SETUP(buffer_use)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	self->rx_used = used(&self->bed.guest.rx);
	self->tx_used = used(&self->bed.guest.tx);
}

FIXTURE_TEARDOWN(buffer_use)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Fills the RX buffers, which the device may not read, with a pattern. */
static void paint(struct guest *g)
{
	for (unsigned int i = 0; i < g->nr_rx; i++) {
		memset(g->rx_bufs[i].hdr, PATTERN, GUEST_HDR_SIZE);
		memset(g->rx_bufs[i].data, PATTERN,
		       g->rx_bufs[i].size - GUEST_HDR_SIZE);
	}
}

static bool is_painted(const void *data, size_t len)
{
	const uint8_t *byte = data;

	while (len && *byte == PATTERN)
		byte++, len--;
	return !len;
}

static unsigned int unpainted(const struct guest *g)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < g->nr_rx; i++)
		n += !is_painted(g->rx_bufs[i].hdr, GUEST_HDR_SIZE) ||
		     !is_painted(g->rx_bufs[i].data,
				 g->rx_bufs[i].size - GUEST_HDR_SIZE);
	return n;
}

TEST_F(buffer_use, tx_packet_without_a_reply_uses_no_rx_buffer)
{
	struct guest *g = &self->bed.guest;

	paint(g);
	ASSERT_EQ(0, guest_conn_op(self->pair.conn,
				   VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				used(&g->tx) == (uint16_t)(self->tx_used + 1)));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(self->rx_used, used(&g->rx));
	EXPECT_EQ(0, unpainted(g));
}

TEST_F(buffer_use, one_reply_uses_one_chain_of_each_queue)
{
	struct guest *g = &self->bed.guest;
	struct vsock_bridge_stats before;

	ASSERT_EQ(0, bed_stats(g->fd, &before));
	ASSERT_EQ(0, guest_conn_op(self->pair.conn,
				   VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				used(&g->rx) != self->rx_used));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ((uint16_t)(self->rx_used + 1), used(&g->rx));
	EXPECT_EQ((uint16_t)(self->tx_used + 1), used(&g->tx));
	EXPECT_EQ(before.rx_packets_count + 1,
		  BED_STAT(&self->bed, rx_packets_count));
	EXPECT_EQ(before.tx_packets_count + 1,
		  BED_STAT(&self->bed, tx_packets_count));
}

TEST_F(buffer_use, rx_kick_uses_no_rx_buffer)
{
	struct guest *g = &self->bed.guest;
	uint64_t kicks = BED_STAT(&self->bed, rx_queue_event_count);

	paint(g);
	guest_ring_force_kick(&g->rx);
	EXPECT_EQ(kicks + 1, BED_AWAIT_STAT(&self->bed, rx_queue_event_count,
					    kicks + 1));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(self->rx_used, used(&g->rx));
	EXPECT_EQ(self->tx_used, used(&g->tx));
	EXPECT_EQ(0, unpainted(g));
}

TEST_F(buffer_use, incomplete_connect_line_uses_no_rx_buffer)
{
	struct guest *g = &self->bed.guest;
	int fd = uds_connect(self->bed.path);

	ASSERT_LE(0, fd);
	paint(g);
	ASSERT_EQ(0, uds_send(fd, "CONNECT 8", 9));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(self->rx_used, used(&g->rx));
	EXPECT_EQ(0, unpainted(g));
	close(fd);
}

TEST_HARNESS_MAIN
