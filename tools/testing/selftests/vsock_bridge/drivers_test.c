// SPDX-License-Identifier: GPL-2.0
/*
 * Emulate the virtio-vsock drivers of systems other than Linux. A table
 * describes how each driver behaves, and all tests run with each driver. The
 * table was derived from the drivers' sources in November 2026.
 */
#include "harness.h"

#include <endian.h>
#include <sys/socket.h>

#define NO_EVENT_IDX	(1ULL << VIRTIO_F_VERSION_1 |			\
			 1ULL << VIRTIO_RING_F_INDIRECT_DESC)
#define VERSION_1	(1ULL << VIRTIO_F_VERSION_1)
#define HDR		GUEST_HDR_SIZE
#define EVENTS		8

/* Bytes that each side sends, unless the driver's credit limits it to less. */
#define TO_HOST		(1 << 20)
#define TO_GUEST	(512 << 10)

FIXTURE(driver)
{
	struct bed bed;
	struct bed_pair pair;
	struct guest *g;
};

/**
 * struct driver - FIXTURE_VARIANT(driver)
 * @cfg: rings and buffers; rx_num counts descriptors
 * @habits: the driver's protocol behaviour
 * @to_host: maximum number of bytes to the host, or 0 for TO_HOST
 * @to_guest: maximum number of bytes to the guest, or 0 for TO_GUEST
 * @keeps_events: the driver never returns an event buffer
 */
FIXTURE_VARIANT(driver)
{
	struct guest_config cfg;
	struct guest_habits habits;
	size_t to_host;
	size_t to_guest;
	bool keeps_events;
};

/* Android's Microdroid, ArceOS, DragonOS */
FIXTURE_VARIANT_ADD(driver, rcore)
{
	.cfg = { .rx_buf = 512, .rx_num = 8 },
	.habits = { .window = 1024, .updates_above = GUEST_NEVER,
		    .resets_shutdown = true },
};

/* The same code with larger buffers. */
FIXTURE_VARIANT_ADD(driver, trusty)
{
	.cfg = { .rx_buf = 4096, .rx_num = 8 },
	.habits = { .window = 4096, .updates_above = GUEST_NEVER,
		    .resets_shutdown = true },
};

FIXTURE_VARIANT_ADD(driver, windows)
{
	.cfg = { .rx_buf = HDR + 4096, .rx_layout = GUEST_SPLIT,
		 .features = NO_EVENT_IDX },
	.habits = { .window = 262144, .updates_above = 196608,
		    .answers = GUEST_IS_SILENT, .needs_update = true },
};

FIXTURE_VARIANT_ADD(driver, nanos)
{
	.cfg = { .rx_buf = HDR + 4052, .rx_layout = GUEST_SPLIT },
	.habits = { .window = 65536 },
};

FIXTURE_VARIANT_ADD(driver, hermit)
{
	.cfg = { .rx_buf = HDR + 8192, .rx_layout = GUEST_SPLIT, .rx_num = 16,
		 .features = VERSION_1 },
	.habits = { .window = 131072, .counts = GUEST_COUNTS_RECEIVED,
		    .closes = GUEST_RESETS },
	.keeps_events = true,
};

FIXTURE_VARIANT_ADD(driver, asterinas)
{
	.cfg = { .rx_buf = 4096, .rx_num = 64, .event_num = 1 },
	.habits = { .window = 262144, .updates_above = 65535 },
};

FIXTURE_VARIANT_ADD(driver, unikraft)
{
	.cfg = { .rx_buf = 4096 },
	.habits = { .window = 65536, .updates_above = GUEST_NEVER },
};

/* The driver can receive one window of bytes in total. */
FIXTURE_VARIANT_ADD(driver, older_unikraft)
{
	.cfg = { .rx_buf = 4096 },
	.habits = { .window = 65536, .counts = GUEST_COUNTS_ROOM,
		    .updates_above = GUEST_NEVER, .answers = GUEST_ASKS_BACK,
		    .closes = GUEST_SHUTS_NOTHING },
	.to_guest = 60000,
};

FIXTURE_VARIANT_ADD(driver, nuttx)
{
	.cfg = { .rx_buf = HDR + 2048, .rx_num = 16 },
	.habits = { .window = 2048, .updates_above = 1023 },
};

/* Fuchsia's 1 s timer for writers is omitted: it must not be needed. */
FIXTURE_VARIANT_ADD(driver, fuchsia)
{
	.cfg = { .rx_buf = 512, .rx_num = 32, .features = VERSION_1 },
	.habits = { .window = 65536, .counts = GUEST_COUNTS_UNREAD,
		    .needs_update = true, .resets_shutdown = true },
	.to_guest = 60000,
};

FIXTURE_VARIANT_ADD(driver, toro)
{
	.cfg = { .rx_buf = HDR + 65536, .rx_num = 32 },
	.habits = { .window = 262144, .counts = GUEST_COUNTS_UNREAD,
		    .answers = GUEST_IS_SILENT },
	.to_guest = 250000,
	.keeps_events = true,
};

/* The driver learns its credit from the host's data packets only. */
FIXTURE_VARIANT_ADD(driver, freebsd)
{
	.cfg = { .rx_buf = 128, .tx_buf = 128 - HDR },
	.habits = { .window = 65536, .free_alloc = true,
		    .ignores_updates = true },
	.to_host = 250000,
};

FIXTURE_VARIANT_ADD(driver, linux)
{
	.cfg = { },
	.habits = { },
};

FIXTURE_SETUP(driver)
{
	struct guest_config cfg = variant->cfg;

	self->g = &self->bed.guest;
	cfg.event_num = cfg.event_num ?: EVENTS;
	BED_SETUP(&self->bed, &cfg);
	if (variant->habits.window)
		guest_mux_use_habits(&self->bed.mux, &variant->habits);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(driver)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(driver, receives_and_sends_at_the_same_time)
{
	const struct bed_flow flow = {
		.to_host = variant->to_host ?: TO_HOST,
		.to_guest = variant->to_guest ?: TO_GUEST,
		.packet = variant->cfg.tx_buf,
		.seed = 1,
	};

	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	EXPECT_FALSE(self->pair.conn->reset);
	EXPECT_EQ(0, BED_STAT(&self->bed, over_credit));
}

TEST_F(driver, sends_every_byte_on_a_host_connection)
{
	const struct bed_flow flow = {
		.to_host = variant->to_host ?: TO_HOST,
		.packet = variant->cfg.tx_buf,
		.seed = 2,
	};

	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

TEST_F(driver, receives_every_byte_on_a_guest_connection)
{
	const struct bed_flow flow = {
		.to_guest = variant->to_guest ?: TO_GUEST,
		.seed = 3,
	};
	struct bed_pair pair;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, 81));
	EXPECT_EQ(0, bed_move(&self->bed, &pair, &flow));
	close(pair.fd);
}

/* Wait for each write to arrive, so that the device cannot merge two writes. */
static bool passes_writes(struct bed *bed, struct bed_pair *pair, size_t len,
			  unsigned int writes)
{
	char data[256], got[256];

	for (unsigned int i = 0; i < writes; i++) {
		size_t n = 0;

		bed_fill(data, i, 0, len);
		if (uds_send(pair->fd, data, len))
			return false;
		while (n < len) {
			if (!GUEST_UNTIL(&bed->mux,
					 guest_conn_unread(pair->conn)))
				return false;
			n += guest_conn_recv(pair->conn, got + n, len - n);
		}
		if (!bed_match(got, i, 0, len))
			return false;
	}
	return true;
}

TEST_F(driver, receives_an_unlimited_number_of_small_writes)
{
	EXPECT_TRUE(passes_writes(&self->bed, &self->pair, 10, 2000));
	EXPECT_FALSE(self->pair.conn->reset);
}

/* These are too large to join a packet in Linux's receive queue. */
TEST_F(driver, receives_an_unlimited_number_of_200_byte_writes)
{
	size_t most = variant->to_guest ?: TO_GUEST;

	EXPECT_TRUE(passes_writes(&self->bed, &self->pair, 200,
				  most / 200 < 1500 ? most / 200 : 1500));
	EXPECT_FALSE(self->pair.conn->reset);
}

TEST_F(driver, close_delivers_every_byte)
{
	enum { BYTES = 40000 };
	static char data[BYTES], got[BYTES];
	struct guest_conn *c = self->pair.conn;
	size_t sent = 0;

	bed_fill(data, 4, 0, BYTES);
	while (sent < BYTES) {
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_credit(c)));
		sent += guest_conn_send(c, data + sent, BYTES - sent,
					variant->cfg.tx_buf ?: GUEST_TX_BUF);
	}
	ASSERT_EQ(0, guest_conn_close(c));
	ASSERT_EQ(0, uds_recv(self->pair.fd, got, BYTES));
	EXPECT_TRUE(bed_match(got, 4, 0, BYTES));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
}

/* Read until @len bytes have arrived, or no more come. Return: bytes read. */
static size_t reads_to_the_end(struct bed *bed, struct guest_conn *c,
			       char *got, size_t len)
{
	size_t n = 0;

	while (n < len && GUEST_UNTIL(&bed->mux, guest_conn_unread(c) ||
						 c->reset)) {
		size_t part = guest_conn_recv(c, got + n, len - n);

		if (!part)
			break;
		n += part;
	}
	return n;
}

TEST_F(driver, host_close_delivers_every_byte)
{
	enum { BYTES = 40000 };
	static char data[BYTES], got[BYTES];

	bed_fill(data, 5, 0, BYTES);
	ASSERT_EQ(0, uds_send(self->pair.fd, data, BYTES));
	close(self->pair.fd);
	self->pair.fd = -1;
	EXPECT_EQ(BYTES, reads_to_the_end(&self->bed, self->pair.conn, got,
					  BYTES));
	EXPECT_TRUE(bed_match(got, 5, 0, BYTES));
}

/* The driver answers SHUTDOWN after the bytes, whatever flags it supports. */
TEST_F(driver, host_half_close_delivers_every_byte)
{
	enum { BYTES = 40000 };
	static char data[BYTES], got[BYTES];

	bed_fill(data, 6, 0, BYTES);
	ASSERT_EQ(0, uds_send(self->pair.fd, data, BYTES));
	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	EXPECT_EQ(BYTES, reads_to_the_end(&self->bed, self->pair.conn, got,
					  BYTES));
	EXPECT_TRUE(bed_match(got, 6, 0, BYTES));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				self->pair.conn->peer_shutdown &
				VIRTIO_VSOCK_SHUTDOWN_SEND));
}

static int send_event(struct guest *g)
{
	struct vsock_bridge_event event = {
		.size = sizeof(event),
		.event = VSOCK_BRIDGE_EVENT_TRANSPORT_RESET,
	};

	return ioctl(g->fd, VSOCK_BRIDGE_SEND_EVENT, &event) ? -errno : 0;
}

TEST_F(driver, works_after_a_transport_reset)
{
	uint32_t id;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 500)));
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 60000)));
	ASSERT_EQ(0, guest_event_wait(self->g, &id, deadline_in(WAIT_MS)));
	guest_mux_fini(&self->bed.mux);
	if (!variant->keeps_events)
		guest_event_fill(self->g);
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* A driver that wakes a writer for CREDIT_UPDATE only, not for data. */
FIXTURE(writer)
{
	struct bed bed;
	struct bed_pair pair;
};

static const struct guest_habits writer_habits = {
	.window = 262144, .updates_above = 196608,
	.answers = GUEST_IS_SILENT, .needs_update = true,
};

FIXTURE_SETUP(writer)
{
	BED_SETUP(&self->bed, NULL);
	guest_mux_use_habits(&self->bed.mux, &writer_habits);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(writer)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Send until the guest's window and the host socket's buffer are full. */
static size_t fill_host(struct bed *bed, struct bed_pair *pair)
{
	static char data[65536];
	size_t sent = 0;

	do {
		guest_mux_poll(&bed->mux);
		sent += guest_conn_send(pair->conn, data, sizeof(data),
					GUEST_TX_BUF);
	} while (!pair->conn->sleeps || BED_STAT(bed, buffered_bytes) <
					VSOCK_BRIDGE_DEF_BUF_ALLOC);
	return sent;
}

/*
 * The host program also writes while it reads, so data packets report the
 * guest's credit before a CREDIT_UPDATE does.
 */
TEST_F(writer, wakes_though_data_packets_carried_the_credit)
{
	struct guest_conn *c = self->pair.conn;
	size_t left = fill_host(&self->bed, &self->pair);
	static char data[4096];

	ASSERT_TRUE(c->sleeps);
	while (left) {
		size_t n = left < sizeof(data) ? left : sizeof(data);
		uint32_t before = c->rx_cnt;

		ASSERT_EQ(0, uds_recv(self->pair.fd, data, n));
		left -= n;
		ASSERT_EQ(0, uds_send(self->pair.fd, "x", 1));
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->rx_cnt != before));
		guest_conn_recv(c, data, 1);
	}
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, !c->sleeps));
}

TEST_F(writer, gets_a_small_credit_update_when_idle)
{
	struct guest_conn *c = self->pair.conn;
	char data[1000] = "";

	ASSERT_EQ(sizeof(data), guest_conn_send(c, data, sizeof(data),
						GUEST_TX_BUF));
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->peer_fwd_cnt == sizeof(data)));
	EXPECT_EQ(1, c->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE]);
}

/* Messages never join. Send more of them than Linux can queue unread. */
FIXTURE(messages)
{
	struct bed bed;
	struct bed_pair pair;
};

static const struct guest_habits silent_habits = {
	.window = 262144, .updates_above = GUEST_NEVER,
	.answers = GUEST_IS_SILENT,
};

#define MESSAGES	600

static int send_messages(int fd)
{
	int room = 4 << 20, err = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		return -errno;
	for (int i = 0; i < MESSAGES && !err; i++)
		err = send(fd, "x", 1, 0) == 1 ? 0 : -errno;
	return err;
}

FIXTURE_SETUP(messages)
{
	struct guest_config cfg = { .rx_num = 1024 };

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_open_seqpacket(&self->bed, &cfg));
}

FIXTURE_TEARDOWN(messages)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(messages, reach_a_guest_that_ignores_credit_requests)
{
	guest_mux_use_habits(&self->bed.mux, &silent_habits);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, send_messages(self->pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(self->pair.conn) == MESSAGES));
}

/*
 * The guest answers CREDIT_REQUESTs and reads nothing, for more requests than
 * the device needs to detect a silent guest. check_room() checks the ceiling.
 */
TEST_F(messages, do_not_reset_a_linux_guest_that_does_not_read)
{
	unsigned int *asked;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	asked = &self->pair.conn->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST];
	ASSERT_EQ(0, send_messages(self->pair.fd));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, *asked > 10));
	EXPECT_GT(262144 / GUEST_PACKET_COST, self->pair.conn->unread);
}

/* A paused guest neither takes packets nor returns RX buffers. */
TEST_F(messages, do_not_reset_a_paused_linux_guest)
{
	int silent;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.handshake_timeout_ms = 1500)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, send_messages(self->pair.fd));
	/* use the handshake timeout of a silent client as a timer */
	silent = uds_connect(self->bed.path);
	ASSERT_LE(0, silent);
	ASSERT_EQ(0, uds_recv_eof(silent));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
			self->pair.conn->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST]));
	EXPECT_GT(262144 / GUEST_PACKET_COST, self->pair.conn->unread);
	close(silent);
}

TEST_HARNESS_MAIN
