// SPDX-License-Identifier: GPL-2.0
/* Virtqueues of all sizes and layouts, and their notifications. */
#include "harness.h"

#include <sched.h>

#define NO_EVENT_IDX	(1ULL << VIRTIO_F_VERSION_1)
#define ON_EMPTY	(1ULL << VIRTIO_F_VERSION_1 | \
			 1ULL << VIRTIO_F_NOTIFY_ON_EMPTY)

FIXTURE(vring)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(vring)
{
	struct guest_config cfg;
	uint16_t start;
};

#define SHAPE(name, ...) \
FIXTURE_VARIANT_ADD(vring, name) { .cfg = { __VA_ARGS__ } }

SHAPE(of_one_descriptor, .rx_num = 1, .tx_num = 1);
SHAPE(of_two_descriptors, .rx_num = 2, .tx_num = 2);
SHAPE(of_1024_descriptors, .rx_num = 1024, .tx_num = 1024);
SHAPE(of_32768_descriptors, .rx_num = 32768, .tx_num = 32768);
SHAPE(of_different_sizes, .rx_num = 4, .tx_num = 512);
SHAPE(split, .rx_layout = GUEST_SPLIT, .tx_layout = GUEST_SPLIT);
SHAPE(scatter, .rx_layout = GUEST_SCATTER, .tx_layout = GUEST_SCATTER);
SHAPE(indirect, .rx_layout = GUEST_INDIRECT, .tx_layout = GUEST_INDIRECT);
SHAPE(no_event_idx, .features = NO_EVENT_IDX);
SHAPE(no_event_idx_of_two, .features = NO_EVENT_IDX, .rx_num = 2, .tx_num = 2);
SHAPE(in_order, .features = GUEST_FEATURES | 1ULL << VIRTIO_F_IN_ORDER);
SHAPE(notify_on_empty, .features = ON_EMPTY);
SHAPE(rx_buffers_of_45_bytes, .rx_buf = 45);
SHAPE(rx_buffers_of_100_bytes, .rx_buf = 100);
SHAPE(rx_buffers_of_4_kib, .rx_buf = 4096);
SHAPE(rx_buffers_of_64_kib, .rx_buf = 65536 + GUEST_HDR_SIZE,
	.rx_layout = GUEST_SCATTER);
FIXTURE_VARIANT_ADD(vring, whose_indices_wrap)
{
	.start = 0xfffd,
};
FIXTURE_VARIANT_ADD(vring, whose_indices_wrap_without_event_idx)
{
	.cfg = { .features = NO_EVENT_IDX },
	.start = 0xfffd,
};

FIXTURE_SETUP(vring)
{
	struct guest *g = &self->bed.guest;

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(&self->bed, &variant->cfg));
	guest_ring_start_at(&g->rx, variant->start);
	guest_ring_start_at(&g->tx, variant->start);
	ASSERT_EQ(0, guest_realize(g));
	ASSERT_EQ(0, guest_run(g));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(vring)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(vring, carries_both_directions)
{
	bool tiny = variant->cfg.rx_buf && variant->cfg.rx_buf < 1000;
	struct bed_flow flow = {
		.to_host = 400000,
		.to_guest = tiny ? 20000 : 400000,
		.seed = 1,
	};

	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

TEST_F(vring, stop_leaves_no_chain_taken_but_unused)
{
	struct bed_flow flow = { .to_host = 100000, .to_guest = 5000 };
	struct guest *g = &self->bed.guest;

	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(g->rx.base, g->rx.vr.used->idx);
	EXPECT_EQ(g->tx.base, g->tx.vr.used->idx);
}

/* Waits until the device has used all TX chains, without requesting a call. */
static bool tx_is_used(struct guest_ring *tx)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	uint16_t *idx = &tx->vr.used->idx;

	while (__atomic_load_n(idx, __ATOMIC_ACQUIRE) != tx->shown_idx) {
		if (!deadline_left(deadline))
			return false;
		sched_yield();
	}
	return true;
}

static bool is_called_for_a_packet(struct guest *g, struct bed_pair *pair)
{
	struct guest_ring *tx = &g->tx;
	struct pollfd p = { .fd = tx->call, .events = POLLIN };
	char byte = 0;

	if (!tx_is_used(tx))
		return false;
	guest_tx_reap(g);
	guest_ring_drain_calls(tx);
	return guest_ring_calls_on(tx) &&
	       guest_conn_send(pair->conn, &byte, 1, 1) == 1 &&
	       poll(&p, 1, WAIT_MS) == 1;
}

/*
 * With NOTIFY_ON_EMPTY, the device sends a call whenever a ring becomes empty.
 */
/* NOTIFY_ON_EMPTY overrides disabled calls (virtio 1.3, 6.3). */
TEST_F(vring, no_calls_while_disabled)
{
	bool override = variant->cfg.features == ON_EMPTY;
	uint64_t calls, deadline = deadline_in(WAIT_MS);
	struct guest_ring *tx = &self->bed.guest.tx;
	unsigned int n = tx->vr.num < 10 ? tx->vr.num : 10;
	char bytes[10] = { 0 };

	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	/* the device sends deferred calls together with a requested one */
	ASSERT_TRUE(is_called_for_a_packet(&self->bed.guest, &self->pair));
	ASSERT_EQ(0, uds_recv(self->pair.fd, bytes, 1));
	guest_tx_reap(&self->bed.guest);
	guest_ring_calls_off(tx);
	guest_ring_drain_calls(tx);
	for (unsigned int i = 0; i < n; i++)
		guest_conn_send(self->pair.conn, bytes, 1, 1);
	ASSERT_EQ(0, uds_recv(self->pair.fd, bytes, n));
	ASSERT_TRUE(tx_is_used(tx));
	/* the device sends the call after it writes the used index */
	calls = guest_ring_drain_calls(tx);
	while (override && !calls && deadline_left(deadline))
		calls = guest_ring_drain_calls(tx);
	EXPECT_EQ(override, calls > 0);
}

TEST_F(vring, requested_call_is_sent)
{
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_TRUE(is_called_for_a_packet(&self->bed.guest, &self->pair));
}

/* A call requested while there is no eventfd is not lost. */
TEST_F(vring, requested_call_goes_to_a_later_eventfd)
{
	struct guest *g = &self->bed.guest;
	struct guest_ring *tx = &g->tx;
	struct pollfd p = { .fd = tx->call, .events = POLLIN };
	char byte = 0;

	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	ASSERT_TRUE(tx_is_used(tx));
	guest_tx_reap(g);
	guest_ring_drain_calls(tx);
	ASSERT_TRUE(guest_ring_calls_on(tx));
	ASSERT_EQ(0, guest_ring_set_file(tx, g->fd, VHOST_SET_VRING_CALL, -1));
	ASSERT_EQ(1, guest_conn_send(self->pair.conn, &byte, 1, 1));
	ASSERT_TRUE(tx_is_used(tx));
	ASSERT_EQ(0, guest_ring_set_file(tx, g->fd, VHOST_SET_VRING_CALL,
					 tx->call));
	guest_tx_reap(g);
	ASSERT_EQ(1, guest_conn_send(self->pair.conn, &byte, 1, 1));
	EXPECT_EQ(1, poll(&p, 1, WAIT_MS));
}

/* RX buffers with room for a header only. */
FIXTURE(header_only)
{
	struct bed bed;
};

FIXTURE_SETUP(header_only)
{
	struct guest_config cfg = { .rx_buf = GUEST_HDR_SIZE };

	BED_SETUP(&self->bed, &cfg);
}

FIXTURE_TEARDOWN(header_only)
{
	bed_close(&self->bed);
}

TEST_F(header_only, buffers_block_payload_but_nothing_else)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair;
	char byte;

	/* A handshake needs headers only. */
	ASSERT_EQ(0, bed_host_pair(bed, &pair, 80));
	/* No payload fits, so the buffers come back empty. */
	ASSERT_EQ(0, uds_send(pair.fd, "x", 1));
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux,
			BED_STAT(bed, desc_chain_too_short_for_header)));
	ASSERT_EQ(0, guest_conn_send_packet(pair.conn, "y", 1));
	EXPECT_EQ(0, uds_recv(pair.fd, &byte, 1));
	EXPECT_EQ(0, BED_STAT(bed, rx_bytes_count));
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	/* AF_UNIX resets, because the byte was not read */
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connections, 0));
	close(pair.fd);
}

TEST_HARNESS_MAIN
