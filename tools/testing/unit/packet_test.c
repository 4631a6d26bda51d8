// SPDX-License-Identifier: GPL-2.0
/* The packet header. */
#include "test.h"

#include "conn/pure/packet.h"

#define GUEST_CID	0x100000003ULL

/* Every byte differs from the others. */
static const u8 wire[44] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,	/* src_cid */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* dst_cid */
	0x21, 0x22, 0x23, 0x24,				/* src_port */
	0x31, 0x32, 0x33, 0x34,				/* dst_port */
	0x41, 0x42, 0x43, 0x44,				/* len */
	0x51, 0x52,					/* type */
	0x61, 0x62,					/* op */
	0x71, 0x72, 0x73, 0x74,				/* flags */
	0x81, 0x82, 0x83, 0x84,				/* buf_alloc */
	0x91, 0x92, 0x93, 0x94,				/* fwd_cnt */
};

static const struct vsb_packet fields = {
	.src_cid = 0x0807060504030201,
	.dst_cid = 0x1817161514131211,
	.src_port = 0x24232221,
	.dst_port = 0x34333231,
	.len = 0x44434241,
	.type = 0x5251,
	.op = 0x6261,
	.flags = 0x74737271,
	.buf_alloc = 0x84838281,
	.fwd_cnt = 0x94939291,
};

static void assert_fields(const struct vsb_packet *a,
			  const struct vsb_packet *b)
{
	assert_true(a->src_cid == b->src_cid);
	assert_true(a->dst_cid == b->dst_cid);
	assert_int_equal(a->src_port, b->src_port);
	assert_int_equal(a->dst_port, b->dst_port);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->op, b->op);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->buf_alloc, b->buf_alloc);
	assert_int_equal(a->fwd_cnt, b->fwd_cnt);
}

static void test_header_is_44_bytes(void **state)
{
	(void)state;
	assert_int_equal(VSB_HDR_SIZE, 44);
	assert_int_equal(sizeof(wire), 44);
}

static void test_encode_is_little_endian(void **state)
{
	struct virtio_vsock_hdr hdr;

	(void)state;
	vsb_packet_encode(&hdr, &fields);
	assert_memory_equal(&hdr, wire, sizeof(wire));
}

static void test_decode_is_little_endian(void **state)
{
	struct virtio_vsock_hdr hdr;
	struct vsb_packet pkt;

	(void)state;
	memcpy(&hdr, wire, sizeof(wire));
	vsb_packet_decode(&pkt, &hdr);
	assert_fields(&pkt, &fields);
}

static void test_decode_accepts_any_alignment(void **state)
{
	u8 buf[sizeof(wire) + 8];
	struct vsb_packet pkt;
	unsigned int shift;

	(void)state;
	for (shift = 0; shift < 8; shift++) {
		memcpy(buf + shift, wire, sizeof(wire));
		vsb_packet_decode(&pkt, (void *)(buf + shift));
		assert_fields(&pkt, &fields);
	}
}

static void test_encode_writes_exactly_44_bytes(void **state)
{
	u8 buf[sizeof(wire) + 16];

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	vsb_packet_encode((void *)(buf + 8), &fields);
	assert_memory_equal(buf, "\xee\xee\xee\xee\xee\xee\xee\xee", 8);
	assert_memory_equal(buf + 52, "\xee\xee\xee\xee\xee\xee\xee\xee", 8);
}

static void test_any_bytes_survive_decode_and_encode(void **state)
{
	struct rng rng = rng_seed(1);
	struct virtio_vsock_hdr in, out;
	struct vsb_packet pkt;
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 1000; i++) {
		for (j = 0; j < sizeof(in); j++)
			((u8 *)&in)[j] = rng_next(&rng);
		vsb_packet_decode(&pkt, &in);
		vsb_packet_encode(&out, &pkt);
		assert_memory_equal(&in, &out, sizeof(in));
	}
}

static struct vsb_packet good_packet(void)
{
	return (struct vsb_packet) {
		.src_cid = GUEST_CID,
		.dst_cid = VSB_HOST_CID,
		.len = 100,
		.type = VIRTIO_VSOCK_TYPE_STREAM,
		.op = VIRTIO_VSOCK_OP_RW,
	};
}

/* Checks a packet without SEQPACKET negotiated. */
static enum vsb_verdict check(const struct vsb_packet *pkt, u32 room)
{
	return vsb_packet_check(pkt, GUEST_CID, false, room);
}

static void test_good_packet_passes(void **state)
{
	struct vsb_packet pkt = good_packet();

	(void)state;
	assert_int_equal(check(&pkt, 100), VSB_PKT_OK);
	assert_int_equal(check(&pkt, U32_MAX),
			 VSB_PKT_OK);
	pkt.len = 0;
	assert_int_equal(check(&pkt, 0), VSB_PKT_OK);
}

/* The connection checks the other fields of a header. */
static void test_op_flags_and_ports_are_not_checked(void **state)
{
	struct vsb_packet pkt = good_packet();
	struct rng rng = rng_seed(2);
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		pkt.op = rng_next(&rng);
		pkt.flags = rng_next(&rng);
		pkt.src_port = rng_next(&rng);
		pkt.dst_port = rng_next(&rng);
		pkt.buf_alloc = rng_next(&rng);
		pkt.fwd_cnt = rng_next(&rng);
		assert_int_equal(check(&pkt, 100),
				 VSB_PKT_OK);
	}
}

/* The connection's credit limits the length. */
static void test_any_length_within_the_chain_passes(void **state)
{
	struct vsb_packet pkt = good_packet();

	(void)state;
	pkt.len = 65537;
	assert_int_equal(check(&pkt, 65537), VSB_PKT_OK);
	pkt.len = U32_MAX;
	assert_int_equal(check(&pkt, U32_MAX), VSB_PKT_OK);
}

static void test_payload_beyond_the_chain_is_short(void **state)
{
	struct vsb_packet pkt = good_packet();

	(void)state;
	assert_int_equal(check(&pkt, 99), VSB_PKT_SHORT);
	assert_int_equal(check(&pkt, 0), VSB_PKT_SHORT);
	pkt.len = 8192;
	assert_int_equal(check(&pkt, 4096),
			 VSB_PKT_SHORT);
}

static void test_only_stream_passes_without_seqpacket(void **state)
{
	struct vsb_packet pkt = good_packet();
	u32 type;

	(void)state;
	for (type = 0; type <= U16_MAX; type++) {
		pkt.type = type;
		assert_int_equal(check(&pkt, 100),
				 type == 1 ? VSB_PKT_OK : VSB_PKT_TYPE);
	}
}

static void test_both_types_pass_with_seqpacket(void **state)
{
	struct vsb_packet pkt = good_packet();
	u32 type;

	(void)state;
	for (type = 0; type <= U16_MAX; type++) {
		pkt.type = type;
		assert_int_equal(vsb_packet_check(&pkt, GUEST_CID, true, 100),
				 type == 1 || type == 2 ? VSB_PKT_OK :
							  VSB_PKT_TYPE);
	}
}

static void test_all_64_bits_of_cids_are_compared(void **state)
{
	struct vsb_packet pkt;
	unsigned int bit;

	(void)state;
	for (bit = 0; bit < 64; bit++) {
		pkt = good_packet();
		pkt.dst_cid ^= 1ULL << bit;
		assert_int_equal(check(&pkt, 100),
				 VSB_PKT_DST_CID);
		pkt = good_packet();
		pkt.src_cid ^= 1ULL << bit;
		assert_int_equal(check(&pkt, 100),
				 VSB_PKT_SRC_CID);
	}
}

/* For all sets of faults, the first in the order of the enum is reported. */
static void test_first_of_several_faults_is_reported(void **state)
{
	unsigned int set, first;

	(void)state;
	for (set = 0; set < 16; set++) {
		struct vsb_packet pkt = good_packet();
		u32 room = set & 1 ? pkt.len - 1 : pkt.len;

		if (set & 2)
			pkt.type = VIRTIO_VSOCK_TYPE_SEQPACKET;
		if (set & 4)
			pkt.dst_cid = 1;
		if (set & 8)
			pkt.src_cid = 1;
		first = set ? VSB_PKT_SHORT + __builtin_ctz(set) : VSB_PKT_OK;
		assert_int_equal(check(&pkt, room),
				 first);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_header_is_44_bytes),
	cmocka_unit_test(test_encode_is_little_endian),
	cmocka_unit_test(test_decode_is_little_endian),
	cmocka_unit_test(test_decode_accepts_any_alignment),
	cmocka_unit_test(test_encode_writes_exactly_44_bytes),
	cmocka_unit_test(test_any_bytes_survive_decode_and_encode),
	cmocka_unit_test(test_good_packet_passes),
	cmocka_unit_test(test_op_flags_and_ports_are_not_checked),
	cmocka_unit_test(test_any_length_within_the_chain_passes),
	cmocka_unit_test(test_payload_beyond_the_chain_is_short),
	cmocka_unit_test(test_only_stream_passes_without_seqpacket),
	cmocka_unit_test(test_both_types_pass_with_seqpacket),
	cmocka_unit_test(test_all_64_bits_of_cids_are_compared),
	cmocka_unit_test(test_first_of_several_faults_is_reported),
};

run_all(tests)
