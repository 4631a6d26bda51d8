// SPDX-License-Identifier: GPL-2.0
/*
 * What ends with the device, with its owner, or at a reset of the guest, and
 * what survives.
 */
#include "harness.h"

#include <fcntl.h>
#include <linux/vhost.h>
#include <signal.h>
#include <sys/socket.h>

BED_FIXTURE(lifetime)

/* Host sockets in each state that a device knows. */
struct peers {
	struct bed_pair host;
	struct bed_pair guest;
	int silent;
	int waiting;
};

static void make_peers(struct __test_metadata *_metadata, struct bed *bed,
		       struct peers *p)
{
	struct virtio_vsock_hdr h;

	ASSERT_EQ(0, bed_host_pair(bed, &p->host, 80));
	ASSERT_EQ(0, bed_guest_pair(bed, &p->guest, 81));
	p->silent = uds_connect(bed->path);
	p->waiting = bed_client(bed, 82);
	ASSERT_EQ(0, guest_mux_stray(&bed->mux, &h, deadline_in(WAIT_MS)));
	ASSERT_EQ(1, BED_AWAIT_STAT(bed, handshakes, 1));
}

TEST_F(lifetime, close_of_the_device_closes_all_host_sockets)
{
	struct peers p;

	make_peers(_metadata, &self->bed, &p);
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	/* Immediately: before close() returns. */
	for (int fd = 0; fd < 2; fd++) {
		char byte;

		EXPECT_EQ(-ECONNRESET,
			  uds_recv_now(fd ? p.host.fd : p.guest.fd, &byte, 1));
		EXPECT_EQ(0, uds_recv_now(fd ? p.host.fd : p.guest.fd, &byte,
					  1));
	}
	close(p.host.fd);
	close(p.guest.fd);
	/* the guest has sent no byte to these two */
	EXPECT_EQ(0, uds_recv_eof(p.silent));
	EXPECT_EQ(0, uds_recv_eof(p.waiting));
	close(p.silent);
	close(p.waiting);
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->bed.path));
}

TEST_F(lifetime, close_with_unread_bytes_resets_the_host_socket)
{
	struct bed_pair pair;
	static char data[65536];

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	pair.conn->no_updates = true;
	ASSERT_LT(0, uds_send_now(pair.fd, data, sizeof(data)));
	ASSERT_EQ(1000, guest_conn_send(pair.conn, data, 1000, 100));
	ASSERT_EQ(0, uds_recv(pair.fd, data, 1000));
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	close(pair.fd);
}

/*
 * The eventfds belong to the VMM and stay open; the device no longer polls
 * them.
 */
TEST_F(lifetime, kicks_after_close_are_harmless)
{
	struct guest *g = &self->bed.guest;
	struct guest_config cfg = { .cid = 4 };
	struct bed other;

	close(g->fd);
	g->fd = -1;
	for (int i = 0; i < 100; i++) {
		guest_ring_force_kick(&g->rx);
		guest_ring_force_kick(&g->tx);
	}
	ASSERT_EQ(0, bed_open(&other, &cfg));
	EXPECT_EQ(0, bed_works(&other));
	BED_TEARDOWN(&other);
}

/* A child that owns a device; it writes one byte when the device runs. */
static void own_and_wait(int ready, const char *path, int fd)
{
	struct guest_config cfg = { .fd = fd, .cid = 9 };
	struct guest_mux mux;
	struct guest g;

	if (guest_open(&g, &cfg) || (path && bed_set_uds(g.fd, path)) ||
	    guest_realize(&g) || guest_run(&g))
		_exit(1);
	guest_mux_init(&mux, &g);
	guest_listen(&mux, 80);
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (guest_accept(&mux, 80, deadline_in(WAIT_MS)))
		;
	_exit(2);
}

static pid_t start_owner(struct __test_metadata *_metadata, const char *path,
			 int fd)
{
	int ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		own_and_wait(ready[1], path, fd);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	return pid;
}

static int client_of(struct __test_metadata *_metadata, const char *path)
{
	int fd = uds_connect(path);
	char line[64];

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, uds_send(fd, "CONNECT 80\n", 11));
	ASSERT_EQ(0, uds_recv_line(fd, line, sizeof(line)));
	return fd;
}

static void kill_owner(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const char *other_path(struct bed *bed)
{
	static char path[BED_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/other", bed->dir);
	return path;
}

TEST_F(lifetime, kill_of_the_owner_closes_all_host_sockets)
{
	const char *path = other_path(&self->bed);
	pid_t pid = start_owner(_metadata, path, 0);
	int fd = client_of(_metadata, path);

	kill_owner(pid);
	EXPECT_EQ(0, uds_recv_reset(fd));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(path));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(lifetime, device_held_by_another_process_ends_with_its_owner)
{
	const char *path = other_path(&self->bed);
	int held = open(guest_device(), O_RDWR | O_CLOEXEC), fd;
	struct vsock_bridge_stats stats;
	pid_t pid;

	ASSERT_EQ(0, bed_set_uds(held, path));
	pid = start_owner(_metadata, NULL, held);
	fd = client_of(_metadata, path);
	kill_owner(pid);
	EXPECT_EQ(0, uds_recv_reset(fd));
	EXPECT_EQ(-EIO, bed_stats(held, &stats));
	close(held);
	close(fd);
}

TEST_F(lifetime, launcher_may_configure_and_hand_over)
{
	const char *path = other_path(&self->bed);
	int held = open(guest_device(), O_RDWR | O_CLOEXEC), fd;
	pid_t pid;

	ASSERT_EQ(0, bed_set_uds(held, path));
	pid = start_owner(_metadata, NULL, held);
	close(held);
	fd = client_of(_metadata, path);
	kill_owner(pid);
	EXPECT_EQ(0, uds_recv_reset(fd));
	close(fd);
}

TEST_F(lifetime, stop_and_restart_keeps_connections)
{
	struct bed_flow flow = { .to_host = 50000, .to_guest = 50000 };
	struct bed_pair host, guest;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &host, 80));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &guest, 81));
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, bed_move(&self->bed, &host, &flow));
		ASSERT_EQ(0, guest_stop(&self->bed.guest));
		ASSERT_EQ(0, guest_run(&self->bed.guest));
		ASSERT_EQ(0, bed_move(&self->bed, &guest, &flow));
	}
	EXPECT_EQ(2, BED_STAT(&self->bed, connections));
	close(host.fd);
	close(guest.fd);
}

TEST_F(lifetime, bytes_for_a_stopped_guest_arrive_after_restart)
{
	struct bed_pair pair;
	char data[5000];

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_stop(&self->bed.guest));
	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == sizeof(data)));
	ASSERT_EQ(sizeof(data), guest_conn_recv(pair.conn, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
	close(pair.fd);
}

/* Timeouts stand still while the guest cannot answer. */
TEST_F(lifetime, stopped_time_does_not_count_for_timeouts)
{
	struct guest *g = &self->bed.guest;
	struct guest_conn *c;
	char line[64];
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 3000)));
	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, rx_packets_count, 1));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd, POLLIN, 3500));
	ASSERT_EQ(0, guest_run(g));
	/* an expired timeout would have fired by then */
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd, POLLIN, 300));
	c = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, c);
	EXPECT_EQ(0, uds_recv_line(fd, line, sizeof(line)));
	close(fd);
}

/*
 * A timeout armed while stopped starts to run at the restart, and runs no
 * longer.
 */
TEST_F(lifetime, timeout_armed_while_stopped_starts_at_restart)
{
	enum { TIMEOUT = 500, PAUSE = 1500 };
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = TIMEOUT)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_conn_shutdown(pair.conn, VIRTIO_VSOCK_SHUTDOWN_RCV));
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	ASSERT_EQ(0, guest_stop(g));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(pair.fd, POLLIN, PAUSE));
	close(pair.fd);
	/* by then the device is idle again, so it has seen the close */
	EXPECT_FALSE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, 200, false));
	ASSERT_EQ(0, guest_run(g));
	EXPECT_TRUE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, PAUSE,
				   pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, shutdown_timeouts));
}

TEST_F(lifetime, second_stop_does_not_hide_a_guest_reset)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;
	int stop = 0;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_stop(g));
	guest_reset(g);
	guest_mux_fini(&self->bed.mux);
	for (unsigned int i = 0; i < 2; i++) {
		struct vhost_vring_state base = { .index = i };

		ASSERT_EQ(0, ioctl(g->fd, VHOST_SET_VRING_BASE, &base));
	}
	ASSERT_EQ(0, ioctl(g->fd, VHOST_VSOCK_SET_RUNNING, &stop));
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(pair.fd);
}

TEST_F(lifetime, stopped_device_uses_no_chains)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;
	char byte = 0;
	uint16_t rx, tx;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_stop(g));
	guest_mux_poll(&self->bed.mux);
	guest_ring_drain_calls(&g->rx);
	guest_ring_drain_calls(&g->tx);
	rx = g->rx.vr.used->idx;
	tx = g->tx.vr.used->idx;
	ASSERT_EQ(0, uds_send(pair.fd, &byte, 1));
	ASSERT_EQ(1, guest_conn_send(pair.conn, &byte, 1, 1));
	EXPECT_EQ(-ETIMEDOUT, guest_mux_step(&self->bed.mux, pair.fd, POLLIN,
					     deadline_in(100)));
	EXPECT_EQ(rx, g->rx.vr.used->idx);
	EXPECT_EQ(tx, g->tx.vr.used->idx);
	close(pair.fd);
}

TEST_F(lifetime, guest_reset_drops_connections)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair host, guest;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &host, 80));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &guest, 81));
	ASSERT_EQ(0, guest_stop(g));
	guest_reset(g);
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, uds_recv_reset(host.fd));
	EXPECT_EQ(0, uds_recv_reset(guest.fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(host.fd);
	close(guest.fd);
}

/* One used ring is enough to detect the reset. */
TEST_F(lifetime, guest_reset_is_detected_if_only_rx_was_used)
{
	struct guest *g = &self->bed.guest;
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 60000)));
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, rx_packets_count, 1));
	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, g->tx.base);
	guest_reset(g);
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

/* A guest without RX buffers. */
FIXTURE(no_rx)
{
	struct bed bed;
};

FIXTURE_SETUP(no_rx)
{
	BED_SETUP(&self->bed, &(struct guest_config){ .hold_rx = true });
}

FIXTURE_TEARDOWN(no_rx)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(no_rx, guest_reset_is_detected_if_only_tx_was_used)
{
	int listener = bed_listen(&self->bed, 1024), fd;
	struct guest *g = &self->bed.guest;

	ASSERT_NE(NULL, guest_connect(&self->bed.mux, 7, 1024));
	fd = uds_accept(listener);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, g->rx.base);
	guest_reset(g);
	guest_mux_fini(&self->bed.mux);
	g->cfg.hold_rx = false;
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, uds_recv_reset(fd));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
	close(listener);
}

/* The guest cannot answer a request that does not fit into its RX ring. */
TEST_F(no_rx, timeout_starts_when_the_request_is_sent)
{
	enum { TIMEOUT = 1500, WAIT = 1000 };
	struct guest *g = &self->bed.guest;
	char line[32];
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.connect_timeout_ms = TIMEOUT)));
	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd, POLLIN, WAIT));
	guest_fill_rx(g);
	guest_rx_flush(g);
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd, POLLIN, WAIT));
	ASSERT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	EXPECT_EQ(0, uds_recv_line(fd, line, sizeof(line)));
	close(fd);
}

/* The restarted guest did not send the packets that these RSTs answer. */
TEST_F(no_rx, guest_reset_discards_pending_rsts)
{
	struct guest *g = &self->bed.guest;
	struct virtio_vsock_hdr h = guest_hdr(g, VIRTIO_VSOCK_OP_RW, 1, 2);

	ASSERT_EQ(0, guest_send(g, &h, NULL, deadline_in(WAIT_MS)));
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, rsts_pending, 1));
	ASSERT_EQ(0, guest_stop(g));
	guest_reset(g);
	g->cfg.hold_rx = false;
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_pending));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_sent));
}

TEST_F(lifetime, gauges_return_to_zero)
{
	struct vsock_bridge_stats s;

	for (int i = 0; i < 20; i++)
		ASSERT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
	ASSERT_EQ(0, bed_stats(self->bed.guest.fd, &s));
	EXPECT_EQ(0, s.handshakes);
	EXPECT_EQ(0, s.lingering);
	EXPECT_EQ(0, s.connects_pending);
	EXPECT_EQ(0, s.buffered_bytes);
	EXPECT_EQ(0, s.rsts_pending);
	EXPECT_EQ(40, s.conns_added);
	EXPECT_EQ(40, s.conns_removed);
}

/* Both rings start near the wrap of their indices; one connection is open. */
FIXTURE(round_rings)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(round_rings)
{
	struct guest *g = &self->bed.guest;

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
	guest_ring_start_at(&g->rx, 0xffe0);
	guest_ring_start_at(&g->tx, 0xffe0);
	ASSERT_EQ(0, guest_realize(g));
	ASSERT_EQ(0, guest_run(g));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(round_rings)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

static uint16_t used_idx(const struct guest_ring *ring)
{
	return __atomic_load_n(&ring->vr.used->idx, __ATOMIC_ACQUIRE);
}

/* Sends packets one by one until the indices of both rings wrap to zero. */
static void fill_up(struct __test_metadata *_metadata, struct bed *bed,
		    struct bed_pair *pair)
{
	struct guest *g = &bed->guest;

	while (used_idx(&g->rx)) {
		uint32_t unread = guest_conn_unread(pair->conn);

		ASSERT_EQ(0, uds_send(pair->fd, "x", 1));
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux,
				guest_conn_unread(pair->conn) == unread + 1));
	}
	while (used_idx(&g->tx)) {
		uint16_t before = used_idx(&g->tx);

		guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux,
					used_idx(&g->tx) != before));
	}
	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, g->rx.base);
	ASSERT_EQ(0, g->tx.base);
}

TEST_F(round_rings, guest_reset_drops_connections)
{
	fill_up(_metadata, &self->bed, &self->pair);
	guest_reset(&self->bed.guest);
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(round_rings, stop_and_restart_keeps_connections)
{
	char byte;

	fill_up(_metadata, &self->bed, &self->pair);
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	ASSERT_EQ(0, guest_conn_send_packet(self->pair.conn, "y", 1));
	EXPECT_EQ(0, uds_recv(self->pair.fd, &byte, 1));
	EXPECT_EQ(1, BED_STAT(&self->bed, connections));
}

/* Each cycle opens its own test bed. */
FIXTURE(devices)
{
};

FIXTURE_SETUP(devices)
{
	SKIP_WITHOUT(guest_device());
}

FIXTURE_TEARDOWN(devices)
{
}

TEST_F_TIMEOUT(devices, open_and_close_many_times, 600)
{
	struct bed bed;

	for (unsigned int i = 0; i < cycles(200, 1000); i++) {
		ASSERT_EQ(0, bed_open(&bed, NULL));
		if (i % 10 == 0)
			ASSERT_EQ(0, bed_works(&bed));
		bed_close(&bed);
	}
}

TEST(device_without_setup_can_be_closed)
{
	SKIP_WITHOUT(guest_device());
	for (int i = 0; i < 200; i++) {
		int fd = open(guest_device(), O_RDWR);

		ASSERT_LE(0, fd);
		if (i & 1)
			ASSERT_EQ(0, ioctl(fd, VHOST_SET_OWNER, NULL));
		close(fd);
	}
}

TEST(many_devices_work_side_by_side)
{
	enum { N = 8 };
	static struct bed bed[N];

	SKIP_WITHOUT(guest_device());
	for (int i = 0; i < N; i++) {
		struct guest_config cfg = { .cid = 100 + i };

		ASSERT_EQ(0, bed_open(&bed[i], &cfg));
	}
	for (int i = 0; i < N; i++)
		EXPECT_EQ(0, bed_works(&bed[i]));
	for (int i = 0; i < N; i++)
		bed_close(&bed[i]);
}

TEST_HARNESS_MAIN
