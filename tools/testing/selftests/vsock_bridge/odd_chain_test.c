// SPDX-License-Identifier: GPL-2.0
/* Chains that are unusual but valid, and some that only a VMM can cause. */
#include "harness.h"

#include <endian.h>

#include "chain.h"

#define H44 { HDR, 44, NEXT, 1 }

FIXTURE(chain)
{
	struct chain_bed cb;
};

FIXTURE_SETUP(chain)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, chain_open(&self->cb));
}

FIXTURE_TEARDOWN(chain)
{
	EXPECT_STREQ("", self->cb.bed.guest.error);
	chain_close(&self->cb);
}

TEST_F(chain, accepts_more_bytes_than_the_packet_needs)
{
	struct chain chain = { .len = 8, PARTS(H44, { DATA, 5000, 0, 0 }) };

	bed_fill(self->cb.data, 1, 0, 8);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 8));
}

/* Only the connection's credit and the chain limit a payload. */
TEST_F(chain, accepts_a_payload_of_100000_bytes)
{
	struct chain chain = {
		.len = 100000, PARTS(H44, { DATA, 100000, 0, 0 }),
	};
	struct chain next = { .len = 7, PARTS(H44, { DATA, 7, 0, 0 }) };
	static char got[100007];

	bed_fill(self->cb.data, 1, 0, 100000);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	bed_fill(self->cb.data, 1, 100000, 7);
	ASSERT_EQ(0, chain_send(&self->cb, &next));
	ASSERT_EQ(0, uds_recv(self->cb.pair.fd, got, sizeof(got)));
	EXPECT_TRUE(bed_match(got, 1, 0, sizeof(got)));
}

TEST_F(chain, accepts_a_header_without_payload)
{
	struct chain chain = { PARTS({ HDR, 44, 0, 0 }) };
	struct bed *bed = &self->cb.bed;
	uint64_t packets = BED_STAT(bed, tx_packets_count);
	uint64_t bytes = BED_STAT(bed, tx_bytes_count);

	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(packets + 1, BED_STAT(bed, tx_packets_count));
	EXPECT_EQ(bytes, BED_STAT(bed, tx_bytes_count));
	EXPECT_EQ(0, bed_echo(bed, &self->cb.pair));
}

TEST_F(chain, accepts_empty_descriptors)
{
	struct chain chain = {
		.len = 8,
		PARTS({ DATA, 0, NEXT, 1 }, { HDR, 44, NEXT, 2 },
		      { HDR, 0, NEXT, 3 }, { DATA, 8, 0, 0 }),
	};

	bed_fill(self->cb.data, 1, 0, 8);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 8));
}

/* Two regions that are adjacent in the guest but not in the process. */
TEST_F(chain, accepts_payload_across_two_regions)
{
	struct chain chain = { .len = 1000, PARTS(H44, { SEAM, 1000, 0, 0 }) };
	const struct guest_region *r = self->cb.bed.guest.mem.regions;

	bed_fill(r[0].va + r[0].size - 100, 1, 0, 100);
	bed_fill(r[1].va, 1, 100, 900);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 1000));
}

TEST_F(chain, accepts_an_indirect_table_across_two_regions)
{
	struct chain chain = { .len = 64, PARTS({ SEAM, 160, TABLE, 0 }) };
	const struct guest_region *r = self->cb.bed.guest.mem.regions;
	struct vring_desc table[10];

	memset(table, 0, sizeof(table));
	for (int i = 0; i < 10; i++) {
		uint64_t gpa = chain_gpa(&self->cb, i ? DATA : HDR);

		table[i].addr = htole64(i > 1 ? gpa + 8 * (i - 2) : gpa);
		table[i].len = htole32(i > 1 ? 8 : i ? 0 : 44);
		table[i].flags = htole16(i < 9 ? NEXT : 0);
		table[i].next = htole16(i + 1);
	}
	memcpy(r[0].va + r[0].size - 100, table, 100);
	memcpy(r[1].va, (char *)table + 100, 60);
	bed_fill(self->cb.data, 1, 0, 64);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 64));
}

TEST_F(chain, accepts_memory_above_4_gib)
{
	struct chain chain = { .len = 8, PARTS(H44, { HIGH, 8, 0, 0 }) };
	const struct guest_region *r = self->cb.bed.guest.mem.regions;

	bed_fill(r[2].va + 4096, 1, 0, 8);
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 8));
}

/* Sends an indirect table of one-byte descriptors. */
static int send_long_table(struct chain_bed *cb, unsigned int n)
{
	struct chain chain = {
		.len = n - 44, PARTS({ TABLE_AT, n * 16, TABLE, 0 }),
	};
	struct virtio_vsock_hdr h = chain_hdr(cb, chain.len);

	memcpy(cb->data, &h, sizeof(h));
	bed_fill(cb->data + sizeof(h), 1, 0, chain.len);
	for (unsigned int i = 0; i < n; i++) {
		cb->table[i].addr = htole64(chain_gpa(cb, DATA) + i);
		cb->table[i].len = htole32(1);
		cb->table[i].flags = htole16(i < n - 1 ? NEXT : 0);
		cb->table[i].next = htole16(i + 1);
	}
	return chain_send(cb, &chain);
}

TEST_F(chain, accepts_1000_descriptors)
{
	ASSERT_EQ(0, send_long_table(&self->cb, 1000));
	EXPECT_EQ(0, chain_expect(&self->cb, 1, 1000 - 44));
}

/* The device has read the header by the time it finds too many descriptors. */
TEST_F(chain, too_many_descriptors_reset_the_connection)
{
	struct bed *bed = &self->cb.bed;

	ASSERT_EQ(0, send_long_table(&self->cb, CHAIN_TABLE_MAX));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, iov_overflow, 1));
	EXPECT_EQ(0, uds_recv_reset(self->cb.pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux, self->cb.pair.conn->reset));
	EXPECT_EQ(0, bed_works(bed));
}

/* A guest cannot do this: the VMM took the memory away. */
TEST_F(chain, inaccessible_payload_resets_only_its_connection)
{
	struct chain chain = { .len = 8, PARTS(H44, { LOCKED, 8, 0, 0 }) };
	struct bed *bed = &self->cb.bed;

	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(0, uds_recv_reset(self->cb.pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux, self->cb.pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(bed, guest_memory));
	EXPECT_EQ(0, bed_works(bed));
}

/*
 * The copy into the device's buffer fails, because the host program does not
 * read.
 */
TEST_F(chain, inaccessible_payload_for_a_slow_reader_resets_its_connection)
{
	struct chain chain = { .len = 8, PARTS(H44, { LOCKED, 8, 0, 0 }) };
	struct guest_conn *c = self->cb.pair.conn;
	struct bed *bed = &self->cb.bed;
	char data[1000] = { 0 };

	while (!BED_STAT(bed, buffered_bytes)) {
		ASSERT_EQ(0, guest_conn_send_packet(c, data, sizeof(data)));
		ASSERT_EQ(0, bed_fence(bed, &self->cb.pair));
	}
	ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux, c->reset));
	EXPECT_EQ(1, BED_STAT(bed, guest_memory));
	EXPECT_EQ(0, BED_STAT(bed, buffered_bytes));
	EXPECT_EQ(0, bed_works(bed));
}

TEST_F(chain, many_bad_chains_leave_the_device_working)
{
	struct chain chain = { .len = 8, PARTS(H44, { HOLE, 8, 0, 0 }) };

	for (int i = 0; i < 500; i++)
		ASSERT_EQ(0, chain_send(&self->cb, &chain));
	EXPECT_EQ(500, BED_STAT(&self->cb.bed, guest_memory_bounds));
	EXPECT_EQ(0, bed_works(&self->cb.bed));
}

/* A ring with room for chains longer than the device accepts. */
FIXTURE(long_ring)
{
	struct bed bed;
};

FIXTURE_SETUP(long_ring)
{
	struct guest_config cfg = { .tx_num = 2048 };

	BED_SETUP(&self->bed, &cfg);
}

FIXTURE_TEARDOWN(long_ring)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(long_ring, drops_a_chain_of_too_many_descriptors)
{
	struct guest *g = &self->bed.guest;
	static struct vring_desc d[CHAIN_TABLE_MAX];
	uint32_t len = 1;
	int head;

	for (unsigned int i = 0; i < CHAIN_TABLE_MAX; i++) {
		d[i].addr = htole64(GUEST_HIGH_GPA);
		d[i].len = htole32(1);
		d[i].flags = htole16(i < CHAIN_TABLE_MAX - 1 ? NEXT : 0);
		d[i].next = htole16(i + 1);
	}
	head = guest_ring_raw(&g->tx, d, CHAIN_TABLE_MAX);
	ASSERT_LE(0, head);
	guest_ring_kick(&g->tx);
	ASSERT_EQ(0, guest_wait_raw(g, &g->tx, head, &len,
				    deadline_in(WAIT_MS)));
	EXPECT_EQ(0, len);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, iov_overflow, 1));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/*
 * A read takes several buffers in advance. An unusable buffer ends the batch,
 * and is returned after the buffers taken before it. The guest checks the
 * order.
 */
TEST_F(chain, bad_rx_chain_is_returned_in_order)
{
	const struct vring_desc bad = {
		.addr = htole64(GUEST_REGION_SIZE / 2),
		.len = htole32(100),
	};
	struct guest *g = &self->cb.bed.guest;
	struct guest_buf *held[256];
	uint8_t data[15000];
	size_t got = 0;

	ASSERT_GE(256, g->nr_rx);
	ASSERT_EQ(0, bed_use_up_rx(&self->cb.bed, &self->cb.pair, held));
	bed_fill(data, 9, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(self->cb.pair.fd, data, sizeof(data)));
	/* their descriptors become the bad ones */
	for (unsigned int i = 0; i < 2; i++) {
		g->rx_posted[held[i]->head] = NULL;
		guest_ring_release(&g->rx, held[i]->head);
	}
	/*
	 * whether the device takes one or two first, a bad one is within a
	 * batch
	 */
	guest_rx_put(g, held[2]);
	guest_rx_put(g, held[3]);
	ASSERT_LE(0, guest_ring_raw(&g->rx, &bad, 1));
	guest_rx_put(g, held[4]);
	ASSERT_LE(0, guest_ring_raw(&g->rx, &bad, 1));
	for (unsigned int i = 5; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	while (got < sizeof(data)) {
		ASSERT_TRUE(GUEST_UNTIL(&self->cb.bed.mux,
					guest_conn_unread(self->cb.pair.conn)));
		got += guest_conn_recv(self->cb.pair.conn, data + got,
				       sizeof(data) - got);
	}
	EXPECT_TRUE(bed_match(data, 9, 0, sizeof(data)));
	EXPECT_EQ(2, BED_STAT(&self->cb.bed, unwritable_descriptor));
}

TEST_HARNESS_MAIN
