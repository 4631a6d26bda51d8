// SPDX-License-Identifier: GPL-2.0
/*
 * Fails each allocation and each copy in turn: first in the VMM's set-up calls,
 * then in the device's worker while bytes move. A failure is reported, leaves
 * nothing behind, and the operation works the next time.
 */
#include "harness.h"

#include <endian.h>
#include <poll.h>
#include <sys/socket.h>

#include "inject.h"
#include "process.h"

#define MOST_PLACES	2000
#define PORT		80
#define SIZE		200000
#define PIECE		16384
/* the device's listeners, one for each socket type */
#define LISTENERS	2

#define SKIP_WITHOUT_FAULTS() do {					\
	SKIP_WITHOUT(guest_device());					\
	if (inject_prepare())						\
		SKIP(return, "this kernel has no fault injection");	\
} while (0)

static uint64_t sum(const struct vsock_bridge_stats *stats, size_t from,
		    size_t to)
{
	uint64_t value, total = 0;

	for (; from <= to; from += sizeof(value)) {
		memcpy(&value, (const char *)stats + from, sizeof(value));
		total += value;
	}
	return total;
}

#define SUM(bed, first, last) ({					\
	struct vsock_bridge_stats _stats;				\
	bed_stats((bed)->guest.fd, &_stats) ? UINT64_MAX :		\
		sum(&_stats, offsetof(struct vsock_bridge_stats, first),	\
		    offsetof(struct vsock_bridge_stats, last)); })

#define NO_ERROR(NAME, name, text)
#define ERROR(NAME, name, text)	offsetof(struct vsock_bridge_stats, name),

/* The error counters. */
static const size_t errors[] = {
	VSOCK_BRIDGE_STATS(NO_ERROR, NO_ERROR, NO_ERROR, ERROR)
};

#define ERRORS (sizeof(errors) / sizeof(*errors))

static uint64_t error_at(const struct vsock_bridge_stats *stats, size_t i)
{
	return sum(stats, errors[i], errors[i]);
}

/* The sum of all error counters in @stats. */
static uint64_t cases_in(const struct vsock_bridge_stats *stats)
{
	uint64_t total = 0;

	for (size_t i = 0; i < ERRORS; i++)
		total += error_at(stats, i);
	return total;
}

/* Return: 1 and the place in @errors of the error counted since @then, or 0. */
static size_t case_since(struct bed *bed, const struct vsock_bridge_stats *then)
{
	struct vsock_bridge_stats now;

	if (bed_stats(bed->guest.fd, &now))
		return 0;
	for (size_t i = 0; i < ERRORS; i++) {
		if (error_at(&now, i) != error_at(then, i))
			return i + 1;
	}
	return 0;
}

/*
 * The connections, clients, bytes, pending RSTs and sockets that the device
 * still has, except its listeners.
 */
static uint64_t left_over(struct bed *bed)
{
	return SUM(bed, connections, rsts_pending) - LISTENERS;
}

/*
 * Answers each packet for an unknown connection with RST, as a guest does.
 * Leaves none, because the list is short and many packets may arrive late.
 */
static void reset_strays(struct bed *bed)
{
	struct virtio_vsock_hdr h;

	guest_mux_poll(&bed->mux);
	while (bed->mux.nr_strays) {
		if (guest_mux_stray(&bed->mux, &h, 0))
			return;
		if (le16toh(h.op) == VIRTIO_VSOCK_OP_RST)
			continue;
		h = guest_hdr(&bed->guest, VIRTIO_VSOCK_OP_RST,
			      le32toh(h.dst_port), le32toh(h.src_port));
		if (guest_send(&bed->guest, &h, NULL, deadline_in(WAIT_MS)))
			return;
	}
}

static bool comes_to_rest(struct bed *bed)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	reset_strays(bed);
	while (left_over(bed) && deadline_left(deadline)) {
		guest_mux_step(&bed->mux, -1, 0, deadline_in(1));
		reset_strays(bed);
	}
	return !left_over(bed);
}

/* Set-up: each failed step is issued again, as a VMM may do. */

static int open_device(struct bed *bed)
{
	return guest_reopen(&bed->guest);
}

static int set_uds(struct bed *bed)
{
	return bed_set_uds_with(bed->guest.fd, bed->path,
				BED_UDS(.flags = VSOCK_BRIDGE_UDS_SEQPACKET));
}

/* Maps one port, and lets all others use the path prefix. */
static int set_port(struct bed *bed)
{
	struct vsock_bridge_port port = {
		.size = sizeof(port),
		.port = 9,
		.path = (uintptr_t)"/tmp/none",
		.path_len = strlen("/tmp/none"),
	};
	struct vsock_bridge_port others = {
		.size = sizeof(others),
		.flags = VSOCK_BRIDGE_PORT_OTHERS,
		.action = VSOCK_BRIDGE_PORT_PREFIX,
	};

	return ioctl(bed->guest.fd, VSOCK_BRIDGE_SET_PORT, &port) ||
	       ioctl(bed->guest.fd, VSOCK_BRIDGE_SET_PORT, &others) ?
	       -errno : 0;
}

static int set_limits(struct bed *bed)
{
	return bed_set_limits(bed, BED_LIMITS(.max_connections = 100));
}

static int set_owner(struct bed *bed)
{
	return ioctl(bed->guest.fd, VHOST_SET_OWNER, NULL) ? -errno : 0;
}

static int set_features(struct bed *bed)
{
	uint64_t offered;

	if (ioctl(bed->guest.fd, VHOST_GET_FEATURES, &offered))
		return -errno;
	return guest_set_features(&bed->guest, GUEST_FEATURES & offered);
}

static int set_cid(struct bed *bed)
{
	return guest_set_cid(&bed->guest, bed->guest.cfg.cid);
}

static int set_mem_table(struct bed *bed)
{
	return guest_mem_set_table(&bed->guest.mem, bed->guest.fd);
}

static int set_ring(struct guest_ring *ring, int fd)
{
	int err = guest_ring_set_num(ring, fd);

	err = err ?: guest_ring_set_base(ring, fd);
	err = err ?: guest_ring_set_addr(ring, fd);
	err = err ?: guest_ring_set_file(ring, fd, VHOST_SET_VRING_KICK,
					 ring->kick);
	err = err ?: guest_ring_set_file(ring, fd, VHOST_SET_VRING_CALL,
					 ring->call);
	return err ?: guest_ring_set_file(ring, fd, VHOST_SET_VRING_ERR,
					  ring->err);
}

static int set_rings(struct bed *bed)
{
	int err = set_ring(&bed->guest.rx, bed->guest.fd);

	return err ?: set_ring(&bed->guest.tx, bed->guest.fd);
}

static int start(struct bed *bed)
{
	guest_fill_rx(&bed->guest);
	return guest_set_running(&bed->guest, 1);
}

static int get_stats(struct bed *bed)
{
	struct vsock_bridge_stats stats;

	return bed_stats(bed->guest.fd, &stats);
}

static int stop(struct bed *bed)
{
	return guest_stop(&bed->guest);
}

static int (*const steps[])(struct bed *bed) = {
	open_device, set_uds, set_port, set_limits, set_owner, set_features,
	set_cid, set_mem_table, set_rings, start, get_stats, stop, start,
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static int run_steps(struct bed *bed, size_t from, size_t to)
{
	int err = 0;

	for (; from < to && !err; from++)
		err = steps[from](bed);
	return err;
}

/*
 * The kernel returns -ENFILE if it has no memory for a socket, and some file
 * systems return -ENOSPC if they have none for its file.
 */
static bool is_clear(int err)
{
	return err == -ENOMEM || err == -EFAULT || err == -ENFILE ||
	       err == -ENOSPC;
}

/* Resets the guest; its next device is new. */
static void begin_again(struct bed *bed)
{
	char seqpacket[BED_PATH_SIZE + sizeof("_seqpacket")];

	/* the old device must not see the rings change; the first never ran */
	guest_stop(&bed->guest);
	guest_mux_fini(&bed->mux);
	guest_reset(&bed->guest);
	unlink(bed->path);
	snprintf(seqpacket, sizeof(seqpacket), "%s_seqpacket", bed->path);
	unlink(seqpacket);
}

FIXTURE(set_up)
{
	struct bed bed;
	struct inject caller;
};

FIXTURE_VARIANT(set_up)
{
	size_t step;
};

#define STEP(name, at) FIXTURE_VARIANT_ADD(set_up, name) { .step = at }

STEP(open, 0);
STEP(set_uds, 1);
STEP(set_port, 2);
STEP(set_limits, 3);
STEP(set_owner, 4);
STEP(set_features, 5);
STEP(set_cid, 6);
STEP(set_mem_table, 7);
STEP(set_rings, 8);
STEP(start, 9);
STEP(get_stats, 10);
STEP(stop, 11);
STEP(start_again, 12);

FIXTURE_SETUP(set_up)
{
	SKIP_WITHOUT_FAULTS();
	ASSERT_EQ(0, inject_open(&self->caller, getpid()));
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
}

FIXTURE_TEARDOWN(set_up)
{
	inject_close(&self->caller);
	BED_TEARDOWN(&self->bed);
}

TEST_F(set_up, each_fault_returns_an_error_and_a_retry_works)
{
	struct bed *bed = &self->bed;
	unsigned int n, failed = 0;
	bool hit = true;
	int err;

	for (n = 1; hit && n < MOST_PLACES; n++) {
		begin_again(bed);
		ASSERT_EQ(0, run_steps(bed, 0, variant->step));
		ASSERT_EQ(0, inject_arm(&self->caller, n));
		err = steps[variant->step](bed);
		hit = inject_disarm(&self->caller);
		if (err) {
			failed++;
			ASSERT_TRUE(hit) TH_LOG("error %d without a fault", err);
			ASSERT_TRUE(is_clear(err))
				TH_LOG("fault %u: error %d", n, err);
			ASSERT_EQ(0, steps[variant->step](bed))
				TH_LOG("after fault %u", n);
		}
		ASSERT_EQ(0, run_steps(bed, variant->step + 1, STEPS))
			TH_LOG("after fault %u", n);
		ASSERT_EQ(0, bed_works(bed))
			TH_LOG("after fault %u: error %d", n, err);
		ASSERT_TRUE(comes_to_rest(bed)) TH_LOG("after fault %u", n);
	}
	EXPECT_FALSE(hit);
	EXPECT_NE(0, failed);
	TH_LOG("%u faults, of which %u made it fail", n - 2, failed);
}

/* The data path, in the device's worker. */

/* The device has listeners for both socket types. */
static int open_bed(struct bed *bed, int type)
{
	int err = bed_open_seqpacket(bed, NULL);

	if (type == SOCK_STREAM) {
		bed->type = SOCK_STREAM;
		bed->mux.type = VIRTIO_VSOCK_TYPE_STREAM;
	}
	return err;
}

static int open_worker(struct inject *worker)
{
	char name[32];
	pid_t tid;

	snprintf(name, sizeof(name), "vsb-%d", getpid());
	tid = process_find("/proc/self/task", name);
	return tid ? inject_open(worker, tid) : -ESRCH;
}

/**
 * struct story - what happens during a fault
 * @bed: the test bed
 * @before: the counters before
 * @host: the connection from the host
 * @guest: the connection from the guest
 * @listener: the listener for the guest's connections
 * @waited: what the last wait was for, and how long it took in ms
 * @buf: bytes of the stream
 */
struct story {
	struct bed *bed;
	struct vsock_bridge_stats before;
	struct bed_pair host;
	struct bed_pair guest;
	int listener;
	struct {
		const char *what;
		int ms;
	} waited;
	char buf[SIZE];
};

/* Has no error been counted since @before? */
static bool untroubled(struct story *s)
{
	struct vsock_bridge_stats now;

	return !bed_stats(s->bed->guest.fd, &now) &&
	       cases_in(&now) == cases_in(&s->before);
}

/*
 * Waits until @cond is true or an error is counted. Returns whether @cond is
 * true.
 */
#define UNTIL(s, cond) ({						\
	uint64_t _deadline = deadline_in(WAIT_MS);			\
	bool _ok;							\
	guest_mux_poll(&(s)->bed->mux);					\
	while (!(_ok = (cond)) && untroubled(s) &&			\
	       deadline_left(_deadline))				\
		guest_mux_step(&(s)->bed->mux, -1, 0, deadline_in(1));	\
	(s)->waited.what = #cond;					\
	(s)->waited.ms = WAIT_MS - deadline_left(_deadline);		\
	_ok; })

/* Has the host program received its OK line? */
static bool has_line(int fd)
{
	char line[32];
	ssize_t n = recv(fd, line, sizeof(line), MSG_DONTWAIT | MSG_PEEK);
	char *end = n > 0 ? memchr(line, '\n', n) : NULL;

	return end && uds_recv(fd, line, end + 1 - line) == 0;
}

static bool host_connects(struct story *s)
{
	s->host.fd = bed_client(s->bed, PORT);
	return UNTIL(s, (s->host.conn = guest_accept(&s->bed->mux, PORT, 0))) &&
	       UNTIL(s, has_line(s->host.fd));
}

static bool accept_failed(struct story *s)
{
	return BED_STAT(s->bed, unix_accept_fails) != s->before.unix_accept_fails;
}

/*
 * If the device had no memory to accept the client, it retries a little later,
 * perhaps after the story.
 */
static bool late_client_comes(struct story *s)
{
	if (s->host.conn || !accept_failed(s))
		return true;
	s->host.conn = guest_accept(&s->bed->mux, PORT, deadline_in(WAIT_MS));
	return s->host.conn;
}

static bool guest_connects(struct story *s)
{
	s->guest.conn = guest_connect(&s->bed->mux, s->bed->spare_port++, PORT);
	return s->guest.conn && UNTIL(s, s->guest.conn->open) &&
	       (s->guest.fd = uds_accept(s->listener)) >= 0;
}

static bool both_connect(struct story *s)
{
	return host_connects(s) && guest_connects(s);
}

/* Read or send what can be, on top of @done. Return: true when @all is. */
static bool reads_all(int fd, char *buf, size_t *done, size_t all)
{
	ssize_t n = uds_recv_now(fd, buf + *done, all - *done);

	if (n > 0)
		*done += n;
	return *done == all;
}

static bool sends_all(int fd, const char *buf, size_t *done, size_t all)
{
	ssize_t n = uds_send_now(fd, buf + *done, all - *done);

	if (n > 0)
		*done += n;
	return *done == all;
}

static bool gives_all(struct guest_conn *c, const char *buf, size_t *done,
		      size_t all)
{
	*done += guest_conn_send(c, buf + *done, all - *done, PIECE);
	return *done == all;
}

/* The host program reads only when all is sent, so the device must buffer. */
static bool to_host(struct story *s)
{
	struct guest_conn *c = s->host.conn;
	size_t sent = 0, got = 0;

	bed_fill(s->buf, 1, 0, SIZE);
	if (!UNTIL(s, gives_all(c, s->buf, &sent, SIZE)))
		return false;
	memset(s->buf, 0, SIZE);
	return UNTIL(s, reads_all(s->host.fd, s->buf, &got, SIZE)) &&
	       bed_match(s->buf, 1, 0, SIZE);
}

static bool to_guest(struct story *s)
{
	struct guest_conn *c = s->guest.conn;
	size_t sent = 0, got = 0;

	bed_fill(s->buf, 2, 0, SIZE);
	if (!UNTIL(s, sends_all(s->guest.fd, s->buf, &sent, SIZE) ||
		      guest_conn_unread(c) == SIZE))
		return false;
	memset(s->buf, 0, SIZE);
	return UNTIL(s, (got += guest_conn_recv(c, s->buf + got,
						SIZE - got)) == SIZE) &&
	       bed_match(s->buf, 2, 0, SIZE);
}

/* The host program closes one connection, the guest the other. */
static bool both_close(struct story *s)
{
	close(s->host.fd);
	s->host.fd = -1;
	guest_conn_shutdown(s->guest.conn, VIRTIO_VSOCK_SHUTDOWN_RCV |
					   VIRTIO_VSOCK_SHUTDOWN_SEND);
	return UNTIL(s, s->host.conn->reset || s->host.conn->peer_shutdown) &&
	       UNTIL(s, s->guest.conn->reset);
}

static void end_pair(struct bed_pair *pair)
{
	if (pair->fd >= 0)
		close(pair->fd);
	pair->fd = -1;
	if (!pair->conn)
		return;
	if (!pair->conn->reset)
		guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_conn_free(pair->conn);
	pair->conn = NULL;
}

/* A restart repairs a broken ring. */
static int start_anew(struct bed *bed)
{
	struct guest *g = &bed->guest;
	int err = guest_stop(g);

	guest_wait_err(&g->rx, 0);
	guest_wait_err(&g->tx, 0);
	guest_reset(g);
	return err ?: guest_run(g);
}

FIXTURE(flow)
{
	struct bed bed;
	struct story story;
	struct inject worker;
};

FIXTURE_VARIANT(flow)
{
	bool (*happens)(struct story *s);
	bool connected;
	int type;
};

#define STREAM(name, ...) FIXTURE_VARIANT_ADD(flow, name) {		\
	.happens = name, .type = SOCK_STREAM, __VA_ARGS__ }

/* All bytes are one message. */
#define SEQPACKET(name, ...) FIXTURE_VARIANT_ADD(flow, seqpacket_##name) { \
	.happens = name, .type = SOCK_SEQPACKET, __VA_ARGS__ }

STREAM(both_connect);
STREAM(to_host, .connected = true);
STREAM(to_guest, .connected = true);
STREAM(both_close, .connected = true);
SEQPACKET(both_connect);
SEQPACKET(to_host, .connected = true);
SEQPACKET(to_guest, .connected = true);
SEQPACKET(both_close, .connected = true);

FIXTURE_SETUP(flow)
{
	struct story *s = &self->story;

	SKIP_WITHOUT_FAULTS();
	ASSERT_EQ(0, open_bed(&self->bed, variant->type));
	ASSERT_EQ(0, open_worker(&self->worker));
	s->bed = &self->bed;
	s->host.fd = -1;
	s->guest.fd = -1;
	s->listener = bed_listen(&self->bed, PORT);
	ASSERT_LE(0, s->listener);
	guest_listen(&self->bed.mux, PORT);
}

FIXTURE_TEARDOWN(flow)
{
	inject_close(&self->worker);
	close(self->story.listener);
	BED_TEARDOWN(&self->bed);
}

static void forget_clients(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
}

TEST_F(flow, each_fault_is_counted_and_the_device_recovers)
{
	struct story *s = &self->story;
	struct bed *bed = &self->bed;
	unsigned int n, failed = 0;
	bool hit = true, good;

	for (n = 1; hit && n < MOST_PLACES; n++) {
		ASSERT_EQ(0, bed_stats(bed->guest.fd, &s->before));
		if (variant->connected)
			ASSERT_TRUE(both_connect(s));
		ASSERT_EQ(0, inject_arm(&self->worker, n));
		good = variant->happens(s);
		hit = inject_disarm(&self->worker);
		if (!good) {
			failed++;
			ASSERT_TRUE(hit)
				TH_LOG("fault %u: not injected, but error case %zu; waited %d ms for %s",
				       n, case_since(bed, &s->before),
				       s->waited.ms, s->waited.what);
			ASSERT_FALSE(untroubled(s))
				TH_LOG("fault %u: not counted", n);
		}
		if (BED_STAT(bed, vring_broken) != s->before.vring_broken)
			ASSERT_EQ(0, start_anew(bed))
				TH_LOG("after fault %u", n);
		ASSERT_TRUE(late_client_comes(s))
			TH_LOG("after fault %u", n);
		end_pair(&s->host);
		end_pair(&s->guest);
		forget_clients(s->listener);
		ASSERT_TRUE(comes_to_rest(bed)) TH_LOG("after fault %u", n);
		ASSERT_EQ(0, bed_works(bed)) TH_LOG("after fault %u", n);
		/*
		 * a chain that the device could not write came back empty, as
		 * it must
		 */
		if (BED_STAT(bed, guest_memory) != s->before.guest_memory)
			bed->guest.error[0] = 0;
	}
	EXPECT_FALSE(hit);
	EXPECT_NE(0, failed);
	TH_LOG("%u faults, of which %u made it fail", n - 2, failed);
}

FIXTURE(backlog)
{
	struct bed bed;
	struct story story;
	struct inject worker;
};

FIXTURE_SETUP(backlog)
{
	SKIP_WITHOUT_FAULTS();
	ASSERT_EQ(0, open_bed(&self->bed, SOCK_STREAM));
	ASSERT_EQ(0, open_worker(&self->worker));
	self->story.bed = &self->bed;
	self->story.host.fd = -1;
	guest_listen(&self->bed.mux, PORT);
}

FIXTURE_TEARDOWN(backlog)
{
	inject_close(&self->worker);
	BED_TEARDOWN(&self->bed);
}

/* Does accepting a client fail if the @n-th fault point fails? */
static bool accept_fails(struct story *s, struct inject *worker, unsigned int n)
{
	if (bed_stats(s->bed->guest.fd, &s->before) || inject_arm(worker, n))
		return false;
	host_connects(s);
	inject_disarm(worker);
	return accept_failed(s);
}

/* No other client connects, whose wake-up would make the device accept both. */
TEST_F(backlog, accept_without_memory_is_retried)
{
	struct story *s = &self->story;
	struct bed *bed = &self->bed;
	unsigned int n = 1;

	while (!accept_fails(s, &self->worker, n)) {
		end_pair(&s->host);
		ASSERT_TRUE(comes_to_rest(bed));
		ASSERT_LT(++n, MOST_PLACES);
	}
	ASSERT_TRUE(late_client_comes(s));
	ASSERT_TRUE(GUEST_UNTIL_FD(&bed->mux, s->host.fd, POLLIN, WAIT_MS,
				   has_line(s->host.fd)));
	ASSERT_EQ(0, bed_echo(bed, &s->host));
	end_pair(&s->host);
}

TEST_HARNESS_MAIN
