// SPDX-License-Identifier: GPL-2.0
/*
 * Malformed chains: the device returns each with a used length of 0, increments
 * the chain's counter, and continues. If it could read the header of a TX
 * packet, it also resets the connection, whose stream would otherwise miss
 * bytes. Nothing else happens.
 */
#include "harness.h"

#include "chain.h"

FIXTURE(bad_chain)
{
	struct chain_bed cb;
};

FIXTURE_VARIANT(bad_chain)
{
	bool rx;
	bool resets;
	size_t counter;
	struct chain chain;
};

#define BAD(name, ring, ends, stat, ...)				\
FIXTURE_VARIANT_ADD(bad_chain, name)					\
{									\
	.rx = ring,							\
	.resets = ends,							\
	.counter = offsetof(struct vsock_bridge_stats, stat),		\
	.chain = { __VA_ARGS__ },					\
}
/* TX chains with an unreadable header, and with a readable one. */
#define TX(name, stat, ...) BAD(tx_##name, false, false, stat, __VA_ARGS__)
#define TX_HDR(name, stat, ...) BAD(tx_##name, false, true, stat, __VA_ARGS__)
#define RX(name, stat, ...) BAD(rx_##name, true, false, stat, __VA_ARGS__)

#define H44 { HDR, 44, NEXT, 1 }
#define W44 { HDR, 44, NEXT | WRITE, 1 }
#define GOOD_TABLE IN_TABLE(H44, { DATA, 8, 0, 0 })

TX(empty, desc_chain_too_short_for_header, PARTS({ HDR, 0, 0, 0 }));
TX(of_one_byte, desc_chain_too_short_for_header, PARTS({ HDR, 1, 0, 0 }));
TX(of_43_bytes, desc_chain_too_short_for_header, PARTS({ HDR, 43, 0, 0 }));
TX(of_43_bytes_in_two_parts, desc_chain_too_short_for_header,
	PARTS({ HDR, 20, NEXT, 1 }, { HDR, 23, 0, 0 }));
TX_HDR(without_its_payload, desc_chain_too_short_for_packet,
	.len = 8, PARTS({ HDR, 44, 0, 0 }));
TX_HDR(with_too_little_payload, desc_chain_too_short_for_packet,
	.len = 8192, PARTS(H44, { DATA, 4096, 0, 0 }));
TX_HDR(with_a_byte_too_little, desc_chain_too_short_for_packet,
	.len = 9, PARTS(H44, { DATA, 8, 0, 0 }));
TX_HDR(with_the_largest_len, desc_chain_too_short_for_packet,
	.len = UINT32_MAX, PARTS(H44, { DATA, 4096, 0, 0 }));
TX(with_a_writable_header, unreadable_descriptor,
	PARTS({ HDR, 44, WRITE, 0 }));
TX_HDR(with_writable_payload, unreadable_descriptor,
	.len = 8, PARTS(H44, { DATA, 8, WRITE, 0 }));
TX_HDR(with_a_writable_tail, unreadable_descriptor,
	.len = 8, PARTS(H44, { DATA, 8, NEXT, 2 }, { DATA, 8, WRITE, 0 }));
TX_HDR(with_a_writable_part_in_a_table, unreadable_descriptor,
	.len = 8, PARTS({ TABLE_AT, 32, TABLE, 0 }),
	IN_TABLE(H44, { DATA, 8, WRITE, 0 }));
TX(with_its_header_in_a_hole, guest_memory_bounds, PARTS({ HOLE, 44, 0, 0 }));
TX_HDR(with_payload_in_a_hole, guest_memory_bounds,
	.len = 8, PARTS(H44, { HOLE, 8, 0, 0 }));
TX_HDR(with_payload_over_an_edge, guest_memory_bounds,
	.len = 200, PARTS(H44, { EDGE, 200, 0, 0 }));
TX_HDR(with_an_address_that_wraps, guest_memory_bounds,
	.len = 40, PARTS(H44, { TOP, 40, 0, 0 }));
TX(with_a_header_that_cannot_be_read, guest_memory,
	PARTS({ LOCKED, 44, 0, 0 }));
TX(with_its_table_in_a_hole, guest_memory_bounds,
	PARTS({ HOLE, 32, TABLE, 0 }));
TX(with_its_table_over_an_edge, guest_memory_bounds,
	PARTS({ EDGE, 160, TABLE, 0 }));
TX(with_a_table_that_cannot_be_read, guest_memory,
	PARTS({ LOCKED, 32, TABLE, 0 }));
TX_HDR(in_a_loop_of_one, desc_chain_overflow, PARTS({ HDR, 44, NEXT, 0 }));
TX_HDR(in_a_loop_of_two, desc_chain_overflow,
	.len = 8, PARTS(H44, { DATA, 8, NEXT, 0 }));
TX_HDR(whose_next_is_past_the_ring, desc_chain_overflow,
	PARTS({ HDR, 44, NEXT, 128 }));
TX_HDR(whose_next_is_far_past_the_ring, desc_chain_overflow,
	PARTS({ HDR, 44, NEXT, 0xffff }));
TX_HDR(of_more_than_4_gib, desc_chain_overflow,
	PARTS(H44, { HUGE, CHAIN_HUGE, NEXT, 2 }, { HUGE, CHAIN_HUGE, 0, 0 }));
TX(with_an_empty_table, desc_chain_overflow,
	GOOD_TABLE, PARTS({ TABLE_AT, 0, TABLE, 0 }));
TX(with_a_table_of_odd_length, desc_chain_overflow,
	.len = 8, GOOD_TABLE, PARTS({ TABLE_AT, 33, TABLE, 0 }));
TX(with_a_table_of_less_than_an_entry, desc_chain_overflow,
	GOOD_TABLE, PARTS({ TABLE_AT, 8, TABLE, 0 }));
TX_HDR(with_a_table_in_a_table, desc_chain_overflow,
	.len = 8, PARTS({ TABLE_AT, 32, TABLE, 0 }),
	IN_TABLE(H44, { DATA, 16, TABLE, 0 }));
TX_HDR(with_a_loop_in_its_table, desc_chain_overflow,
	.len = 8, PARTS({ TABLE_AT, 32, TABLE, 0 }),
	IN_TABLE(H44, { DATA, 8, NEXT, 0 }));
TX_HDR(whose_next_is_past_its_table, desc_chain_overflow,
	.len = 8, PARTS({ TABLE_AT, 32, TABLE, 0 }),
	IN_TABLE(H44, { DATA, 8, NEXT, 2 }));

RX(of_43_bytes, desc_chain_too_short_for_header,
	PARTS({ HDR, 43, WRITE, 0 }));
RX(empty, desc_chain_too_short_for_header, PARTS({ HDR, 0, WRITE, 0 }));
RX(that_is_readable, unwritable_descriptor, PARTS({ HDR, 4096, 0, 0 }));
RX(with_readable_payload, unwritable_descriptor,
	PARTS(W44, { DATA, 4096, 0, 0 }));
RX(with_a_readable_header, unwritable_descriptor,
	PARTS(H44, { DATA, 4096, WRITE, 0 }));
RX(in_a_hole, guest_memory_bounds, PARTS({ HOLE, 4096, WRITE, 0 }));
RX(over_an_edge, guest_memory_bounds, PARTS({ EDGE, 4096, WRITE, 0 }));
RX(with_payload_in_a_hole, guest_memory_bounds,
	PARTS(W44, { HOLE, 4096, WRITE, 0 }));
RX(with_an_address_that_wraps, guest_memory_bounds,
	PARTS({ TOP, 100, WRITE, 0 }));
RX(in_a_loop, desc_chain_overflow, PARTS({ HDR, 64, WRITE | NEXT, 0 }));
RX(whose_next_is_past_the_ring, desc_chain_overflow,
	PARTS({ HDR, 64, WRITE | NEXT, 128 }));
RX(with_a_table_of_odd_length, desc_chain_overflow,
	PARTS({ TABLE_AT, 17, TABLE, 0 }), IN_TABLE({ DATA, 4096, WRITE, 0 }));

FIXTURE_SETUP(bad_chain)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, chain_open(&self->cb));
}

FIXTURE_TEARDOWN(bad_chain)
{
	EXPECT_STREQ("", self->cb.bed.guest.error);
	chain_close(&self->cb);
}

/*
 * Makes the chain the first of an otherwise empty RX ring. Returns its used
 * length.
 */
static int receive_chain(struct chain_bed *cb, const struct chain *chain)
{
	struct guest *g = &cb->bed.guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));
	int head, err = bed_use_up_rx(&cb->bed, &cb->pair, held);
	uint32_t len;

	if (err)
		return err;
	/* Frees descriptors for the chain. */
	for (int i = 0; i < 2; i++) {
		g->rx_posted[held[i]->head] = NULL;
		guest_ring_release(&g->rx, held[i]->head);
	}
	head = chain_post(cb, &g->rx, chain);
	for (unsigned int i = 2; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	free(held);
	guest_conn_op(cb->pair.conn, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
	err = guest_wait_raw(g, &g->rx, head, &len, deadline_in(WAIT_MS));
	return err ?: (int)len;
}

TEST_F(bad_chain, is_returned_empty_and_counted)
{
	struct chain_bed *cb = &self->cb;
	struct bed *bed = &cb->bed;
	struct vsock_bridge_stats before;
	uint64_t old;

	ASSERT_EQ(0, bed_echo(bed, &cb->pair));
	ASSERT_EQ(0, bed_stats(bed->guest.fd, &before));
	ASSERT_EQ(0, variant->rx ? receive_chain(cb, &variant->chain) :
				   chain_send(cb, &variant->chain));
	memcpy(&old, (char *)&before + variant->counter, sizeof(old));
	EXPECT_EQ(old + 1, bed_await_stat_at(bed, variant->counter, old + 1));
	EXPECT_EQ(before.tx_bytes_count, BED_STAT(bed, tx_bytes_count));
	EXPECT_EQ(before.vring_broken, BED_STAT(bed, vring_broken));
	if (variant->resets) {
		EXPECT_TRUE(GUEST_UNTIL(&bed->mux, cb->pair.conn->reset));
		EXPECT_EQ(0, uds_recv_reset(cb->pair.fd));
	} else {
		EXPECT_EQ(before.rsts_sent, BED_STAT(bed, rsts_sent));
		EXPECT_EQ(before.connections, BED_STAT(bed, connections));
		EXPECT_EQ(0, bed_echo(bed, &cb->pair));
	}
	EXPECT_EQ(0, bed_works(bed));
}

TEST_HARNESS_MAIN
