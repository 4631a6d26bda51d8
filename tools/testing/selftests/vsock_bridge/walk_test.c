// SPDX-License-Identifier: GPL-2.0
/* Chains that are long to walk: few of them are a round, however many there are. */
#include "harness.h"

#include <endian.h>

/*
 * What a round may walk, see "Threads" in Documentation/driver-api/design.rst; it
 * ends with the chain that reaches that. A device that counts chains alone takes
 * all of these in one round.
 */
enum { CHAINS = 64, ENTRIES = 1024, ROUND = 8192 };
#define ROUNDS_AT_LEAST	(CHAINS * ENTRIES / (ROUND + ENTRIES))

/**
 * @hdr: a header in the guest's memory
 * @table: of ENTRIES, the first of which is @hdr; the others are empty
 *
 * Without EVENT_IDX each round that uses chains gives a call. No buffers are
 * posted for the device.
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

/* Chains of one table, with @len bytes in the first entry; put but not shown. */
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

/* Each round that finds requests for credit answers once. */
TEST_F(long_walk, of_tx_takes_several_rounds)
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

/* Chains without room for a header, and behind them buffers that will do. */
TEST_F(long_walk, of_rx_takes_several_rounds)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	struct guest *g = self->g;
	uint64_t calls;
	int fd;

	guest_ring_calls_on(&g->rx);
	post_long(self, &g->rx, 8, VRING_DESC_F_WRITE);
	guest_fill_rx(g);
	calls = BED_STAT(&self->bed, rx_calls);
	/* its request is what the guest is sent */
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

/* The caller is the round: it goes on with the next call. */
TEST_F(long_walk, of_the_event_queue_takes_several_calls)
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
