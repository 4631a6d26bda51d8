// SPDX-License-Identifier: GPL-2.0
/* Batches: the device finds many packets after one kick. */
#include "harness.h"

#include <endian.h>

FIXTURE(batch)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(batch)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(batch)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Adds a packet of a connection to the ring without publishing it. */
static void put(struct guest_conn *c, unsigned int op, uint32_t flags,
		const void *data, uint32_t len)
{
	struct guest *g = c->mux->guest;
	struct guest_buf *b = guest_tx_get(g);

	if (!b) {
		guest_fail(g, "test: no TX buffer");
		return;
	}
	*b->hdr = guest_hdr(g, op, c->local, c->peer);
	b->hdr->flags = htole32(flags);
	b->hdr->fwd_cnt = htole32(c->fwd_cnt);
	b->hdr->len = htole32(len);
	memcpy(b->data, data, len);
	c->tx_cnt += len;
	guest_tx_put(g, b);
}

static void put_data(struct guest_conn *c, const void *data, uint32_t len)
{
	put(c, VIRTIO_VSOCK_OP_RW, 0, data, len);
}

static void put_op(struct guest_conn *c, unsigned int op, uint32_t flags)
{
	put(c, op, flags, "", 0);
}

static void expect_text(struct __test_metadata *_metadata, int fd,
			const char *text)
{
	char got[64] = "";

	ASSERT_EQ(0, uds_recv(fd, got, strlen(text)));
	EXPECT_STREQ(text, got);
}

static void expect_end(struct __test_metadata *_metadata, struct bed *bed)
{
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connections, 0));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connects_pending, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, sockets, 1));
	EXPECT_EQ(0, bed_works(bed));
}

TEST_F(batch, full_ring_arrives_in_order)
{
	unsigned int n = self->bed.guest.tx.vr.num;
	char data[256];

	bed_fill(data, 1, 0, n);
	for (int round = 0; round < 20; round++) {
		for (unsigned int i = 0; i < n; i++)
			put_data(self->pair.conn, data + i, 1);
		guest_tx_flush(&self->bed.guest);
		ASSERT_EQ(0, uds_recv(self->pair.fd, data, n));
		ASSERT_TRUE(bed_match(data, 1, 0, n));
		ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	}
}

TEST_F(batch, rst_after_data_gives_data_then_eof)
{
	put_data(self->pair.conn, "one", 3);
	put_data(self->pair.conn, "two", 3);
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_tx_flush(&self->bed.guest);
	expect_text(_metadata, self->pair.fd, "onetwo");
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	expect_end(_metadata, &self->bed);
}

TEST_F(batch, shutdown_after_data_gives_data_then_eof_then_rst)
{
	put_data(self->pair.conn, "one", 3);
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_SHUTDOWN, 3);
	guest_tx_flush(&self->bed.guest);
	expect_text(_metadata, self->pair.fd, "one");
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	expect_end(_metadata, &self->bed);
}

TEST_F(batch, data_after_shutdown_is_dropped)
{
	put_data(self->pair.conn, "one", 3);
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_SHUTDOWN, 2);
	put_data(self->pair.conn, "two", 3);
	guest_tx_flush(&self->bed.guest);
	expect_text(_metadata, self->pair.fd, "one");
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_EQ(1, BED_STAT(&self->bed, bad_op));
}

TEST_F(batch, request_after_data_starts_a_new_connection)
{
	int listener = bed_listen(&self->bed, 80), fd;
	struct guest_conn *c = self->pair.conn;

	c->open = false;
	put_data(c, "old", 3);
	put_op(c, VIRTIO_VSOCK_OP_REQUEST, 0);
	guest_tx_flush(&self->bed.guest);
	expect_text(_metadata, self->pair.fd, "old");
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	fd = uds_accept(listener);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open));
	c->tx_cnt = 0;
	EXPECT_EQ(0, bed_echo(&self->bed, &(struct bed_pair){ fd, c }));
	close(fd);
	close(listener);
}

TEST_F(batch, data_of_two_connections_is_not_mixed)
{
	struct bed_pair other;
	char data[40];

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &other, 81));
	for (int i = 0; i < 40; i++) {
		put_data(self->pair.conn, "a", 1);
		put_data(other.conn, "b", 1);
	}
	guest_tx_flush(&self->bed.guest);
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_EQ(NULL, memchr(data, 'b', sizeof(data)));
	ASSERT_EQ(0, uds_recv(other.fd, data, sizeof(data)));
	EXPECT_EQ(NULL, memchr(data, 'a', sizeof(data)));
	close(other.fd);
}

FIXTURE(crowd)
{
	struct bed bed;
	struct bed_pair pair[5];
};

/*
 * Packets with many descriptors: the ring holds more than the device gathers in
 * one write.
 */
FIXTURE_SETUP(crowd)
{
	struct guest_config cfg = { .tx_layout = GUEST_INDIRECT };

	BED_SETUP(&self->bed, &cfg);
	for (int i = 0; i < 5; i++)
		ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair[i],
					    80 + i));
}

FIXTURE_TEARDOWN(crowd)
{
	for (int i = 0; i < 5; i++)
		close(self->pair[i].fd);
	BED_TEARDOWN(&self->bed);
}

/* Adds the next packet, with @len bytes, of one connection. */
static void put_next(struct bed_pair *pair, uint32_t seed, size_t *at,
		     uint32_t len)
{
	static char data[65536];

	bed_fill(data, seed, *at, len);
	put_data(pair->conn, data, len);
	*at += len;
}

/* Receives and compares the bytes from @from to @to of a connection. */
static void expect_bytes(struct __test_metadata *_metadata, int fd,
			 uint32_t seed, size_t from, size_t to)
{
	char data[4096];

	while (from < to) {
		size_t len = to - from < sizeof(data) ? to - from :
							sizeof(data);

		ASSERT_EQ(0, uds_recv(fd, data, len));
		ASSERT_TRUE(bed_match(data, seed, from, len));
		from += len;
	}
}

TEST_F(crowd, each_connection_gets_its_own_bytes)
{
	unsigned int n = self->bed.guest.tx.vr.num;
	size_t sent[5] = {}, read[5] = {};
	unsigned int seed = 1;

	for (int round = 0; round < 30; round++) {
		/*
		 * alternate small packets with more bytes than one write takes
		 */
		uint32_t most = round % 3 ? 200 : 5000;

		for (unsigned int i = 0; i < n; i++) {
			int who = rand_r(&seed) % 5;

			put_next(&self->pair[who], who, &sent[who],
				 rand_r(&seed) % most + 1);
		}
		guest_tx_flush(&self->bed.guest);
		for (int who = 0; who < 5; who++) {
			expect_bytes(_metadata, self->pair[who].fd, who,
				     read[who], sent[who]);
			read[who] = sent[who];
			ASSERT_EQ(0, bed_fence(&self->bed, &self->pair[who]));
		}
	}
}

/* One connection ends in the middle of the packets gathered for the other. */
TEST_F(batch, rst_of_one_connection_keeps_the_other)
{
	struct bed_pair other;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &other, 81));
	put_data(self->pair.conn, "a", 1);
	put_data(other.conn, "x", 1);
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	put_data(other.conn, "y", 1);
	put_data(self->pair.conn, "lost", 4);
	put_data(other.conn, "z", 1);
	guest_tx_flush(&self->bed.guest);
	expect_text(_metadata, self->pair.fd, "a");
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	expect_text(_metadata, other.fd, "xyz");
	EXPECT_EQ(0, bed_echo(&self->bed, &other));
	close(other.fd);
}

TEST_F(batch, bad_chain_between_packets_loses_no_data)
{
	struct guest *g = &self->bed.guest;
	struct vring_desc bad = {
		.addr = htole64(GUEST_HIGH_GPA - 4096), .len = htole32(100),
	};
	uint32_t len;
	int head;

	put_data(self->pair.conn, "one", 3);
	head = guest_ring_raw(&g->tx, &bad, 1);
	ASSERT_LE(0, head);
	put_data(self->pair.conn, "two", 3);
	guest_tx_flush(g);
	expect_text(_metadata, self->pair.fd, "onetwo");
	ASSERT_EQ(0, guest_wait_raw(g, &g->tx, head, &len,
				    deadline_in(WAIT_MS)));
	EXPECT_EQ(0, len);
}

/* The guest sends RST while the host connect is in progress. */
TEST_F(batch, rst_after_request_leaves_no_connection)
{
	int listener = bed_listen(&self->bed, 81);
	struct guest_conn c = { .mux = &self->bed.mux, .peer = 81 };

	for (int i = 0; i < 50; i++) {
		c.local = 100 + i;
		put_op(&c, VIRTIO_VSOCK_OP_REQUEST, 0);
		put_op(&c, VIRTIO_VSOCK_OP_RST, 0);
	}
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_tx_flush(&self->bed.guest);
	expect_end(_metadata, &self->bed);
	close(listener);
}

/*
 * A guest that does not wait for RESPONSE gets an undefined answer, but harms
 * nothing.
 */
TEST_F(batch, data_before_response_is_harmless)
{
	int listener = bed_listen(&self->bed, 81);
	struct guest_conn *c = calloc(1, sizeof(*c));

	c->mux = &self->bed.mux;
	c->local = 100;
	c->peer = 81;
	put_op(c, VIRTIO_VSOCK_OP_REQUEST, 0);
	put_data(c, "early", 5);
	put_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
	put_op(c, VIRTIO_VSOCK_OP_SHUTDOWN, 3);
	put_op(c, VIRTIO_VSOCK_OP_REQUEST, 0);
	put_op(c, VIRTIO_VSOCK_OP_REQUEST, 0);
	put_op(c, VIRTIO_VSOCK_OP_RST, 0);
	put_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_tx_flush(&self->bed.guest);
	expect_end(_metadata, &self->bed);
	free(c);
	close(listener);
}

TEST_HARNESS_MAIN
