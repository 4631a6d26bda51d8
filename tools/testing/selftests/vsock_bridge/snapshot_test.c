// SPDX-License-Identifier: GPL-2.0
/*
 * A guest is saved and restored with a new device: its memory and rings are
 * kept, its connections are closed.
 */
#include "harness.h"

#include <endian.h>

#define BUFFERS		8U	/* as in Linux */

FIXTURE(snapshot)
{
	struct bed bed;
	struct guest *g;
	struct vsock_bridge_state saved;
};

/* Gives the gate a timeout so long that it does not open during a test. */
static int keep_gate_closed(struct bed *bed)
{
	return bed_set_limits(bed, BED_LIMITS(.connect_timeout_ms = 600000));
}

FIXTURE_SETUP(snapshot)
{
	struct guest_config cfg = { .event_num = BUFFERS };

	self->g = &self->bed.guest;
	BED_SETUP(&self->bed, &cfg);
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
}

FIXTURE_TEARDOWN(snapshot)
{
	BED_TEARDOWN(&self->bed);
}

static int send_event(struct guest *g)
{
	struct vsock_bridge_event event = { .size = sizeof(event) };

	return ioctl(g->fd, VSOCK_BRIDGE_SEND_EVENT, &event) ? -errno : 0;
}

static int get_state(struct guest *g, struct vsock_bridge_state *state)
{
	memset(state, 0, sizeof(*state));
	state->size = sizeof(*state);
	return ioctl(g->fd, VSOCK_BRIDGE_GET_STATE, state) ? -errno : 0;
}

static int set_state(struct guest *g, const struct vsock_bridge_state *state)
{
	return ioctl(g->fd, VSOCK_BRIDGE_SET_STATE, state) ? -errno : 0;
}

/*
 * Does what a VMM does to save a guest. The guest fixture keeps the ring
 * positions.
 */
static int save(struct guest *g, struct vsock_bridge_state *state)
{
	int err = send_event(g);

	err = err ?: guest_stop(g);
	return err ?: get_state(g, state);
}

/* Opens a new device. Interrupts that were pending are lost. */
static int prepare_restore(struct bed *bed)
{
	struct guest *g = &bed->guest;
	int err = guest_reopen(g);

	unlink(bed->path);
	err = err ?: bed_set_uds(g->fd, bed->path);
	err = err ?: keep_gate_closed(bed);
	guest_ring_drain_calls(&g->rx);
	guest_ring_drain_calls(&g->tx);
	guest_ring_drain_calls(&g->event);
	return err ?: guest_realize(g);
}

static int restore(struct bed *bed, const struct vsock_bridge_state *state)
{
	int err = prepare_restore(bed);

	err = err ?: set_state(&bed->guest, state);
	return err ?: guest_run(&bed->guest);
}

/*
 * Does what Linux does: resets its sockets, then reposts the event buffer. It
 * has processed earlier packets by then.
 */
static int answer(struct bed *bed)
{
	uint32_t id;
	int err = guest_event_wait(&bed->guest, &id, deadline_in(WAIT_MS));

	if (err || id)
		return err ?: -EBADMSG;
	guest_mux_poll(&bed->mux);
	guest_mux_fini(&bed->mux);
	guest_event_fill(&bed->guest);
	return 0;
}

static struct virtio_vsock_hdr data_of(const struct guest_conn *c)
{
	return guest_hdr(c->mux->guest, VIRTIO_VSOCK_OP_RW, c->local, c->peer);
}

TEST_F(snapshot, closes_old_connections_and_allows_new_ones)
{
	struct bed_pair host, guest;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &host, 80));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &guest, 81));
	ASSERT_EQ(0, bed_echo(&self->bed, &host));
	ASSERT_EQ(0, bed_echo(&self->bed, &guest));
	ASSERT_EQ(0, save(self->g, &self->saved));
	EXPECT_EQ(0, uds_recv_reset(host.fd));
	EXPECT_EQ(0, uds_recv_reset(guest.fd));
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	ASSERT_EQ(0, answer(&self->bed));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	close(host.fd);
	close(guest.fd);
}

TEST_F(snapshot, tx_in_flight_gets_an_rst_after_the_gate_opens)
{
	struct virtio_vsock_hdr h, rst;
	struct bed_pair pair;
	uint32_t local, peer;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, save(self->g, &self->saved));
	/* The device is stopped, so this packet waits in the ring. */
	h = data_of(pair.conn);
	h.len = htole32(4);
	ASSERT_EQ(0, guest_send(self->g, &h, "data", deadline_in(WAIT_MS)));
	local = pair.conn->local;
	peer = pair.conn->peer;
	ASSERT_EQ(0, restore(&self->bed, &self->saved));

	/*
	 * The device takes the packet without another kick, and holds back the
	 * RST.
	 */
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, rsts_pending, 1));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	ASSERT_EQ(0, answer(&self->bed));
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &rst,
				     deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_RST, le16toh(rst.op));
	EXPECT_EQ(local, le32toh(rst.dst_port));
	EXPECT_EQ(peer, le32toh(rst.src_port));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(pair.fd);
}

TEST_F(snapshot, restore_signals_the_event_again)
{
	ASSERT_EQ(0, save(self->g, &self->saved));
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	EXPECT_LT(0, guest_ring_drain_calls(&self->g->event));
	EXPECT_EQ(0, BED_STAT(&self->bed, events_sent));
	EXPECT_EQ(0, answer(&self->bed));
}

TEST_F(snapshot, restore_keeps_the_gate_closed_until_acknowledged)
{
	struct guest_conn *c;
	int fd;

	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, save(self->g, &self->saved));
	EXPECT_EQ(VSOCK_BRIDGE_STATE_GATED, self->saved.flags);
	EXPECT_EQ(BUFFERS, self->saved.event_buffers);
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	fd = bed_client(&self->bed, 80);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	guest_ring_force_kick(&self->g->event);
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	ASSERT_EQ(0, answer(&self->bed));
	c = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	EXPECT_NE(NULL, c);
	close(fd);
}

TEST_F(snapshot, restore_without_an_event_starts_with_an_open_gate)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_stop(self->g));
	ASSERT_EQ(0, get_state(self->g, &self->saved));
	EXPECT_EQ(0, self->saved.flags);
	EXPECT_EQ(0, self->saved.event_buffers);
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	/* The guest's next packet gets an RST. */
	ASSERT_EQ(4, guest_conn_send(pair.conn, "data", 4, 4));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->reset));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(pair.fd);
}

/* As in QEMU: the snapshot does not affect the guest, which continues. */
TEST_F(snapshot, event_may_be_sent_after_restore)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_stop(self->g));
	ASSERT_EQ(0, get_state(self->g, &self->saved));
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	ASSERT_EQ(0, guest_stop(self->g));
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, answer(&self->bed));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(pair.fd);
}

/* The saved guest continues as after any stop. */
TEST_F(snapshot, saved_guest_may_continue)
{
	ASSERT_EQ(0, save(self->g, &self->saved));
	ASSERT_EQ(0, guest_run(self->g));
	ASSERT_EQ(0, answer(&self->bed));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(snapshot, host_ports_continue_after_the_last)
{
	struct bed_pair pair;

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		EXPECT_EQ(BED_FIRST_PORT + i, pair.conn->peer);
		close(pair.fd);
	}
	ASSERT_EQ(0, save(self->g, &self->saved));
	EXPECT_EQ(BED_FIRST_PORT + 2, self->saved.last_host_port);
	ASSERT_EQ(0, restore(&self->bed, &self->saved));
	ASSERT_EQ(0, answer(&self->bed));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(BED_FIRST_PORT + 3, pair.conn->peer);
	close(pair.fd);
}

static int serve(struct bed *bed, int *fd, unsigned int n)
{
	char line[64];
	int err;

	for (unsigned int i = 0; i < n; i++)
		if (!guest_accept(&bed->mux, 80, deadline_in(WAIT_MS)))
			return -ETIMEDOUT;
	for (unsigned int i = 0; i < n; i++) {
		err = uds_recv_line(fd[i], line, sizeof(line));
		close(fd[i]);
		if (err)
			return err;
	}
	return 0;
}

/* The clients connect before the guest has acknowledged the event. */
TEST_F(snapshot, restored_30_times_serves_64_clients_each_time)
{
	enum { TIMES = 30, N = 64 };
	int fd[N];

	guest_listen(&self->bed.mux, 80);
	for (int t = 0; t < TIMES; t++) {
		ASSERT_EQ(0, save(self->g, &self->saved));
		ASSERT_EQ(0, restore(&self->bed, &self->saved));
		for (int i = 0; i < N; i++) {
			fd[i] = bed_client(&self->bed, 80);
			ASSERT_LE(0, fd[i]);
		}
		ASSERT_EQ(0, answer(&self->bed));
		ASSERT_EQ(0, serve(&self->bed, fd, N));
	}
	EXPECT_EQ(BED_FIRST_PORT + TIMES * N - 1, self->bed.mux.conns->peer);
}

/* GET_STATE and SET_STATE. */
FIXTURE(state)
{
	struct guest g;
};

FIXTURE_SETUP(state)
{
	struct guest_config cfg = { .event_num = BUFFERS };

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, guest_open(&self->g, &cfg));
}

FIXTURE_TEARDOWN(state)
{
	guest_close(&self->g);
}

#define STATE(...) (&(struct vsock_bridge_state){			\
	.size = sizeof(struct vsock_bridge_state), __VA_ARGS__ })
#define GATED	VSOCK_BRIDGE_STATE_GATED

TEST_F(state, of_a_new_device_is_empty)
{
	struct vsock_bridge_state s;

	ASSERT_EQ(0, get_state(&self->g, &s));
	EXPECT_EQ(sizeof(s), s.size);
	EXPECT_EQ(0, s.flags);
	EXPECT_EQ(0, s.last_host_port);
	EXPECT_EQ(0, s.event_buffers);
}

TEST_F(state, get_returns_what_was_set)
{
	struct vsock_bridge_state s;

	ASSERT_EQ(0, set_state(&self->g, STATE(.flags = GATED,
					       .last_host_port = 0x40000005,
					       .event_buffers = 7)));
	ASSERT_EQ(0, get_state(&self->g, &s));
	EXPECT_EQ(GATED, s.flags);
	EXPECT_EQ(0x40000005, s.last_host_port);
	EXPECT_EQ(7, s.event_buffers);
	ASSERT_EQ(0, set_state(&self->g, STATE()));
	ASSERT_EQ(0, get_state(&self->g, &s));
	EXPECT_EQ(0, s.flags);
	EXPECT_EQ(0, s.event_buffers);
}

TEST_F(state, set_out_of_range_fails_and_changes_nothing)
{
	const struct vsock_bridge_state *bad[] = {
		STATE(.flags = 2),
		STATE(.flags = 1U << 31 | GATED, .event_buffers = 1),
		STATE(.flags = GATED),
		STATE(.flags = GATED, .event_buffers = 32769),
		STATE(.event_buffers = 1),
		STATE(.last_host_port = UINT32_MAX),
		&(struct vsock_bridge_state){ .size = 12 },
	};
	struct vsock_bridge_state s;

	ASSERT_EQ(0, set_state(&self->g, STATE(.last_host_port = 5)));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, set_state(&self->g, bad[i]));
	ASSERT_EQ(0, get_state(&self->g, &s));
	EXPECT_EQ(5, s.last_host_port);
	EXPECT_EQ(0, s.flags);
}

TEST_F(state, running_device_allows_get_but_not_set)
{
	struct vsock_bridge_state s;

	ASSERT_EQ(0, guest_realize(&self->g));
	ASSERT_EQ(0, guest_run(&self->g));
	EXPECT_EQ(-EBUSY, set_state(&self->g, STATE()));
	EXPECT_EQ(0, get_state(&self->g, &s));
	ASSERT_EQ(0, guest_stop(&self->g));
	EXPECT_EQ(0, set_state(&self->g, STATE()));
}

TEST_HARNESS_MAIN
