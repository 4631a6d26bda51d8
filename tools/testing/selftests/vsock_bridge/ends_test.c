// SPDX-License-Identifier: GPL-2.0
/*
 * For every way in which a connection can end, check which bytes arrive, and
 * whether each side sees EOF or an error. A clean EOF means that all bytes have
 * arrived.
 */
#include "harness.h"

#include <endian.h>
#include <sys/socket.h>

#include "control.h"

#define RCV VIRTIO_VSOCK_SHUTDOWN_RCV
#define SEND VIRTIO_VSOCK_SHUTDOWN_SEND

/* Read to the end. Return: number of valid bytes. @end: 0 (EOF) or -errno. */
static size_t read_to_end(int fd, int *end)
{
	static char data[65536];
	size_t got = 0;
	ssize_t n;

	for (;;) {
		*end = uds_wait(fd, POLLIN);
		if (*end)
			return got;
		n = uds_recv_now(fd, data, sizeof(data));
		*end = n < 0 ? n : 0;
		if (n <= 0 || !bed_match(data, 1, got, n))
			return got;
		got += n;
	}
}

/* What ends a connection that is open on both sides. */
enum ending {
	BY_CLOSE,		/* the guest's SHUTDOWN of both directions */
	BY_RST,			/* the guest's RST */
	BY_HALF_CLOSE,		/* the guest's SHUTDOWN of its writing */
	BY_DROP,		/* DROP_CONN */
	BY_EVENT,		/* TRANSPORT_RESET */
	BY_RESTART,		/* a restart of the guest */
	BY_CID,			/* another CID */
	BY_OVER_CREDIT,		/* the guest exceeds its credit */
	BY_SHORT_PACKET,	/* a packet longer than its chain */
	BY_DEVICE,		/* the device is closed */
};

FIXTURE(ends)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(ends)
{
	enum ending by;
	bool guest_asked;	/* the guest closed: all bytes, then EOF */
	bool rst;		/* the guest receives an RST */
};

#define ENDING(name, ...)						\
FIXTURE_VARIANT_ADD(ends, name) { __VA_ARGS__ }
ENDING(by_a_close_of_the_guest, BY_CLOSE, true, true);
ENDING(by_an_rst_of_the_guest, BY_RST, true, false);
ENDING(by_a_half_close_of_the_guest, BY_HALF_CLOSE, true, false);
ENDING(by_drop_conn, BY_DROP, false, true);
ENDING(by_a_transport_reset, BY_EVENT, false, false);
ENDING(by_a_restart_of_the_guest, BY_RESTART, false, false);
ENDING(by_a_change_of_cid, BY_CID, false, false);
ENDING(by_too_many_bytes, BY_OVER_CREDIT, false, true);
ENDING(by_a_short_packet, BY_SHORT_PACKET, false, true);
ENDING(by_the_end_of_the_device, BY_DEVICE, false, false);

FIXTURE_SETUP(ends)
{
	BED_SETUP(&self->bed, &(struct guest_config){ .event_num = 8 });
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(ends)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

static int drop_the_only_one(struct bed *bed)
{
	struct vsock_bridge_conn conn;
	int nr = control_conns(bed->guest.fd, 0, &conn, 1);

	if (nr != 1)
		return nr < 0 ? nr : -ENOENT;
	return control_drop(bed->guest.fd, conn.id);
}

static int send_event(struct bed *bed)
{
	struct vsock_bridge_event event = {
		.size = sizeof(event),
		.event = VIRTIO_VSOCK_EVENT_TRANSPORT_RESET,
	};

	return ioctl(bed->guest.fd, VSOCK_BRIDGE_SEND_EVENT, &event) ?
	       -errno : 0;
}

static int restart(struct bed *bed)
{
	int err = guest_stop(&bed->guest);

	guest_reset(&bed->guest);
	return err ?: guest_run(&bed->guest);
}

static int change_cid(struct bed *bed)
{
	int err = guest_stop(&bed->guest);

	return err ?: guest_set_cid(&bed->guest, 77);
}

static int send_too_much(struct guest_conn *c)
{
	static char data[GUEST_TX_BUF];
	int err = 0;

	for (int i = 0; i < 1000 && !err && !c->reset; i++) {
		err = guest_conn_send_packet(c, data, sizeof(data));
		guest_mux_poll(c->mux);
	}
	return err;
}

/* Send a packet whose header announces more bytes than its chain holds. */
static int send_short(struct guest_conn *c)
{
	struct guest *g = c->mux->guest;
	struct guest_buf *b = guest_tx_get(g);
	struct vring_desc desc = {
		.addr = htole64(guest_mem_gpa(&g->mem, b->hdr)),
		.len = htole32(sizeof(*b->hdr)),
	};
	uint32_t len;
	int head;

	*b->hdr = guest_hdr(g, VIRTIO_VSOCK_OP_RW, c->local, c->peer);
	b->hdr->len = htole32(8);
	head = guest_ring_raw(&g->tx, &desc, 1);
	if (head < 0)
		return head;
	guest_ring_kick(&g->tx);
	return guest_wait_raw(g, &g->tx, head, &len, deadline_in(WAIT_MS));
}

static int end_it(struct bed *bed, struct bed_pair *pair, enum ending by)
{
	switch (by) {
	case BY_CLOSE:
		return guest_conn_shutdown(pair->conn, RCV | SEND);
	case BY_RST:
		return guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_RST, 0);
	case BY_HALF_CLOSE:
		return guest_conn_shutdown(pair->conn, SEND);
	case BY_DROP:
		return drop_the_only_one(bed);
	case BY_EVENT:
		return send_event(bed);
	case BY_RESTART:
		return restart(bed);
	case BY_CID:
		return change_cid(bed);
	case BY_OVER_CREDIT:
		return send_too_much(pair->conn);
	case BY_SHORT_PACKET:
		return send_short(pair->conn);
	case BY_DEVICE:
		guest_close(&bed->guest);
		return 0;
	}
	return -EINVAL;
}

/* The host program sees EOF only if it has received all bytes. */
TEST_F(ends, unread_bytes_end_in_eof_or_reset)
{
	size_t sent = bed_send_until_stalled(&self->bed, &self->pair);
	size_t got;
	int end;

	ASSERT_NE(0, sent);
	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.shutdown_timeout_ms = 1)));
	ASSERT_EQ(0, end_it(&self->bed, &self->pair, variant->by));
	got = read_to_end(self->pair.fd, &end);
	if (variant->guest_asked) {
		EXPECT_EQ(sent, got);
		EXPECT_EQ(0, end);
	} else {
		EXPECT_LT(0, got);
		EXPECT_GT(sent, got);
		EXPECT_EQ(-ECONNRESET, end);
	}
}

/* All bytes have arrived, but only a close by the guest makes the end clean. */
TEST_F(ends, read_bytes_end_in_eof_only_if_the_guest_closed)
{
	char data[1000];
	int end;

	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(sizeof(data), guest_conn_send(self->pair.conn, data,
						sizeof(data), sizeof(data)));
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	ASSERT_EQ(0, end_it(&self->bed, &self->pair, variant->by));
	if (variant->by == BY_OVER_CREDIT)
		return;	/* it sends more bytes first */
	EXPECT_EQ(0, read_to_end(self->pair.fd, &end));
	EXPECT_EQ(variant->guest_asked ? 0 : -ECONNRESET, end);
}

TEST_F(ends, eof_stays_eof_after_a_half_close)
{
	int end;

	ASSERT_EQ(0, guest_conn_shutdown(self->pair.conn, SEND));
	EXPECT_EQ(0, read_to_end(self->pair.fd, &end));
	EXPECT_EQ(0, end);
	ASSERT_EQ(0, end_it(&self->bed, &self->pair, variant->by));
	EXPECT_EQ(0, read_to_end(self->pair.fd, &end));
	EXPECT_EQ(0, end);
}

TEST_F(ends, guest_gets_an_rst_unless_it_ended_the_connection)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_NE(0, bed_send_until_stalled(&self->bed, &self->pair));
	ASSERT_EQ(0, end_it(&self->bed, &self->pair, variant->by));
	if (variant->rst) {
		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	} else {
		EXPECT_FALSE(c->reset);
	}
}

BED_FIXTURE(linger)

static void expect_all(struct __test_metadata *_metadata, int fd, size_t sent)
{
	int end;

	EXPECT_EQ(sent, read_to_end(fd, &end));
	EXPECT_EQ(0, end);
}

/* The guest's close is confirmed although the host program does not read. */
TEST_F(linger, guest_gets_the_rst_before_the_host_program_reads)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair;
	size_t sent;

	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	sent = bed_send_until_stalled(bed, &pair);
	ASSERT_NE(0, sent);
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, lingering, 1));
	expect_all(_metadata, pair.fd, sent);
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, lingering, 0));
	close(pair.fd);
}

TEST_F(linger, guest_may_reuse_its_port)
{
	struct bed *bed = &self->bed;
	struct guest_conn *again;
	struct bed_pair pair;
	uint32_t local;
	int listener, fd;
	size_t sent;

	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	sent = bed_send_until_stalled(bed, &pair);
	local = pair.conn->local;
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	ASSERT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	guest_conn_free(pair.conn);
	listener = bed_listen(bed, 81);
	ASSERT_LE(0, listener);
	again = guest_connect(&bed->mux, local, 81);
	ASSERT_NE(NULL, again);
	fd = uds_accept(listener);
	EXPECT_LE(0, fd);
	EXPECT_TRUE(GUEST_UNTIL(&bed->mux, again->open));
	expect_all(_metadata, pair.fd, sent);
	close(fd);
	close(listener);
	close(pair.fd);
}

/* The guest reuses both ports before it has received the RST. */
TEST_F(linger, survives_a_request_with_the_same_ports)
{
	struct bed *bed = &self->bed;
	struct guest_buf *held[256];
	struct bed_pair pair, other;
	struct virtio_vsock_hdr h;
	size_t sent;

	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	ASSERT_EQ(0, bed_host_pair(bed, &other, 90));
	sent = bed_send_until_stalled(bed, &pair);
	/* without an RX buffer the device cannot send the RST */
	ASSERT_EQ(0, bed_use_up_rx(bed, &other, held));
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	h = guest_hdr(&bed->guest, VIRTIO_VSOCK_OP_REQUEST, pair.conn->local,
		      pair.conn->peer);
	h.buf_alloc = htole32(65536);
	ASSERT_EQ(0, guest_send(&bed->guest, &h, NULL, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, lingering, 1));
	expect_all(_metadata, pair.fd, sent);
	close(pair.fd);
	close(other.fd);
}

TEST_F(linger, survives_a_restart_of_the_guest)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair;
	size_t sent;

	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	sent = bed_send_until_stalled(bed, &pair);
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	ASSERT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	ASSERT_EQ(0, restart(bed));
	expect_all(_metadata, pair.fd, sent);
	close(pair.fd);
}

/* The limit is reached, and the reader has not read for shutdown_timeout_ms. */
TEST_F(linger, is_reset_for_a_new_connection_at_the_limit)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair, next;
	size_t sent;
	int end;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_connections = 1,
						    .shutdown_timeout_ms = 1)));
	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	sent = bed_send_until_stalled(bed, &pair);
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	ASSERT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	/* the case: nothing is read for longer than shutdown_timeout_ms */
	GUEST_UNTIL_FD(&bed->mux, -1, 0, 10, false);
	EXPECT_EQ(0, bed_host_pair(bed, &next, 81));
	EXPECT_EQ(1, BED_STAT(bed, shutdown_timeouts));
	EXPECT_GT(sent, read_to_end(pair.fd, &end));
	EXPECT_EQ(-ECONNRESET, end);
	close(next.fd);
	close(pair.fd);
}

TEST_F(linger, keeps_its_place_until_the_timeout)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair;
	size_t sent;
	int fd;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_connections = 1)));
	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	sent = bed_send_until_stalled(bed, &pair);
	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(
			.shutdown_timeout_ms = 3600000)));
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	ASSERT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	fd = bed_client(bed, 81);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_STAT(bed, too_many_connections));
	expect_all(_metadata, pair.fd, sent);
	close(fd);
	close(pair.fd);
}

/*
 * The reader makes progress all the time, but frees less of the socket's buffer
 * than makes AF_UNIX report room.
 */
TEST_F(linger, keeps_its_place_while_the_reader_is_slow)
{
	struct bed *bed = &self->bed;
	static char data[1000];
	struct bed_pair pair;
	int fd;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_connections = 1,
						    .shutdown_timeout_ms = 50)));
	ASSERT_EQ(0, bed_guest_pair(bed, &pair, 80));
	ASSERT_NE(0, bed_send_until_stalled(bed, &pair));
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, RCV | SEND));
	ASSERT_TRUE(GUEST_UNTIL(&bed->mux, pair.conn->reset));
	/* the case: a reader that takes far longer than shutdown_timeout_ms */
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, uds_recv(pair.fd, data, sizeof(data)));
		GUEST_UNTIL_FD(&bed->mux, -1, 0, 5, false);
	}
	fd = bed_client(bed, 81);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(0, BED_STAT(bed, shutdown_timeouts));
	EXPECT_EQ(1, BED_STAT(bed, lingering));
	close(fd);
	close(pair.fd);
}

/* Send until the device buffers @more bytes more. */
static void stall(struct bed *bed, struct bed_pair *p, uint64_t more)
{
	static char bytes[1000];
	uint64_t was = BED_STAT(bed, buffered_bytes);

	while (BED_STAT(bed, buffered_bytes) < was + more) {
		if (guest_conn_send_packet(p->conn, bytes, sizeof(bytes)))
			break;
		bed_settle(bed);
		guest_mux_poll(&bed->mux);
	}
}

/* Bytes that exceed max_buffered on their own end no other connection. */
TEST_F(linger, oversized_data_resets_no_other_connection)
{
	struct bed *bed = &self->bed;
	static char big[GUEST_TX_BUF];
	struct bed_pair a, b;

	ASSERT_EQ(0, bed_guest_pair(bed, &a, 80));
	ASSERT_EQ(0, bed_guest_pair(bed, &b, 81));
	stall(bed, &a, 1000);
	stall(bed, &b, 1000);
	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_buffered = 65536)));
	for (int i = 0; i < 2 && !b.conn->reset; i++) {
		ASSERT_EQ(0, guest_conn_send_packet(b.conn, big, sizeof(big)));
		bed_settle(bed);
		guest_mux_poll(&bed->mux);
	}
	EXPECT_TRUE(b.conn->reset);
	EXPECT_FALSE(a.conn->reset);
	close(a.fd);
	close(b.fd);
}

BED_FIXTURE(client)

/* Write the line and the payload with one call, then close. */
static int hasty_client(struct bed *bed, const char *text)
{
	int fd = uds_connect(bed->path);
	int err = fd < 0 ? fd : uds_send(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return err;
}

TEST_F(client, that_closes_before_ok_delivers_its_payload)
{
	struct bed *bed = &self->bed;
	struct guest_conn *c;
	char got[5];

	guest_listen(&bed->mux, 80);
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, hasty_client(bed, "CONNECT 80\nhello"));
		c = guest_accept(&bed->mux, 80, deadline_in(WAIT_MS));
		ASSERT_NE(NULL, c);
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux, c->peer_shutdown == 3));
		ASSERT_FALSE(c->reset);
		ASSERT_EQ(5, guest_conn_recv(c, got, sizeof(got)));
		ASSERT_EQ(0, memcmp(got, "hello", 5));
		guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
		guest_conn_free(c);
	}
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connections, 0));
}

TEST_F(client, that_closes_within_its_line_sends_no_request)
{
	struct bed *bed = &self->bed;
	uint64_t before = BED_STAT(bed, conns_added);

	guest_listen(&bed->mux, 80);
	ASSERT_EQ(0, hasty_client(bed, "CONNECT 80"));
	ASSERT_EQ(0, hasty_client(bed, ""));
	EXPECT_EQ(2, BED_AWAIT_STAT(bed, invalid_port_request, 2));
	EXPECT_EQ(before, BED_STAT(bed, conns_added));
}

TEST_F(client, that_closed_before_the_start_sends_no_request)
{
	struct bed *bed = &self->bed;
	uint64_t before;
	struct bed_pair pair;

	ASSERT_EQ(0, guest_stop(&bed->guest));
	before = BED_STAT(bed, conns_added);
	for (int i = 0; i < 50; i++)
		ASSERT_EQ(0, hasty_client(bed, "CONNECT 80\n"));
	ASSERT_EQ(0, guest_run(&bed->guest));
	ASSERT_EQ(0, bed_host_pair(bed, &pair, 80));
	EXPECT_EQ(before + 1, BED_STAT(bed, conns_added));
	close(pair.fd);
}

/* Requests whose client has gone make room for a client that waits. */
TEST_F(client, that_gave_up_makes_room_for_another_client)
{
	struct bed *bed = &self->bed;
	struct guest_conn *c;
	int gone[4], fd;
	char line[32];

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_connections = 4)));
	for (int i = 0; i < 4; i++)
		gone[i] = bed_client(bed, 79);
	ASSERT_EQ(4, BED_AWAIT_STAT(bed, connections, 4));
	for (int i = 0; i < 4; i++)
		close(gone[i]);
	guest_listen(&bed->mux, 80);
	fd = bed_client(bed, 80);
	c = guest_accept(&bed->mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, c);
	ASSERT_EQ(0, uds_recv_line(fd, line, sizeof(line)));
	EXPECT_EQ(0, BED_STAT(bed, too_many_connections));
	close(fd);
}

/* An urgent byte is not part of the line, because a read does not return it. */
TEST_F(client, that_sends_an_urgent_byte_is_connected)
{
	struct bed *bed = &self->bed;
	struct guest_conn *c;
	int fd = uds_connect(bed->path);

	ASSERT_LE(0, fd);
	guest_listen(&bed->mux, 80);
	ASSERT_EQ(0, uds_send(fd, "CONNE", 5));
	ASSERT_EQ(1, send(fd, "!", 1, MSG_OOB));
	ASSERT_EQ(0, uds_send(fd, "CT 80\n", 6));
	c = guest_accept(&bed->mux, 80, deadline_in(WAIT_MS));
	EXPECT_NE(NULL, c);
	close(fd);
}

TEST_HARNESS_MAIN
