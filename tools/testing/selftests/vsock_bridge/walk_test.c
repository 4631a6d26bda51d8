// SPDX-License-Identifier: GPL-2.0
/*
 * Long descriptor chains: a round is limited by descriptors, not only by
 * chains.
 */
#include "harness.h"

#include <endian.h>

/*
 * The number of descriptors that a round may walk, see "Threads" in
 * Documentation/driver-api/design.rst; a round ends with the chain that reaches
 * it. A device that limits only the number of chains takes all of these in one
 * round.
 */
enum { CHAINS = 64, ENTRIES = 1024, ROUND = 8192 };
#define ROUNDS_AT_LEAST	(CHAINS * ENTRIES / (ROUND + ENTRIES))

/**
 * @hdr: a header in guest memory
 * @table: ENTRIES descriptors; the first points to @hdr, the others are empty
 *
 * Without EVENT_IDX, each round that uses chains sends a call. The test posts
 * no buffers for the device.
 */
FIXTURE(long_walk)
{
	struct bed bed;
	struct guest *g;
	struct virtio_vsock_hdr *hdr;
	struct vring_desc *table;
};

FIXTURE_SETUP(long_walk)
{
	struct guest_config cfg = {
		.event_num = 2 * CHAINS,
		.features = GUEST_FEATURES & ~(1ULL << VIRTIO_RING_F_EVENT_IDX),
		.hold_rx = true,
		.hold_event = true,
	};
	struct guest *g = self->g = &self->bed.guest;

	BED_SETUP(&self->bed, &cfg);
	self->hdr = guest_mem_alloc(&g->mem, sizeof(*self->hdr), 64);
	self->table = guest_mem_alloc(&g->mem, ENTRIES * sizeof(*self->table),
				      sizeof(*self->table));
	ASSERT_NE(NULL, self->hdr);
	ASSERT_NE(NULL, self->table);
}

FIXTURE_TEARDOWN(long_walk)
{
	BED_TEARDOWN(&self->bed);
}

/*
 * Adds chains that share one table, with @len bytes in the first entry, without
 * publishing them.
 */
static void post_long(FIXTURE_DATA(long_walk) *self, struct guest_ring *ring,
		      uint32_t len, uint16_t flags)
{
	struct guest_mem *mem = &self->g->mem;

	for (int i = 0; i < ENTRIES; i++) {
		bool last = i == ENTRIES - 1;

		self->table[i] = (struct vring_desc) {
			.addr = htole64(guest_mem_gpa(mem, self->hdr)),
			.len = htole32(i ? 0 : len),
			.flags = htole16(flags | (last ? 0 : VRING_DESC_F_NEXT)),
			.next = htole16(i + 1),
		};
	}
	for (int i = 0; i < CHAINS; i++) {
		int head = guest_ring_take(ring, 1);

		guest_ring_write(ring, head, guest_mem_gpa(mem, self->table),
				 ENTRIES * sizeof(*self->table),
				 VRING_DESC_F_INDIRECT, 0);
		guest_ring_post(ring, head);
	}
}

static unsigned int nr_used(const struct guest_ring *ring, uint16_t before)
{
	uint16_t idx = __atomic_load_n(&ring->vr.used->idx, __ATOMIC_ACQUIRE);

	return (uint16_t)(le16toh(idx) - before);
}

/* A round that finds credit requests answers them once. */
TEST_F(long_walk, tx_is_split_into_rounds)
{
	struct guest *g = self->g;
	struct bed_pair pair;
	unsigned int *seen, before;
	uint16_t used;

	guest_fill_rx(g);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	seen = &pair.conn->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE];
	before = *seen;
	used = g->tx.used_idx;
	*self->hdr = guest_hdr(g, VIRTIO_VSOCK_OP_CREDIT_REQUEST,
			       pair.conn->local, pair.conn->peer);
	self->hdr->buf_alloc = htole32(pair.conn->buf_alloc);
	post_long(self, &g->tx, sizeof(*self->hdr), 0);
	guest_ring_publish(&g->tx);
	guest_ring_force_kick(&g->tx);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				nr_used(&g->tx, used) == CHAINS));
	ASSERT_EQ(0, bed_settle(&self->bed));
	guest_mux_poll(&self->bed.mux);
	EXPECT_LE(ROUNDS_AT_LEAST, *seen - before);
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

/* Chains too short for a header, followed by usable buffers. */
TEST_F(long_walk, rx_is_split_into_rounds)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	struct guest *g = self->g;
	uint64_t calls;
	int fd;

	guest_ring_calls_on(&g->rx);
	post_long(self, &g->rx, 8, VRING_DESC_F_WRITE);
	guest_fill_rx(g);
	calls = BED_STAT(&self->bed, rx_calls);
	/* its request is the packet for the guest */
	fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, fd);
	while (nr_used(&g->rx, 0) <= CHAINS)
		ASSERT_NE(0, deadline_left(deadline));
	EXPECT_LE(ROUNDS_AT_LEAST, BED_STAT(&self->bed, rx_calls) - calls);
	close(fd);
}

static int send_event(struct guest *g)
{
	struct vsock_bridge_event event = {
		.size = sizeof(event),
		.event = VSOCK_BRIDGE_EVENT_TRANSPORT_RESET,
	};

	return ioctl(g->fd, VSOCK_BRIDGE_SEND_EVENT, &event) ? -errno : 0;
}

/* Each ioctl is one round; the next ioctl continues. */
TEST_F(long_walk, event_queue_is_split_into_several_ioctls)
{
	unsigned int calls = 1;
	int err;

	post_long(self, &self->g->event, 0, VRING_DESC_F_WRITE);
	guest_event_fill(self->g);
	while ((err = send_event(self->g)) == -ENOBUFS && calls < CHAINS)
		calls++;
	EXPECT_EQ(0, err);
	EXPECT_LE(ROUNDS_AT_LEAST, calls);
}

TEST_HARNESS_MAIN
