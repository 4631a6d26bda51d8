// SPDX-License-Identifier: GPL-2.0
/*
 * A ring that violates the ring format: the device stops that ring and signals
 * the eventfd of SET_VRING_ERR. The other ring, the host programs and other
 * guests continue.
 */
#include "harness.h"

#include <endian.h>

FIXTURE(broken)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(broken)
{
	void (*harm)(struct guest_ring *ring);
};

static void jump(struct guest_ring *ring, unsigned int by)
{
	uint16_t idx = ring->shown_idx + by;

	__atomic_store_n(&ring->vr.avail->idx, htole16(idx), __ATOMIC_SEQ_CST);
	guest_ring_force_kick(ring);
}

static void jump_by_one_too_many(struct guest_ring *ring)
{
	/* Includes the posted chains. */
	jump(ring, ring->vr.num + 1);
}

static void jump_far(struct guest_ring *ring)
{
	jump(ring, 0x8000);
}

static void jump_back(struct guest_ring *ring)
{
	jump(ring, -(ring->vr.num + 1));
}

static void bad_head(struct guest_ring *ring, uint16_t head)
{
	uint16_t at = ring->shown_idx & (ring->vr.num - 1);

	ring->vr.avail->ring[at] = htole16(head);
	jump(ring, 1);
}

static void head_out_of_range(struct guest_ring *ring)
{
	bad_head(ring, ring->vr.num);
}

static void head_far_out_of_range(struct guest_ring *ring)
{
	bad_head(ring, 0xffff);
}

#define HARM(name) FIXTURE_VARIANT_ADD(broken, name) { .harm = name }

HARM(jump_by_one_too_many);
HARM(jump_far);
HARM(jump_back);
HARM(head_out_of_range);
HARM(head_far_out_of_range);

FIXTURE_SETUP(broken)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
}

FIXTURE_TEARDOWN(broken)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(broken, tx_ring_stops_and_is_counted_and_signalled)
{
	struct guest *g = &self->bed.guest;

	variant->harm(&g->tx);
	ASSERT_EQ(0, guest_wait_err(&g->tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, vring_broken, 1));
	/* Further kicks neither signal nor count it again. */
	guest_ring_force_kick(&g->tx);
	guest_ring_force_kick(&g->tx);
	EXPECT_EQ(-ETIMEDOUT, guest_wait_err(&g->rx, deadline_in(1)));
	EXPECT_EQ(1, BED_STAT(&self->bed, vring_broken));
}

TEST_F(broken, rx_ring_works_with_a_broken_tx_ring)
{
	struct guest_conn *c = self->pair.conn;
	struct guest *g = &self->bed.guest;
	char byte = 7;

	variant->harm(&g->tx);
	ASSERT_EQ(0, guest_wait_err(&g->tx, deadline_in(WAIT_MS)));
	ASSERT_EQ(0, uds_send(self->pair.fd, &byte, 1));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c) == 1));
	EXPECT_EQ(-EAGAIN, uds_recv_now(self->pair.fd, &byte, 1));
}

TEST_F(broken, tx_ring_works_with_a_broken_rx_ring)
{
	struct guest *g = &self->bed.guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));
	char byte = 7, got = 0;

	/* The device reads the RX ring once it has no buffers left. */
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &self->pair, held));
	variant->harm(&g->rx);
	ASSERT_EQ(0, uds_send(self->pair.fd, &byte, 1));
	ASSERT_EQ(0, guest_wait_err(&g->rx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, vring_broken, 1));
	ASSERT_EQ(1, guest_conn_send(self->pair.conn, "x", 1, 1));
	EXPECT_EQ(0, uds_recv(self->pair.fd, &got, 1));
	EXPECT_EQ('x', got);
	free(held);
}

TEST_F(broken, other_guests_keep_working)
{
	struct guest_config cfg = { .cid = 4 };
	struct bed other;

	ASSERT_EQ(0, bed_open(&other, &cfg));
	variant->harm(&self->bed.guest.tx);
	ASSERT_EQ(0, guest_wait_err(&self->bed.guest.tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(0, bed_works(&other));
	BED_TEARDOWN(&other);
}

static void break_and_reset(struct __test_metadata *_metadata, struct bed *bed,
			    void (*harm)(struct guest_ring *ring))
{
	struct guest *g = &bed->guest;

	harm(&g->tx);
	ASSERT_EQ(0, guest_wait_err(&g->tx, deadline_in(WAIT_MS)));
	ASSERT_EQ(0, guest_stop(g));
	guest_reset(g);
	guest_mux_fini(&bed->mux);
	ASSERT_EQ(0, guest_run(g));
}

TEST_F(broken, reset_repairs_the_ring)
{
	break_and_reset(_metadata, &self->bed, variant->harm);
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* A repaired ring is signalled and counted again when it breaks again. */
TEST_F(broken, second_break_after_reset_is_signalled)
{
	struct guest *g = &self->bed.guest;

	break_and_reset(_metadata, &self->bed, variant->harm);
	ASSERT_EQ(0, bed_works(&self->bed));
	variant->harm(&g->tx);
	EXPECT_EQ(0, guest_wait_err(&g->tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, vring_broken, 2));
}

/* Ring memory that becomes inaccessible to the device. */
BED_FIXTURE(vanished)

TEST_F(vanished, inaccessible_descriptors_break_the_ring)
{
	struct guest_ring *tx = &self->bed.guest.tx;
	uintptr_t desc = (uintptr_t)tx->vr.desc;

	if (in_user_mode_linux())
		SKIP(return, "user-mode Linux can read PROT_NONE memory");
	ASSERT_EQ(0, mprotect((void *)(desc & -4096UL), 4096, PROT_NONE));
	guest_ring_force_kick(tx);
	ASSERT_EQ(0, guest_wait_err(tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, vring_broken, 1));
	ASSERT_EQ(0, mprotect((void *)(desc & -4096UL), 4096,
			      PROT_READ | PROT_WRITE));
}

TEST_F(vanished, read_only_used_ring_breaks_the_ring)
{
	struct guest_ring *tx = &self->bed.guest.tx;
	struct virtio_vsock_hdr h = guest_hdr(&self->bed.guest,
					      VIRTIO_VSOCK_OP_RST, 1, 2);
	uintptr_t used = (uintptr_t)tx->vr.used & -4096UL;
	struct guest_buf *b = guest_tx_get(&self->bed.guest);

	*b->hdr = h;
	guest_tx_put(&self->bed.guest, b);
	guest_ring_publish(tx);
	ASSERT_EQ(0, mprotect((void *)used, 4096, PROT_READ));
	guest_ring_force_kick(tx);
	ASSERT_EQ(0, guest_wait_err(tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, vring_broken, 1));
	ASSERT_EQ(0, mprotect((void *)used, 4096, PROT_READ | PROT_WRITE));
}

TEST_HARNESS_MAIN
