// SPDX-License-Identifier: GPL-2.0
/*
 * The event queue, and the RX gate, which an event closes until the guest
 * acknowledges the event by returning its buffer.
 */
#include "harness.h"

#include <endian.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "guest_log.h"

#define BUFFERS		8U	/* as Linux */

FIXTURE(event)
{
	struct bed bed;
	struct guest *g;
};

FIXTURE_VARIANT(event)
{
	struct guest_config cfg;
};

FIXTURE_VARIANT_ADD(event, event_idx)
{
	.cfg = { .event_num = BUFFERS },
};

FIXTURE_VARIANT_ADD(event, flags)
{
	.cfg = { .event_num = BUFFERS,
		 .features = GUEST_FEATURES & ~(1ULL << VIRTIO_RING_F_EVENT_IDX) },
};

/* Gives the gate a timeout so long that it does not open during a test. */
static int keep_gate_closed(struct bed *bed)
{
	return bed_set_limits(bed, BED_LIMITS(.connect_timeout_ms = 600000));
}

FIXTURE_SETUP(event)
{
	self->g = &self->bed.guest;
	BED_SETUP(&self->bed, &variant->cfg);
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
}

FIXTURE_TEARDOWN(event)
{
	BED_TEARDOWN(&self->bed);
}

static int send_event(struct guest *g)
{
	struct vsock_bridge_event event = {
		.size = sizeof(event),
		.event = VSOCK_BRIDGE_EVENT_TRANSPORT_RESET,
	};

	return ioctl(g->fd, VSOCK_BRIDGE_SEND_EVENT, &event) ? -errno : 0;
}

static int set_state(struct guest *g, uint32_t flags, uint32_t buffers)
{
	struct vsock_bridge_state state = {
		.size = sizeof(state),
		.flags = flags,
		.event_buffers = buffers,
	};

	return ioctl(g->fd, VSOCK_BRIDGE_SET_STATE, &state) ? -errno : 0;
}

static bool is_gated(struct guest *g)
{
	struct vsock_bridge_state state = { .size = sizeof(state) };

	return !ioctl(g->fd, VSOCK_BRIDGE_GET_STATE, &state) &&
	       state.flags & VSOCK_BRIDGE_STATE_GATED;
}

/* Takes an event without acknowledging it. */
static int take_event(struct guest *g)
{
	uint32_t id;
	int err = guest_event_wait(g, &id, deadline_in(WAIT_MS));

	return err ?: id ? -EBADMSG : 0;
}

/* Does the guest accept the client on @port, and does the client receive OK? */
static bool is_served(struct bed *bed, int fd, uint32_t port)
{
	char line[64];

	return guest_accept(&bed->mux, port, deadline_in(WAIT_MS)) &&
	       !uds_recv_line(fd, line, sizeof(line)) &&
	       !strncmp(line, "OK ", 3);
}

TEST_F(event, send_event_queues_a_transport_reset)
{
	uint32_t id = 1;

	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, guest_event_wait(self->g, &id, deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_EVENT_TRANSPORT_RESET, id);
	EXPECT_EQ(0, guest_event_get(self->g, &id));
	EXPECT_TRUE(is_gated(self->g));
	EXPECT_EQ(1, BED_STAT(&self->bed, events_sent));
	EXPECT_EQ(1, BED_STAT(&self->bed, event_calls));
}

TEST_F(event, send_event_resets_all_connections)
{
	struct bed_pair host, guest;
	int waits = uds_connect(self->bed.path);

	ASSERT_EQ(0, bed_host_pair(&self->bed, &host, 80));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &guest, 81));
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	ASSERT_EQ(0, send_event(self->g));
	EXPECT_EQ(0, BED_STAT(&self->bed, connections));
	EXPECT_EQ(0, BED_STAT(&self->bed, handshakes));
	EXPECT_EQ(1, BED_STAT(&self->bed, sockets));
	EXPECT_EQ(0, uds_recv_reset(host.fd));
	EXPECT_EQ(0, uds_recv_reset(guest.fd));
	EXPECT_EQ(0, uds_recv_eof(waits));
	close(host.fd);
	close(guest.fd);
	close(waits);
}

TEST_F(event, acknowledgment_opens_the_gate)
{
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, send_event(self->g));
		ASSERT_EQ(0, take_event(self->g));
		guest_event_fill(self->g);
		ASSERT_EQ(0, bed_works(&self->bed));
		ASSERT_FALSE(is_gated(self->g));
	}
	EXPECT_EQ(20, BED_STAT(&self->bed, events_sent));
}

/*
 * The gate must not open between the two events: the second event resets the
 * connections that it lets in.
 */
TEST_F(event, gate_opens_after_both_events_are_acknowledged)
{
	int fd;

	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, send_event(self->g));
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(0, take_event(self->g));
	guest_event_fill(self->g);
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_TRUE(is_gated(self->g));
	ASSERT_EQ(0, take_event(self->g));
	guest_event_fill(self->g);
	EXPECT_TRUE(is_served(&self->bed, fd, 80));
	close(fd);
}

TEST_F(event, kick_without_acknowledgment_keeps_the_gate_closed)
{
	uint64_t packets = BED_STAT(&self->bed, rx_packets_count);
	uint64_t kicks;

	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, take_event(self->g));
	kicks = BED_STAT(&self->bed, ev_queue_event_count);
	for (int i = 0; i < 5; i++)
		guest_ring_force_kick(&self->g->event);
	EXPECT_EQ(kicks + 5, BED_STAT(&self->bed, ev_queue_event_count));
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_TRUE(is_gated(self->g));
	EXPECT_EQ(packets, BED_STAT(&self->bed, rx_packets_count));
	guest_event_fill(self->g);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(event, gate_stays_closed_over_stop_and_restart)
{
	int fd;

	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, take_event(self->g));
	ASSERT_EQ(0, guest_stop(self->g));
	EXPECT_TRUE(is_gated(self->g));
	ASSERT_EQ(0, guest_run(self->g));
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_TRUE(is_gated(self->g));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	guest_event_fill(self->g);
	EXPECT_TRUE(is_served(&self->bed, fd, 80));
	close(fd);
}

TEST_F(event, gate_opens_at_start_if_acknowledged_while_stopped)
{
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, guest_stop(self->g));
	ASSERT_EQ(0, take_event(self->g));
	guest_event_fill(self->g);
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_FALSE(is_gated(self->g));
}

TEST_F(event, guest_reset_opens_the_gate)
{
	ASSERT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, guest_stop(self->g));
	guest_reset(self->g);
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_FALSE(is_gated(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* RX and TX start at 0 in both cases: only the event queue shows the reset. */
TEST_F(event, guest_reset_opens_the_gate_without_traffic)
{
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, guest_stop(self->g));
	guest_reset(self->g);
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_FALSE(is_gated(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(event, restart_without_an_event_keeps_connections)
{
	struct bed_pair pair;
	char byte;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, guest_stop(self->g));
		ASSERT_EQ(0, uds_send(pair.fd, "x", 1));
		ASSERT_EQ(1, guest_conn_send(pair.conn, "y", 1, 1));
		ASSERT_EQ(0, guest_run(self->g));
		ASSERT_EQ(0, uds_recv(pair.fd, &byte, 1));
		EXPECT_EQ('y', byte);
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
					guest_conn_recv(pair.conn, &byte, 1)));
		EXPECT_EQ('x', byte);
	}
	EXPECT_EQ(0, BED_STAT(&self->bed, event_calls));
	close(pair.fd);
}

TEST_F(event, send_event_refuses_unknown_events)
{
	struct vsock_bridge_event event = { .size = sizeof(event), .event = 1 };
	int fd = self->g->fd;

	ASSERT_IOCTL_FAILS(EINVAL, fd, VSOCK_BRIDGE_SEND_EVENT, &event);
	event.event = VSOCK_BRIDGE_EVENT_TRANSPORT_RESET;
	event.size--;
	ASSERT_IOCTL_FAILS(EINVAL, fd, VSOCK_BRIDGE_SEND_EVENT, &event);
	ASSERT_IOCTL_FAILS(EFAULT, fd, VSOCK_BRIDGE_SEND_EVENT, NULL);
	EXPECT_FALSE(is_gated(self->g));
}

TEST_F(event, send_event_refuses_other_processes)
{
	int status;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(send_event(self->g) != -EPERM);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_FALSE(is_gated(self->g));
}

TEST_F(event, send_event_fails_while_stopped)
{
	ASSERT_EQ(0, guest_stop(self->g));
	EXPECT_EQ(-ESHUTDOWN, send_event(self->g));
	EXPECT_FALSE(is_gated(self->g));
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(event, event_marks_the_dirty_log)
{
	struct guest_ring *ring = &self->g->event;
	struct guest_log log;

	ASSERT_EQ(0, guest_log_open(&log, &self->g->mem));
	ASSERT_EQ(0, guest_log_on(&log, self->g));
	guest_log_clear(&log);
	ASSERT_EQ(0, send_event(self->g));
	EXPECT_TRUE(guest_log_has(&log, guest_mem_gpa(&self->g->mem,
						      self->g->event_bufs)));
	EXPECT_TRUE(guest_log_has(&log, guest_mem_gpa(&self->g->mem,
						      ring->vr.used)));
	ASSERT_EQ(0, guest_log_off(&log, self->g));
	guest_log_close(&log);
}

/* A closed gate over an open connection: see close_gate(). */
FIXTURE(gate)
{
	struct bed bed;
	struct bed_pair pair;
	struct guest *g;
	int fd;
};

/*
 * @provoke: makes the device owe a packet to the guest. It returns when the
 * device owes it, or, with a descriptor for self->fd, when the device is about
 * to
 * @has_come: has the guest received that packet?
 */
FIXTURE_VARIANT(gate)
{
	int (*provoke)(struct bed *bed, struct bed_pair *pair);
	bool (*has_come)(struct bed *bed, struct bed_pair *pair);
};

static int unknown_flow(struct bed *bed, struct bed_pair *)
{
	struct virtio_vsock_hdr h = guest_hdr(&bed->guest, VIRTIO_VSOCK_OP_RW,
					      7, 7);
	int err = guest_send(&bed->guest, &h, NULL, deadline_in(WAIT_MS));

	if (err)
		return err;
	return BED_AWAIT_STAT(bed, rsts_pending, 1) == 1 ? 0 : -ETIMEDOUT;
}

static bool rst_has_come(struct bed *bed, struct bed_pair *)
{
	return bed->mux.nr_strays &&
	       bed->mux.strays[0].op == htole16(VIRTIO_VSOCK_OP_RST);
}

/* The host program is connected; RESPONSE is still held back. */
static int guest_connects(struct bed *bed, struct bed_pair *)
{
	int listener = bed_listen(bed, 1030), fd;

	if (!guest_connect(&bed->mux, 31, 1030))
		return -ENOMEM;
	fd = uds_accept(listener);
	close(listener);
	if (fd < 0 || BED_AWAIT_STAT(bed, connects_pending, 0))
		return -ETIMEDOUT;
	return fd;
}

static bool response_has_come(struct bed *bed, struct bed_pair *)
{
	return bed->mux.conns->local == 31 && bed->mux.conns->open;
}

static int host_connects(struct bed *bed, struct bed_pair *)
{
	int fd;

	guest_listen(&bed->mux, 90);
	fd = bed_client(bed, 90);
	return BED_AWAIT_STAT(bed, connections, 2) == 2 ? fd : -ETIMEDOUT;
}

static bool request_has_come(struct bed *bed, struct bed_pair *)
{
	return bed->mux.conns->local == 90;
}

static int host_sends(struct bed *, struct bed_pair *pair)
{
	return uds_send(pair->fd, "x", 1);
}

static bool data_has_come(struct bed *, struct bed_pair *pair)
{
	return guest_conn_unread(pair->conn) == 1;
}

static int host_shuts(struct bed *, struct bed_pair *pair)
{
	return shutdown(pair->fd, SHUT_WR);
}

static bool shutdown_has_come(struct bed *, struct bed_pair *pair)
{
	return pair->conn->peer_shutdown == VIRTIO_VSOCK_SHUTDOWN_SEND;
}

static int guest_asks(struct bed *, struct bed_pair *pair)
{
	return guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
}

static bool update_has_come(struct bed *, struct bed_pair *pair)
{
	return pair->conn->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE];
}

static int guest_has_no_room(struct bed *, struct bed_pair *pair)
{
	int err = guest_conn_set_buf_alloc(pair->conn, 0);

	return err ?: uds_send(pair->fd, "x", 1);
}

static bool question_has_come(struct bed *, struct bed_pair *pair)
{
	return pair->conn->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST];
}

FIXTURE_VARIANT_ADD(gate, of_rst)
	{ .provoke = unknown_flow, .has_come = rst_has_come };
FIXTURE_VARIANT_ADD(gate, of_response)
	{ .provoke = guest_connects, .has_come = response_has_come };
FIXTURE_VARIANT_ADD(gate, of_request)
	{ .provoke = host_connects, .has_come = request_has_come };
FIXTURE_VARIANT_ADD(gate, of_data)
	{ .provoke = host_sends, .has_come = data_has_come };
FIXTURE_VARIANT_ADD(gate, of_shutdown)
	{ .provoke = host_shuts, .has_come = shutdown_has_come };
FIXTURE_VARIANT_ADD(gate, of_credit)
	{ .provoke = guest_asks, .has_come = update_has_come };
FIXTURE_VARIANT_ADD(gate, of_a_question_for_credit)
	{ .provoke = guest_has_no_room, .has_come = question_has_come };

/*
 * An event would reset the connection, and with it most packets that RX can
 * carry. So the guest takes an event and keeps it, SET_STATE opens the gate
 * while the connection is made, and SET_STATE closes it again afterwards.
 */
static int close_gate(struct bed *bed, struct bed_pair *pair)
{
	struct guest *g = &bed->guest;
	int err = send_event(g);

	err = err ?: take_event(g);
	err = err ?: guest_stop(g);
	err = err ?: set_state(g, 0, 0);
	err = err ?: guest_run(g);
	err = err ?: bed_host_pair(bed, pair, 80);
	err = err ?: bed_echo(bed, pair);
	err = err ?: guest_stop(g);
	err = err ?: set_state(g, VSOCK_BRIDGE_STATE_GATED, BUFFERS);
	return err ?: guest_run(g);
}

FIXTURE_SETUP(gate)
{
	struct guest_config cfg = { .event_num = BUFFERS };

	self->g = &self->bed.guest;
	self->fd = -1;
	BED_SETUP(&self->bed, &cfg);
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
	ASSERT_EQ(0, close_gate(&self->bed, &self->pair));
}

FIXTURE_TEARDOWN(gate)
{
	close(self->pair.fd);
	if (self->fd > 0)
		close(self->fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(gate, holds_the_packet_until_the_event_is_acknowledged)
{
	uint64_t packets = BED_STAT(&self->bed, rx_packets_count);

	self->fd = variant->provoke(&self->bed, &self->pair);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_EQ(packets, BED_STAT(&self->bed, rx_packets_count));
	EXPECT_TRUE(is_gated(self->g));

	guest_event_fill(self->g);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				variant->has_come(&self->bed, &self->pair)));
	EXPECT_FALSE(is_gated(self->g));
}

/*
 * An event closed the gate, and the guest has taken it without acknowledging
 * it.
 */
FIXTURE(closed)
{
	struct bed bed;
	struct guest *g;
};

FIXTURE_SETUP(closed)
{
	struct guest_config cfg = { .event_num = BUFFERS };

	self->g = &self->bed.guest;
	BED_SETUP(&self->bed, &cfg);
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, take_event(self->g));
}

FIXTURE_TEARDOWN(closed)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(closed, gate_does_not_block_tx)
{
	char data[5000], got[5000];
	int listener = bed_listen(&self->bed, 1024), fd;
	struct guest_conn *c = guest_connect(&self->bed.mux, 5, 1024);

	ASSERT_NE(NULL, c);
	fd = uds_accept(listener);
	ASSERT_LE(0, fd);
	/*
	 * Without RESPONSE the guest does not know the credit; assume the
	 * default.
	 */
	c->peer_buf_alloc = VSOCK_BRIDGE_DEF_BUF_ALLOC;
	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, BED_AWAIT_STAT(&self->bed, connects_pending, 0));
	ASSERT_EQ(sizeof(data), guest_conn_send(c, data, sizeof(data), 1000));
	EXPECT_EQ(0, uds_recv(fd, got, sizeof(got)));
	EXPECT_TRUE(bed_match(got, 1, 0, sizeof(got)));
	EXPECT_FALSE(c->open);
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	close(fd);
	close(listener);
}

TEST_F(closed, gate_limits_the_pending_rsts)
{
	enum { N = 1000 };
	struct virtio_vsock_hdr h = guest_hdr(self->g, VIRTIO_VSOCK_OP_RW,
					      0, 7);
	uint64_t lost;

	for (int i = 0; i < N; i++) {
		h.src_port = htole32(i);
		ASSERT_EQ(0, guest_send(self->g, &h, NULL,
					deadline_in(WAIT_MS)));
	}
	EXPECT_EQ(N, BED_AWAIT_STAT(&self->bed, unknown_flow, N));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	lost = BED_STAT(&self->bed, rst_overflow);
	EXPECT_EQ(N, lost + BED_STAT(&self->bed, rsts_pending));
	EXPECT_LT(0, lost);
	guest_event_fill(self->g);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, rsts_pending, 0));
	EXPECT_EQ(N - lost, BED_STAT(&self->bed, rsts_sent));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(closed, gate_queues_64_clients)
{
	enum { N = 64 };
	int fd[N];

	guest_listen(&self->bed.mux, 80);
	for (int i = 0; i < N; i++) {
		fd[i] = bed_client(&self->bed, 80);
		ASSERT_LE(0, fd[i]);
	}
	EXPECT_EQ(N, BED_AWAIT_STAT(&self->bed, connections, N));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	guest_event_fill(self->g);
	for (int i = 0; i < N; i++) {
		EXPECT_TRUE(is_served(&self->bed, fd[i], 80));
		close(fd[i]);
	}
}

/*
 * A client's timeout starts when its request reaches the guest. A silent client
 * with three times the timeout serves as a timer.
 */
TEST_F(closed, gate_does_not_time_out_a_client)
{
	int fd, silent;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 100,
			.handshake_timeout_ms = 300)));
	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	silent = uds_connect(self->bed.path);
	ASSERT_LE(0, silent);
	EXPECT_EQ(0, uds_recv_eof(silent));
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 60000)));
	guest_event_fill(self->g);
	EXPECT_TRUE(is_served(&self->bed, fd, 80));
	EXPECT_EQ(0, BED_STAT(&self->bed, connect_timeouts));
	close(fd);
	close(silent);
}

/* Hermit and Toro have such drivers. */
TEST_F(closed, gate_opens_after_its_timeout)
{
	uint64_t end;

	guest_event_fill(self->g);
	ASSERT_EQ(0, bed_works(&self->bed));
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 300)));
	end = deadline_in(300);
	ASSERT_EQ(0, send_event(self->g));
	/* for the following events, not for the closed gate */
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
	ASSERT_EQ(0, take_event(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(0, deadline_left(end));
	EXPECT_FALSE(is_gated(self->g));
}

/*
 * A stopped guest cannot acknowledge. A silent client with more time than the
 * gate had at first serves as a timer.
 */
TEST_F(closed, gate_timeout_restarts_at_resume)
{
	int silent;

	guest_event_fill(self->g);
	ASSERT_EQ(0, bed_works(&self->bed));
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = 100,
			.handshake_timeout_ms = 300)));
	ASSERT_EQ(0, send_event(self->g));
	ASSERT_EQ(0, guest_stop(self->g));
	ASSERT_EQ(0, keep_gate_closed(&self->bed));
	ASSERT_EQ(0, guest_run(self->g));
	silent = uds_connect(self->bed.path);
	ASSERT_LE(0, silent);
	ASSERT_EQ(0, uds_recv_eof(silent));
	EXPECT_TRUE(is_gated(self->g));
	ASSERT_EQ(0, take_event(self->g));
	guest_event_fill(self->g);
	EXPECT_EQ(0, bed_works(&self->bed));
	close(silent);
}

TEST_F(closed, broken_event_queue_opens_the_gate)
{
	struct guest_ring *ring = &self->g->event;
	uint16_t idx = ring->shown_idx + ring->vr.num + 1;

	__atomic_store_n(&ring->vr.avail->idx, htole16(idx), __ATOMIC_SEQ_CST);
	guest_ring_force_kick(ring);
	ASSERT_EQ(0, guest_wait_err(ring, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_STAT(&self->bed, vring_broken));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(-EPIPE, send_event(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* Event buffers that are unusual or malformed. */
FIXTURE(buffer)
{
	struct bed bed;
	struct bed_pair pair;
	struct guest *g;
};

FIXTURE_SETUP(buffer)
{
	struct guest_config cfg = { .event_num = BUFFERS, .hold_event = true };

	self->g = &self->bed.guest;
	BED_SETUP(&self->bed, &cfg);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(buffer)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Posts a buffer with one descriptor; by default at the guest's own address. */
static int post(struct guest *g, struct vring_desc d)
{
	uint8_t *buf = g->event_bufs + g->event.free_head * g->cfg.event_buf;

	memset(buf, 0xff, g->cfg.event_buf);
	d.addr = d.addr ?: guest_mem_gpa(&g->mem, buf);
	d.next = BUFFERS;
	return guest_ring_raw(&g->event, &d, 1);
}

/* Did the buffer come back empty, before the event or without one? */
static bool came_back_empty(struct guest *g)
{
	uint32_t id;

	return !guest_event_wait(g, &id, deadline_in(WAIT_MS)) &&
	       id == UINT32_MAX;
}

#define EXPECT_NO_BUFFER() do {						\
	EXPECT_EQ(-ENOBUFS, send_event(self->g));			\
	EXPECT_EQ(1, BED_STAT(&self->bed, empty_queue));		\
	EXPECT_EQ(0, BED_STAT(&self->bed, events_sent));		\
	EXPECT_FALSE(is_gated(self->g));				\
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));		\
} while (0)

TEST_F(buffer, missing_fails_and_keeps_the_gate_open)
{
	EXPECT_NO_BUFFER();
}

TEST_F(buffer, of_3_bytes_is_returned_empty_and_counted)
{
	ASSERT_LE(0, post(self->g, (struct vring_desc){
		.len = 3, .flags = VRING_DESC_F_WRITE }));
	EXPECT_NO_BUFFER();
	EXPECT_TRUE(came_back_empty(self->g));
	EXPECT_EQ(1, BED_STAT(&self->bed, desc_chain_too_short_for_header));
}

TEST_F(buffer, readable_is_returned_empty_and_counted)
{
	ASSERT_LE(0, post(self->g, (struct vring_desc){ .len = 4 }));
	EXPECT_NO_BUFFER();
	EXPECT_TRUE(came_back_empty(self->g));
	EXPECT_EQ(1, BED_STAT(&self->bed, unwritable_descriptor));
}

TEST_F(buffer, in_a_hole_is_returned_empty)
{
	ASSERT_LE(0, post(self->g, (struct vring_desc){
		.addr = GUEST_HIGH_GPA - 4096, .len = 4,
		.flags = VRING_DESC_F_WRITE }));
	EXPECT_NO_BUFFER();
	EXPECT_TRUE(came_back_empty(self->g));
}

TEST_F(buffer, malformed_is_skipped_and_must_be_acknowledged)
{
	struct vring_desc good = { .len = 4, .flags = VRING_DESC_F_WRITE };

	ASSERT_LE(0, post(self->g, (struct vring_desc){ .len = 4 }));
	ASSERT_LE(0, post(self->g, good));
	ASSERT_EQ(0, send_event(self->g));
	EXPECT_TRUE(came_back_empty(self->g));
	EXPECT_EQ(0, take_event(self->g));
	ASSERT_LE(0, post(self->g, good));
	guest_ring_force_kick(&self->g->event);
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_TRUE(is_gated(self->g));
	ASSERT_LE(0, post(self->g, good));
	guest_ring_force_kick(&self->g->event);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(buffer, larger_takes_a_4_byte_event)
{
	ASSERT_LE(0, post(self->g, (struct vring_desc){
		.len = 32, .flags = VRING_DESC_F_WRITE }));
	ASSERT_EQ(0, send_event(self->g));
	EXPECT_EQ(0, take_event(self->g));
}

TEST_F(buffer, broken_event_queue_stops_alone)
{
	struct guest_ring *ring = &self->g->event;

	__atomic_store_n(&ring->vr.avail->idx, htole16(BUFFERS + 1),
			 __ATOMIC_SEQ_CST);
	EXPECT_EQ(-EPIPE, send_event(self->g));
	EXPECT_EQ(0, guest_wait_err(ring, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_STAT(&self->bed, vring_broken));
	EXPECT_FALSE(is_gated(self->g));
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* The event queue before the start, and guests without an event queue. */
FIXTURE(early)
{
	struct bed bed;
	struct guest *g;
};

FIXTURE_SETUP(early)
{
	struct guest_config cfg = { .event_num = BUFFERS };

	SKIP_WITHOUT(guest_device());
	self->g = &self->bed.guest;
	ASSERT_EQ(0, bed_prepare(&self->bed, &cfg));
	ASSERT_EQ(0, guest_realize(self->g));
}

FIXTURE_TEARDOWN(early)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(early, kick_before_the_start_is_harmless)
{
	ASSERT_EQ(0, guest_ring_set_file(&self->g->event, self->g->fd,
					 VHOST_SET_VRING_KICK,
					 self->g->event.kick));
	guest_ring_force_kick(&self->g->event);
	EXPECT_EQ(-ESHUTDOWN, send_event(self->g));
	ASSERT_EQ(0, guest_run(self->g));
	guest_ring_force_kick(&self->g->event);
	EXPECT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, send_event(self->g));
	EXPECT_EQ(0, take_event(self->g));
}

TEST_F(early, acknowledgment_before_the_start_opens_the_gate)
{
	guest_event_fill(self->g);
	ASSERT_EQ(0, set_state(self->g, VSOCK_BRIDGE_STATE_GATED, BUFFERS));
	ASSERT_EQ(0, guest_run(self->g));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_FALSE(is_gated(self->g));
}

BED_FIXTURE(without)

TEST_F(without, event_queue_send_event_fails)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(-ENXIO, send_event(&self->bed.guest));
	EXPECT_EQ(0, BED_STAT(&self->bed, empty_queue));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

/*
 * A queue needs a size and addresses; eventfds or a base alone have no effect.
 */
TEST_F(without, addresses_and_size_send_event_fails)
{
	struct guest *g = &self->bed.guest;
	struct vhost_vring_state s = { .index = 2, .num = 3 };
	struct vhost_vring_file f = { .index = 2, .fd = g->rx.kick };

	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, ioctl(g->fd, VHOST_SET_VRING_BASE, &s));
	ASSERT_EQ(0, ioctl(g->fd, VHOST_SET_VRING_KICK, &f));
	s.num = 8;
	ASSERT_EQ(0, ioctl(g->fd, VHOST_SET_VRING_NUM, &s));
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(-ENXIO, send_event(g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(without, event_queue_start_opens_a_closed_gate)
{
	struct guest *g = &self->bed.guest;

	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, set_state(g, VSOCK_BRIDGE_STATE_GATED, 1));
	EXPECT_TRUE(is_gated(g));
	ASSERT_EQ(0, guest_run(g));
	EXPECT_FALSE(is_gated(g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
