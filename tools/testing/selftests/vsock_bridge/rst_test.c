// SPDX-License-Identifier: GPL-2.0
/*
 * Packets without a connection: the device answers some with RST and drops
 * others.
 */
#include "harness.h"

#include <endian.h>

/*
 * @pair is an open connection that shows when the device has processed
 * everything.
 */
FIXTURE(rst)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(rst)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, 1024));
}

FIXTURE_TEARDOWN(rst)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

static struct virtio_vsock_hdr packet(struct bed *bed, unsigned int op)
{
	return guest_hdr(&bed->guest, op, 1111, 2222);
}

static int send_hdr(struct bed *bed, const struct virtio_vsock_hdr *h)
{
	return guest_send(&bed->guest, h, "xxxxxxxx", deadline_in(WAIT_MS));
}

static void expect_rst(struct __test_metadata *_metadata, struct bed *bed,
		       const struct virtio_vsock_hdr *h)
{
	struct virtio_vsock_hdr rst;

	ASSERT_EQ(0, send_hdr(bed, h));
	ASSERT_EQ(0, guest_mux_stray(&bed->mux, &rst, deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_RST, le16toh(rst.op));
	EXPECT_EQ(h->dst_port, rst.src_port);
	EXPECT_EQ(h->src_port, rst.dst_port);
	EXPECT_EQ(0, rst.len);
	EXPECT_EQ(0, rst.buf_alloc);
	EXPECT_EQ(0, rst.fwd_cnt);
	EXPECT_EQ(h->type, rst.type);
}

static void expect_nothing(struct __test_metadata *_metadata,
			   FIXTURE_DATA(rst) *self,
			   const struct virtio_vsock_hdr *h)
{
	ASSERT_EQ(0, send_hdr(&self->bed, h));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(0, self->bed.mux.nr_strays);
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_pending));
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_sent));
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
}

TEST_F(rst, rst_for_data_of_an_unknown_flow)
{
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_RW);

	h.len = htole32(8);
	expect_rst(_metadata, &self->bed, &h);
	EXPECT_EQ(1, BED_STAT(&self->bed, unknown_flow));
}

TEST_F(rst, rst_for_every_operation_of_an_unknown_flow)
{
	static const unsigned int ops[] = {
		VIRTIO_VSOCK_OP_RESPONSE, VIRTIO_VSOCK_OP_SHUTDOWN,
		VIRTIO_VSOCK_OP_RW, VIRTIO_VSOCK_OP_CREDIT_UPDATE,
		VIRTIO_VSOCK_OP_CREDIT_REQUEST,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		struct virtio_vsock_hdr h = packet(&self->bed, ops[i]);

		expect_rst(_metadata, &self->bed, &h);
	}
	EXPECT_EQ(ARRAY_SIZE(ops), BED_STAT(&self->bed, unknown_flow));
}

TEST_F(rst, no_rst_for_an_rst)
{
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_RST);

	expect_nothing(_metadata, self, &h);
}

TEST_F(rst, no_rst_for_an_rst_of_a_wrong_type)
{
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_RST);

	h.type = htole16(9);
	expect_nothing(_metadata, self, &h);
}

TEST_F(rst, rst_for_a_request_of_a_wrong_type)
{
	static const unsigned int types[] = { 0, 2, 3, 0xffff };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct virtio_vsock_hdr h =
			packet(&self->bed, VIRTIO_VSOCK_OP_REQUEST);

		h.type = htole16(types[i]);
		expect_rst(_metadata, &self->bed, &h);
	}
	EXPECT_EQ(ARRAY_SIZE(types), BED_STAT(&self->bed, bad_type));
}

TEST_F(rst, packet_to_another_cid_is_dropped)
{
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_REQUEST);

	h.dst_cid = htole64(1);
	expect_nothing(_metadata, self, &h);
	h.dst_cid = htole64(1ULL << 32 | 2);
	expect_nothing(_metadata, self, &h);
	EXPECT_EQ(2, BED_STAT(&self->bed, bad_dst_cid));
}

TEST_F(rst, packet_from_another_cid_is_dropped)
{
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_REQUEST);

	h.src_cid = htole64(self->bed.guest.cfg.cid + 1);
	expect_nothing(_metadata, self, &h);
	h.src_cid = htole64(self->bed.guest.cfg.cid | 1ULL << 32);
	expect_nothing(_metadata, self, &h);
	EXPECT_EQ(2, BED_STAT(&self->bed, bad_src_cid));
}

TEST_F(rst, guest_rst_gives_eof)
{
	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_sent));
}

TEST_F(rst, guest_rst_keeps_earlier_data)
{
	char data[1000];

	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(sizeof(data), guest_conn_send(self->pair.conn, data,
						sizeof(data), 300));
	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
}

TEST_F(rst, unexpected_response_is_harmless)
{
	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RESPONSE, 0);
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
	EXPECT_EQ(1, BED_STAT(&self->bed, bad_op));
}

TEST_F(rst, unknown_operation_is_harmless)
{
	guest_conn_op(self->pair.conn, 0, 0);
	guest_conn_op(self->pair.conn, 8, 0);
	guest_conn_op(self->pair.conn, 0xffff, 0);
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
	EXPECT_EQ(3, BED_STAT(&self->bed, bad_op));
}

/*
 * More RSTs are due than the device queues: it drops the rest and counts them.
 */
TEST_F(rst, pending_rsts_are_limited_and_drops_counted)
{
	enum { N = 2000 };
	struct virtio_vsock_hdr h = packet(&self->bed, VIRTIO_VSOCK_OP_RW);
	struct bed *bed = &self->bed;

	for (int i = 0; i < N; i++) {
		h.src_port = htole32(i);
		ASSERT_EQ(0, guest_send(&bed->guest, &h, NULL,
					deadline_in(WAIT_MS)));
	}
	EXPECT_EQ(N, BED_AWAIT_STAT(bed, unknown_flow, N));
	EXPECT_LT(0, BED_STAT(bed, rst_overflow));
	for (int i = 0; i < N && BED_STAT(bed, rsts_pending); i++) {
		guest_mux_step(&bed->mux, -1, 0, deadline_in(100));
		bed->mux.nr_strays = 0;
	}
	EXPECT_EQ(0, BED_STAT(bed, rsts_pending));
	EXPECT_EQ(N, BED_STAT(bed, rsts_sent) + BED_STAT(bed, rst_overflow));
	guest_mux_poll(&bed->mux);
	bed->mux.nr_strays = 0;
	EXPECT_EQ(0, bed_echo(bed, &self->pair));
}

TEST_HARNESS_MAIN
