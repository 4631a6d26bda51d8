// SPDX-License-Identifier: GPL-2.0
/*
 * Malformed chains: each comes back with a used length of 0, its counter goes
 * up by one, nothing else happens, and the device goes on working.
 */
#include "harness.h"

#include <endian.h>

#define WRITE	VRING_DESC_F_WRITE
#define NEXT	VRING_DESC_F_NEXT
#define TABLE	VRING_DESC_F_INDIRECT
#define HUGE_GPA 0x1000000000ULL
#define HUGE_SIZE 0xc0000000U		/* two of them are more than 2^32 */

#define PARTS 8
#define LONG_TABLE 1100

/* Where a descriptor points. */
enum where {
	HDR,		/* the header */
	DATA,		/* a page for payload */
	HOLE,		/* between two regions */
	EDGE,		/* the last 100 bytes before a hole */
	TOP,		/* the last bytes of the address space */
	LOCKED,		/* memory that the process cannot access either */
	HUGE,		/* many bytes that are never touched */
	TABLE_AT,	/* the indirect table */
	SEAM,		/* the last 100 bytes of a region with another behind */
};

struct part {
	enum where where;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* @len: of the header; @table: parts of the indirect table, if there is one */
struct chain {
	uint32_t len;
	unsigned int n;
	struct part part[PARTS];
	unsigned int nt;
	struct part table[PARTS];
};

FIXTURE(chain)
{
	struct bed bed;
	struct virtio_vsock_hdr *hdr;
	uint8_t *data;
	struct vring_desc *table;
	struct bed_pair pair;
};

/* As a table: six entries in a chain, and a seventh over the edge. */
static void fill_edge(const struct guest_region *r)
{
	struct vring_desc entry = {
		.len = htole32(1), .flags = htole16(NEXT),
	};

	for (unsigned int i = 0; i < 6; i++) {
		entry.next = htole16(i + 1);
		memcpy(r->va + r->size - 100 + i * sizeof(entry), &entry,
		       sizeof(entry));
	}
}

/* Builds the parts in guest memory, and unaccessible places to point at. */
static void prepare(struct __test_metadata *_metadata, FIXTURE_DATA(chain) *self)
{
	struct guest_mem *mem = &self->bed.guest.mem;

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
	ASSERT_EQ(0, guest_mem_map(mem, HUGE_GPA, HUGE_SIZE));
	ASSERT_EQ(0, mprotect(mem->regions[2].va, 4096, PROT_NONE));
	fill_edge(&mem->regions[1]);
	self->hdr = guest_mem_alloc(mem, 4096, 4096);
	self->data = guest_mem_alloc(mem, 131072, 4096);
	self->table = guest_mem_alloc(mem, LONG_TABLE * sizeof(*self->table),
				      16);
	ASSERT_NE(NULL, self->table);
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, 80));
}

static uint64_t address(FIXTURE_DATA(chain) *self, enum where where)
{
	const struct guest_mem *mem = &self->bed.guest.mem;
	const struct guest_region *r = mem->regions;

	switch (where) {
	case HDR:
		return guest_mem_gpa(mem, self->hdr);
	case DATA:
		return guest_mem_gpa(mem, self->data);
	case HOLE:
		return r[1].gpa + r[1].size + 4096;
	case EDGE:
		return r[1].gpa + r[1].size - 100;
	case TOP:
		return -20ULL;
	case LOCKED:
		return r[2].gpa;
	case HUGE:
		return HUGE_GPA;
	case TABLE_AT:
		return guest_mem_gpa(mem, self->table);
	case SEAM:
		return r[1].gpa - 100;
	}
	return 0;
}

static struct vring_desc desc(FIXTURE_DATA(chain) *self, const struct part *p)
{
	return (struct vring_desc){
		.addr = htole64(address(self, p->where)),
		.len = htole32(p->len),
		.flags = htole16(p->flags),
		.next = htole16(p->next),
	};
}

static struct virtio_vsock_hdr header(FIXTURE_DATA(chain) *self, uint32_t len)
{
	struct guest_conn *c = self->pair.conn;
	struct virtio_vsock_hdr h = guest_hdr(&self->bed.guest,
					      VIRTIO_VSOCK_OP_RW, c->local,
					      c->peer);

	h.len = htole32(len);
	return h;
}

/* Posts a chain; its head. */
static int post(FIXTURE_DATA(chain) *self, struct guest_ring *ring,
		const struct chain *chain)
{
	struct vring_desc d[PARTS];

	*self->hdr = header(self, chain->len);
	for (unsigned int i = 0; i < chain->nt; i++)
		self->table[i] = desc(self, &chain->table[i]);
	for (unsigned int i = 0; i < chain->n; i++)
		d[i] = desc(self, &chain->part[i]);
	return guest_ring_raw(ring, d, chain->n);
}

static void send_bad(struct __test_metadata *_metadata,
		     FIXTURE_DATA(chain) *self, const struct chain *chain)
{
	struct guest *g = &self->bed.guest;
	uint32_t len = 1;
	int head = post(self, &g->tx, chain);

	ASSERT_LE(0, head);
	guest_ring_kick(&g->tx);
	ASSERT_EQ(0, guest_wait_raw(g, &g->tx, head, &len,
				    deadline_in(WAIT_MS)));
	EXPECT_EQ(0, len);
}

/* The one counter, and nothing sent to either side. */
static void expect_dropped(struct __test_metadata *_metadata,
			   FIXTURE_DATA(chain) *self, size_t counter,
			   const struct vsock_bridge_stats *before)
{
	struct bed *bed = &self->bed;
	uint64_t old;

	memcpy(&old, (const char *)before + counter, sizeof(old));
	EXPECT_EQ(old + 1, bed_await_stat_at(bed, counter, old + 1));
	EXPECT_EQ(before->tx_bytes_count, BED_STAT(bed, tx_bytes_count));
	EXPECT_EQ(before->rsts_sent, BED_STAT(bed, rsts_sent));
	EXPECT_EQ(before->vring_broken, BED_STAT(bed, vring_broken));
	EXPECT_EQ(before->connections, BED_STAT(bed, connections));
	EXPECT_EQ(0, bed_echo(bed, &self->pair));
	EXPECT_EQ(0, bed_works(bed));
}

FIXTURE_SETUP(chain)
{
	prepare(_metadata, self);
}

FIXTURE_TEARDOWN(chain)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* TX chains, each wrong in one way. */
FIXTURE(bad_tx)
{
	FIXTURE_DATA(chain) c;
};

FIXTURE_VARIANT(bad_tx)
{
	size_t counter;
	struct chain chain;
};

#define BAD_TX(name, stat, ...)						\
FIXTURE_VARIANT_ADD(bad_tx, name)					\
{									\
	.counter = offsetof(struct vsock_bridge_stats, stat),		\
	.chain = { __VA_ARGS__ },					\
}
#define PART(...)  .n = sizeof((struct part[]){ __VA_ARGS__ }) /	\
			sizeof(struct part), .part = { __VA_ARGS__ }
#define IN_TABLE(...) .nt = sizeof((struct part[]){ __VA_ARGS__ }) /	\
			sizeof(struct part), .table = { __VA_ARGS__ }
#define H44 { HDR, 44, NEXT, 1 }
#define GOOD_TABLE IN_TABLE(H44, { DATA, 8, 0, 0 })

BAD_TX(empty, desc_chain_too_short_for_header, PART({ HDR, 0, 0, 0 }));
BAD_TX(of_one_byte, desc_chain_too_short_for_header, PART({ HDR, 1, 0, 0 }));
BAD_TX(of_43_bytes, desc_chain_too_short_for_header, PART({ HDR, 43, 0, 0 }));
BAD_TX(of_43_bytes_in_two_parts, desc_chain_too_short_for_header,
       PART({ HDR, 20, NEXT, 1 }, { HDR, 23, 0, 0 }));
BAD_TX(without_its_payload, desc_chain_too_short_for_packet,
       .len = 8, PART({ HDR, 44, 0, 0 }));
BAD_TX(with_too_little_payload, desc_chain_too_short_for_packet,
       .len = 8192, PART(H44, { DATA, 4096, 0, 0 }));
BAD_TX(with_a_byte_too_little, desc_chain_too_short_for_packet,
       .len = 9, PART(H44, { DATA, 8, 0, 0 }));
BAD_TX(with_len_above_64_kib, invalid_pkt_len,
       .len = 65537, PART(H44, { DATA, 65537, 0, 0 }));
BAD_TX(with_the_largest_len, invalid_pkt_len,
       .len = UINT32_MAX, PART(H44, { DATA, 4096, 0, 0 }));
BAD_TX(with_a_writable_header, unreadable_descriptor,
       PART({ HDR, 44, WRITE, 0 }));
BAD_TX(with_writable_payload, unreadable_descriptor,
       .len = 8, PART(H44, { DATA, 8, WRITE, 0 }));
BAD_TX(with_a_writable_tail, unreadable_descriptor,
       .len = 8, PART(H44, { DATA, 8, NEXT, 2 }, { DATA, 8, WRITE, 0 }));
BAD_TX(with_a_writable_part_in_a_table, unreadable_descriptor, .len = 8,
       PART({ TABLE_AT, 32, TABLE, 0 }), IN_TABLE(H44, { DATA, 8, WRITE, 0 }));
BAD_TX(with_its_header_in_a_hole, guest_memory, PART({ HOLE, 44, 0, 0 }));
BAD_TX(with_payload_in_a_hole, guest_memory,
       .len = 8, PART(H44, { HOLE, 8, 0, 0 }));
BAD_TX(with_payload_over_an_edge, guest_memory,
       .len = 200, PART(H44, { EDGE, 200, 0, 0 }));
BAD_TX(with_an_address_that_wraps, guest_memory,
       .len = 40, PART(H44, { TOP, 40, 0, 0 }));
BAD_TX(with_a_header_that_cannot_be_read, guest_memory,
       PART({ LOCKED, 44, 0, 0 }));
BAD_TX(with_its_table_in_a_hole, guest_memory, PART({ HOLE, 32, TABLE, 0 }));
BAD_TX(with_its_table_over_an_edge, guest_memory,
       PART({ EDGE, 160, TABLE, 0 }));
BAD_TX(with_a_table_that_cannot_be_read, guest_memory,
       PART({ LOCKED, 32, TABLE, 0 }));
BAD_TX(in_a_loop_of_one, desc_chain_overflow, PART({ HDR, 44, NEXT, 0 }));
BAD_TX(in_a_loop_of_two, desc_chain_overflow,
       .len = 8, PART(H44, { DATA, 8, NEXT, 0 }));
BAD_TX(whose_next_is_past_the_ring, desc_chain_overflow,
       PART({ HDR, 44, NEXT, 128 }));
BAD_TX(whose_next_is_far_past_the_ring, desc_chain_overflow,
       PART({ HDR, 44, NEXT, 0xffff }));
BAD_TX(of_more_than_4_gib, desc_chain_overflow,
       PART(H44, { HUGE, HUGE_SIZE, NEXT, 2 }, { HUGE, HUGE_SIZE, 0, 0 }));
BAD_TX(with_an_empty_table, desc_chain_overflow,
       GOOD_TABLE, PART({ TABLE_AT, 0, TABLE, 0 }));
BAD_TX(with_a_table_of_odd_length, desc_chain_overflow,
       .len = 8, GOOD_TABLE, PART({ TABLE_AT, 33, TABLE, 0 }));
BAD_TX(with_a_table_of_less_than_an_entry, desc_chain_overflow,
       GOOD_TABLE, PART({ TABLE_AT, 8, TABLE, 0 }));
BAD_TX(with_a_table_in_a_table, desc_chain_overflow, .len = 8,
       PART({ TABLE_AT, 32, TABLE, 0 }), IN_TABLE(H44, { DATA, 16, TABLE, 0 }));
BAD_TX(with_a_loop_in_its_table, desc_chain_overflow, .len = 8,
       PART({ TABLE_AT, 32, TABLE, 0 }), IN_TABLE(H44, { DATA, 8, NEXT, 0 }));
BAD_TX(whose_next_is_past_its_table, desc_chain_overflow, .len = 8,
       PART({ TABLE_AT, 32, TABLE, 0 }), IN_TABLE(H44, { DATA, 8, NEXT, 2 }));

FIXTURE_SETUP(bad_tx)
{
	prepare(_metadata, &self->c);
}

FIXTURE_TEARDOWN(bad_tx)
{
	close(self->c.pair.fd);
	BED_TEARDOWN(&self->c.bed);
}

TEST_F(bad_tx, chain_is_dropped_and_counted)
{
	struct vsock_bridge_stats before;

	ASSERT_EQ(0, bed_echo(&self->c.bed, &self->c.pair));
	ASSERT_EQ(0, bed_stats(self->c.bed.guest.fd, &before));
	send_bad(_metadata, &self->c, &variant->chain);
	expect_dropped(_metadata, &self->c, variant->counter, &before);
}

/* RX chains, each wrong in one way; posted before any good one. */
FIXTURE(bad_rx)
{
	FIXTURE_DATA(chain) c;
};

FIXTURE_VARIANT(bad_rx)
{
	size_t counter;
	struct chain chain;
};

#define BAD_RX(name, stat, ...)						\
FIXTURE_VARIANT_ADD(bad_rx, name)					\
{									\
	.counter = offsetof(struct vsock_bridge_stats, stat),		\
	.chain = { __VA_ARGS__ },					\
}
#define W44 { HDR, 44, NEXT | WRITE, 1 }

BAD_RX(of_43_bytes, desc_chain_too_short_for_header,
       PART({ HDR, 43, WRITE, 0 }));
BAD_RX(empty, desc_chain_too_short_for_header, PART({ HDR, 0, WRITE, 0 }));
BAD_RX(that_is_readable, unwritable_descriptor, PART({ HDR, 4096, 0, 0 }));
BAD_RX(with_readable_payload, unwritable_descriptor,
       PART(W44, { DATA, 4096, 0, 0 }));
BAD_RX(with_a_readable_header, unwritable_descriptor,
       PART(H44, { DATA, 4096, WRITE, 0 }));
BAD_RX(in_a_hole, guest_memory, PART({ HOLE, 4096, WRITE, 0 }));
BAD_RX(over_an_edge, guest_memory, PART({ EDGE, 4096, WRITE, 0 }));
BAD_RX(with_payload_in_a_hole, guest_memory,
       PART(W44, { HOLE, 4096, WRITE, 0 }));
BAD_RX(with_an_address_that_wraps, guest_memory, PART({ TOP, 100, WRITE, 0 }));
BAD_RX(in_a_loop, desc_chain_overflow, PART({ HDR, 64, WRITE | NEXT, 0 }));
BAD_RX(whose_next_is_past_the_ring, desc_chain_overflow,
       PART({ HDR, 64, WRITE | NEXT, 128 }));
BAD_RX(with_a_table_of_odd_length, desc_chain_overflow,
       PART({ TABLE_AT, 17, TABLE, 0 }), IN_TABLE({ DATA, 4096, WRITE, 0 }));

FIXTURE_SETUP(bad_rx)
{
	prepare(_metadata, &self->c);
}

FIXTURE_TEARDOWN(bad_rx)
{
	close(self->c.pair.fd);
	BED_TEARDOWN(&self->c.bed);
}

TEST_F(bad_rx, chain_is_returned_and_counted)
{
	struct bed *bed = &self->c.bed;
	struct guest *g = &bed->guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));
	struct vsock_bridge_stats before;
	uint32_t len = 1;
	int head;

	ASSERT_EQ(0, bed_use_up_rx(bed, &self->c.pair, held));
	/* A free descriptor or two for the bad chain. */
	for (int i = 0; i < 2; i++) {
		g->rx_posted[held[i]->head] = NULL;
		guest_ring_release(&g->rx, held[i]->head);
	}
	ASSERT_EQ(0, bed_stats(g->fd, &before));
	head = post(&self->c, &g->rx, &variant->chain);
	ASSERT_LE(0, head);
	for (unsigned int i = 2; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	guest_conn_op(self->c.pair.conn, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
	ASSERT_EQ(0, guest_wait_raw(g, &g->rx, head, &len,
				    deadline_in(WAIT_MS)));
	EXPECT_EQ(0, len);
	expect_dropped(_metadata, &self->c, variant->counter, &before);
	free(held);
}

/* Chains that look odd but are right. */
TEST_F(chain, of_more_bytes_than_the_packet_is_taken)
{
	struct chain chain = { .len = 8, PART(H44, { DATA, 5000, 0, 0 }) };
	char data[8];

	bed_fill(self->data, 1, 0, 8);
	send_bad(_metadata, self, &chain);
	self->pair.conn->tx_cnt += 8;
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

TEST_F(chain, with_empty_parts_is_taken)
{
	struct chain chain = {
		.len = 8,
		PART({ DATA, 0, NEXT, 1 }, { HDR, 44, NEXT, 2 },
		     { HDR, 0, NEXT, 3 }, { DATA, 8, 0, 0 }),
	};
	char data[8];

	bed_fill(self->data, 1, 0, 8);
	send_bad(_metadata, self, &chain);
	self->pair.conn->tx_cnt += 8;
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

/* Two regions that follow each other in the guest but not in the process. */
TEST_F(chain, over_the_seam_of_two_regions_is_taken)
{
	struct chain chain = { .len = 1000, PART(H44, { SEAM, 1000, 0, 0 }) };
	const struct guest_region *r = self->bed.guest.mem.regions;
	char data[1000];

	bed_fill(r[0].va + r[0].size - 100, 1, 0, 100);
	bed_fill(r[1].va, 1, 100, 900);
	send_bad(_metadata, self, &chain);
	self->pair.conn->tx_cnt += 1000;
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

TEST_F(chain, in_memory_above_4_gib_is_taken)
{
	struct guest *g = &self->bed.guest;
	uint8_t *high = guest_mem_va(&g->mem, GUEST_HIGH_GPA + 8192, 52);
	struct vring_desc d = {
		.addr = htole64(GUEST_HIGH_GPA + 8192), .len = htole32(52),
	};
	struct virtio_vsock_hdr h = header(self, 8);
	char data[8];
	uint32_t len;
	int head;

	memcpy(high, &h, sizeof(h));
	bed_fill(high + sizeof(h), 1, 0, 8);
	head = guest_ring_raw(&g->tx, &d, 1);
	guest_ring_kick(&g->tx);
	ASSERT_EQ(0, guest_wait_raw(g, &g->tx, head, &len,
				    deadline_in(WAIT_MS)));
	self->pair.conn->tx_cnt += 8;
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

/* An indirect table of single bytes, up to and above what a device takes. */
static void send_long_table(struct __test_metadata *_metadata,
			    FIXTURE_DATA(chain) *self, unsigned int n)
{
	struct chain chain = {
		.len = n - 44, PART({ TABLE_AT, n * 16, TABLE, 0 }),
	};
	struct virtio_vsock_hdr h = header(self, chain.len);

	memcpy(self->data, &h, sizeof(h));
	bed_fill(self->data + sizeof(h), 1, 0, chain.len);
	for (unsigned int i = 0; i < n; i++) {
		struct part p = { DATA, 1, i < n - 1 ? NEXT : 0, i + 1 };

		self->table[i] = desc(self, &p);
		self->table[i].addr = htole64(address(self, DATA) + i);
	}
	send_bad(_metadata, self, &chain);
}

TEST_F(chain, of_1000_parts_is_taken)
{
	char data[1000 - 44];

	send_long_table(_metadata, self, 1000);
	self->pair.conn->tx_cnt += sizeof(data);
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

TEST_F(chain, with_a_table_longer_than_the_device_takes_is_dropped)
{
	struct vsock_bridge_stats before;

	ASSERT_EQ(0, bed_stats(self->bed.guest.fd, &before));
	send_long_table(_metadata, self, LONG_TABLE);
	expect_dropped(_metadata, self,
		       offsetof(struct vsock_bridge_stats, desc_chain_overflow),
		       &before);
}

/* The guest could not make it so: the VMM took the memory away. */
TEST_F(chain, with_payload_that_vanished_ends_only_its_connection)
{
	struct chain chain = { .len = 8, PART(H44, { LOCKED, 8, 0, 0 }) };

	send_bad(_metadata, self, &chain);
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, guest_memory));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(chain, of_many_bad_ones_leaves_the_device_alive)
{
	struct chain chain = { .len = 8, PART(H44, { HOLE, 8, 0, 0 }) };

	for (int i = 0; i < 500; i++)
		send_bad(_metadata, self, &chain);
	EXPECT_EQ(500, BED_STAT(&self->bed, guest_memory));
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
}

/* A ring that has room for chains longer than the device takes. */
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

TEST_F(long_ring, chain_of_too_many_parts_is_dropped)
{
	struct guest *g = &self->bed.guest;
	static struct vring_desc d[LONG_TABLE];
	uint32_t len = 1;
	int head;

	for (unsigned int i = 0; i < LONG_TABLE; i++) {
		d[i].addr = htole64(GUEST_HIGH_GPA);
		d[i].len = htole32(1);
		d[i].flags = htole16(i < LONG_TABLE - 1 ? NEXT : 0);
		d[i].next = htole16(i + 1);
	}
	head = guest_ring_raw(&g->tx, d, LONG_TABLE);
	ASSERT_LE(0, head);
	guest_ring_kick(&g->tx);
	ASSERT_EQ(0, guest_wait_raw(g, &g->tx, head, &len,
				    deadline_in(WAIT_MS)));
	EXPECT_EQ(0, len);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, iov_overflow, 1));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
