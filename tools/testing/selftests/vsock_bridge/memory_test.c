// SPDX-License-Identifier: GPL-2.0
/*
 * How much host memory a hostile guest can occupy, and which cgroup is charged:
 * the bound in Documentation/admin-guide/vsock_bridge.rst, measured in the
 * owner's cgroup.
 */
#include "harness.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "process.h"

#define PORT	1024
#define KIB	1024ULL
#define MIB	(1024 * KIB)

/*
 * The memory of one connection whose program reads nothing, as in that
 * document.
 */
#define SOCKET_BYTES	(1024 * KIB + 64 * KIB)
#define FIFO_BYTES	(64 * KIB)
#define OBJECT_BYTES	(8 * KIB)
/* The memory of an idle device. */
#define DEVICE_BYTES	(1024 * KIB)
#define PAGES_BYTES	(1024 * KIB)
/*
 * Error of a difference: memory.stat lags by up to 64 pages for each processor,
 * the owner pays for the fork of a host program (90 KiB), and RCU delays
 * freeing.
 */
#define SLACK_BYTES	(512 * KIB)

static uint64_t bound(const struct vsock_bridge_limits *l)
{
	return l->max_connections *
	       (SOCKET_BYTES + FIFO_BYTES + OBJECT_BYTES) +
	       l->max_handshakes * OBJECT_BYTES +
	       l->max_buffered + l->max_buffered / 32 +
	       DEVICE_BYTES + PAGES_BYTES;
}

/**
 * @cg: the cgroup of the owner, which is the test; host programs are not in it
 * @limits: the limits of the device
 * @before: the kernel memory of the cgroup at the start
 */
FIXTURE(memory)
{
	struct bed bed;
	struct cgroup cg;
	struct vsock_bridge_limits limits;
	uint64_t before;
};

static uint64_t kernel_bytes(FIXTURE_DATA(memory) *self)
{
	return cgroup_get_key(&self->cg, "memory.stat", "kernel");
}

FIXTURE_SETUP(memory)
{
	struct rlimit files = { .rlim_cur = 8192, .rlim_max = 8192 };
	int err = cgroup_make(&self->cg);

	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	ASSERT_EQ(0, cgroup_enter(&self->cg));
	BED_SETUP(&self->bed, &(struct guest_config){ .tx_num = 512 });
	self->bed.mux.buf_alloc = 4096;
	self->limits.size = sizeof(self->limits);
	ASSERT_EQ(0, ioctl(self->bed.guest.fd, VSOCK_BRIDGE_GET_LIMITS,
			   &self->limits));
	self->before = kernel_bytes(self);
	ASSERT_NE(UINT64_MAX, self->before);
}

FIXTURE_TEARDOWN(memory)
{
	BED_TEARDOWN(&self->bed);
	cgroup_leave();
	cgroup_remove(&self->cg);
}

static uint64_t held(FIXTURE_DATA(memory) *self)
{
	uint64_t now = kernel_bytes(self);

	return now > self->before ? now - self->before : 0;
}

/* Memory is freed soon after the end, not at once. */
static bool comes_down_to(FIXTURE_DATA(memory) *self, uint64_t bytes)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	while (held(self) > bytes && deadline_left(deadline))
		poll(NULL, 0, 10);
	return held(self) <= bytes;
}

/* --- host programs that keep their sockets */

/**
 * struct hosts - what the host programs do
 * @device: the device's descriptor, which they close
 * @path: the path to use
 * @nr: number of connections
 */
struct hosts {
	int device;
	const char *path;
	unsigned int nr;
};

/* Leaves the owner's cgroup. */
static void go_outside(struct process *p, struct hosts *h)
{
	close(h->device);
	if (cgroup_leave()) {
		process_ready(p, EPERM);
		_exit(1);
	}
}

/* Accepts connections and never reads. */
static void serve_and_hold(struct process *p, void *arg)
{
	struct hosts *h = arg;
	struct pollfd pfd[2];

	go_outside(p, h);
	pfd[0] = (struct pollfd){ .fd = uds_listen(h->path), .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = p->hold, .events = POLLIN };
	process_ready(p, pfd[0].fd < 0 ? -pfd[0].fd : 0);
	while (poll(pfd, 2, -1) > 0 && !pfd[1].revents)
		uds_accept(pfd[0].fd);
}

/*
 * Accepts connections and closes each at once. If a program keeps ended
 * connections, or lets them wait in its backlog, the owner is charged for them
 * and the device cannot limit them: about 3 KiB of structures each, 7 KiB in
 * the debug kernel. So this program keeps none, and has a short backlog.
 */
static void serve_and_close(struct process *p, void *arg)
{
	enum { BACKLOG = 7 };
	struct hosts *h = arg;
	struct pollfd pfd[2];
	int err;

	go_outside(p, h);
	pfd[0] = (struct pollfd){ .fd = uds_listen(h->path), .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = p->hold, .events = POLLIN };
	err = pfd[0].fd < 0 ? -pfd[0].fd : 0;
	if (!err && listen(pfd[0].fd, BACKLOG))
		err = errno;
	process_ready(p, err);
	while (poll(pfd, 2, -1) > 0 && !pfd[1].revents)
		close(uds_accept(pfd[0].fd));
}

/* Connects and sends nothing. */
static void be_silent(struct process *p, void *arg)
{
	struct hosts *h = arg;
	int err = 0;

	go_outside(p, h);
	for (unsigned int i = 0; i < h->nr && !err; i++) {
		int fd = uds_connect(h->path);

		err = fd < 0 ? fd : 0;
	}
	process_ready(p, err);
	process_wait(p);
}

static void start_server_that(struct __test_metadata *_metadata,
			      FIXTURE_DATA(memory) *self, struct process *p,
			      void (*serves)(struct process *p, void *arg))
{
	char path[BED_PATH_SIZE];
	struct hosts h = { .device = self->bed.guest.fd, .path = path };

	bed_port_path(&self->bed, PORT, path);
	unlink(path);
	ASSERT_EQ(0, process_start(p, serves, &h));
}

static void start_server(struct __test_metadata *_metadata,
			 FIXTURE_DATA(memory) *self, struct process *p)
{
	start_server_that(_metadata, self, p, serve_and_hold);
}

/* --- what the guest does */

static void connect_all(struct __test_metadata *_metadata, struct bed *bed,
			struct guest_conn **conn, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		conn[i] = guest_connect(&bed->mux, 10000 + i, PORT);
		ASSERT_NE(NULL, conn[i]);
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux, conn[i]->open ||
						   conn[i]->reset));
		ASSERT_TRUE(conn[i]->open) TH_LOG("connection %u", i);
	}
}

/* Returns the credit after the device has processed everything sent before. */
static uint32_t settled_credit(struct bed *bed, struct guest_conn *c)
{
	if (c->reset || guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0) ||
	    bed_settle(bed))
		return 0;
	guest_mux_poll(&bed->mux);
	return c->reset ? 0 : guest_conn_credit(c);
}

/* Sends up to @most bytes, or until the device takes no more. */
static size_t stuff(struct bed *bed, struct guest_conn *c, size_t most)
{
	static const char data[GUEST_TX_BUF];
	size_t sent = 0, n;

	do {
		size_t want = most - sent;

		n = guest_conn_send(c, data,
				    want < sizeof(data) ? want : sizeof(data),
				    GUEST_TX_BUF);
		sent += n;
	} while (sent < most && (n || settled_credit(bed, c)));
	return sent;
}

/*
 * Fills all sockets, and then as many FIFOs as max_buffered allows for all of
 * them together: one more byte would reset a connection.
 */
static void stuff_all(struct __test_metadata *_metadata,
		      FIXTURE_DATA(memory) *self, struct guest_conn **conn,
		      unsigned int nr)
{
	struct bed *bed = &self->bed;
	size_t all = stuff(bed, conn[0], SIZE_MAX), socket;

	ASSERT_LT(self->limits.buf_alloc, all);
	socket = all - self->limits.buf_alloc;
	for (unsigned int i = 1; i < nr; i++)
		ASSERT_LE(socket, stuff(bed, conn[i], socket));
	for (unsigned int i = 1; i < nr; i++) {
		uint64_t left = self->limits.max_buffered -
				BED_STAT(bed, buffered_bytes);

		if (left <= 2 * self->limits.buf_alloc)
			break;
		stuff(bed, conn[i], SIZE_MAX);
	}
	EXPECT_EQ(nr, BED_STAT(bed, connections));
	EXPECT_EQ(0, BED_STAT(bed, over_buffered));
}

/* Sends packets to unknown flows, without reading the RSTs. */
static int flood_with_strays(struct bed *bed, unsigned int nr)
{
	struct virtio_vsock_hdr h = guest_hdr(&bed->guest, VIRTIO_VSOCK_OP_RW,
					      0, 99);
	int err = 0;

	for (unsigned int i = 0; i < nr && !err; i++) {
		h.src_port = htole32(60000 + i);
		err = guest_send(&bed->guest, &h, NULL, deadline_in(WAIT_MS));
	}
	return err;
}

/* --- the bound */

TEST_F(memory, guest_cannot_exceed_the_documented_bound)
{
	unsigned int nr = self->limits.max_connections;
	struct guest_conn **conn = calloc(nr, sizeof(*conn));
	struct process server, clients;
	struct hosts h = {
		.device = self->bed.guest.fd, .path = self->bed.path,
		.nr = self->limits.max_handshakes,
	};
	uint64_t most = bound(&self->limits);

	ASSERT_EQ(0, bed_set_limits(&self->bed,
			BED_LIMITS(.handshake_timeout_ms = 600000)));
	start_server(_metadata, self, &server);
	connect_all(_metadata, &self->bed, conn, nr);
	stuff_all(_metadata, self, conn, nr);
	ASSERT_EQ(0, process_start(&clients, be_silent, &h));
	EXPECT_EQ(h.nr, BED_AWAIT_STAT(&self->bed, handshakes, h.nr));
	EXPECT_EQ(0, flood_with_strays(&self->bed, 1000));
	TH_LOG("%lu KiB of %lu KiB", held(self) / KIB, most / KIB);
	EXPECT_GE(most, held(self));
	/* the bound is tight */
	EXPECT_LT(most * 3 / 4, held(self));
	process_end(&clients);
	process_end(&server);
	free(conn);
}

/* --- pages passed by reference */

enum {
	RESETS = 8, KEPT = 32, DRAIN_PORT = PORT + 1,
	KEEP = 2 * KIB, DRAIN = 30 * KIB,	/* bytes of each block of pages */
};

/* One program keeps a little of every block, another one reads the rest. */
static int keep_of_each_block(struct bed *bed)
{
	static char data[DRAIN];
	struct guest_conn *keep[KEPT];
	struct bed_pair drain;
	int err = bed_guest_pair(bed, &drain, DRAIN_PORT);

	for (int i = 0; i < KEPT && !err; i++) {
		keep[i] = guest_connect(&bed->mux, 10000 + i, PORT);
		if (!keep[i] || !GUEST_UNTIL(&bed->mux, keep[i]->open))
			return -ETIMEDOUT;
		if (guest_conn_send(keep[i], data, KEEP, KEEP) != KEEP ||
		    guest_conn_send(drain.conn, data, DRAIN, DRAIN) != DRAIN)
			return -EIO;
		guest_tx_flush(&bed->guest);
		err = uds_recv(drain.fd, data, DRAIN);
	}
	close(drain.fd);
	return err;
}

static int reset(struct bed *bed)
{
	int err = guest_stop(&bed->guest);

	guest_reset(&bed->guest);
	guest_mux_fini(&bed->mux);
	return err ?: guest_run(&bed->guest);
}

TEST_F(memory, pages_kept_by_a_reader_are_bounded_over_guest_resets)
{
	struct process server;

	start_server(_metadata, self, &server);
	for (int i = 0; i < RESETS; i++) {
		ASSERT_EQ(0, keep_of_each_block(&self->bed));
		ASSERT_EQ(0, reset(&self->bed));
	}
	TH_LOG("%lu KiB", held(self) / KIB);
	EXPECT_GE(DEVICE_BYTES + PAGES_BYTES +
		  RESETS * KEPT * (KEEP + OBJECT_BYTES), held(self));
	process_end(&server);
}

/*
 * Each connection is reset before the next request; only connects are pending.
 */
TEST_F(memory, flood_of_requests_and_rsts_is_bounded)
{
	enum { FLOOD = 6000, CONNECTIONS = 16 };
	struct bed *bed = &self->bed;
	struct process server;
	uint64_t most = 0;

	ASSERT_EQ(0, bed_set_limits(bed,
			BED_LIMITS(.max_connections = CONNECTIONS)));
	start_server_that(_metadata, self, &server, serve_and_close);
	for (unsigned int i = 0; i < FLOOD; i++) {
		struct virtio_vsock_hdr h = guest_hdr(&bed->guest,
			i & 1 ? VIRTIO_VSOCK_OP_RST : VIRTIO_VSOCK_OP_REQUEST,
			10000 + i / 2, PORT);

		ASSERT_EQ(0, guest_send(&bed->guest, &h, NULL,
					deadline_in(WAIT_MS)));
		guest_mux_poll(&bed->mux);
		bed->mux.nr_strays = 0;
		if (i % 100)
			continue;
		ASSERT_GE(CONNECTIONS, BED_STAT(bed, connects_pending));
		most = held(self) > most ? held(self) : most;
	}
	TH_LOG("%lu KiB at most", most / KIB);
	/*
	 * as many more connections may wait for a connect that is no longer
	 * needed
	 */
	EXPECT_GE(SLACK_BYTES + 2 * CONNECTIONS * OBJECT_BYTES, most);
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connects_pending, 0));
	process_end(&server);
}

/*
 * A program that does not read received bytes keeps them, even after the end of
 * the connection: as many connections as its backlog holds.
 */
TEST_F(memory, server_that_never_accepts_is_bounded_by_its_backlog)
{
	enum { BACKLOG = 7, TURNS = 4, CONNECTIONS = 12 };
	struct guest_conn *c;
	unsigned int taken = 0;
	int fd = bed_listen(&self->bed, PORT);

	ASSERT_EQ(0, listen(fd, BACKLOG));
	for (int i = 0; i < TURNS * CONNECTIONS; i++) {
		c = guest_connect(&self->bed.mux, 10000 + i, PORT);
		ASSERT_NE(NULL, c);
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open || c->reset));
		taken += c->open;
		if (c->open)
			stuff(&self->bed, c, SIZE_MAX);
		if (!c->reset)
			guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
		guest_conn_free(c);
	}
	/* AF_UNIX allows one more than the backlog */
	EXPECT_EQ(BACKLOG + 1, taken);
	/* plus the bytes that the device buffers until they are read */
	EXPECT_TRUE(comes_down_to(self, taken * (SOCKET_BYTES + FIFO_BYTES +
						 self->limits.buf_alloc +
						 OBJECT_BYTES) +
					DEVICE_BYTES));
	EXPECT_LT(taken * MIB, held(self));
	close(fd);
	EXPECT_TRUE(comes_down_to(self, DEVICE_BYTES + PAGES_BYTES));
}

TEST_F(memory, is_freed_with_the_device_and_its_readers)
{
	enum { CONNECTIONS = 64 };
	struct guest_conn *conn[CONNECTIONS];
	struct process server;

	start_server(_metadata, self, &server);
	connect_all(_metadata, &self->bed, conn, CONNECTIONS);
	for (int i = 0; i < CONNECTIONS; i++)
		stuff(&self->bed, conn[i], SIZE_MAX);
	EXPECT_LT(CONNECTIONS * MIB, held(self));
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	process_end(&server);
	EXPECT_TRUE(comes_down_to(self, 4 * MIB));
}

/* --- which cgroup is charged */

/* Memory that is free, or can be reclaimed at once. */
static uint64_t free_bytes(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	uint64_t value, sum = 0;
	char line[160], key[40];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%39[^:]: %lu", key, &value) == 2 &&
		    (!strcmp(key, "MemFree") || !strcmp(key, "Cached") ||
		     !strcmp(key, "Buffers")))
			sum += value * KIB;
	}
	if (f)
		fclose(f);
	return sum;
}

/*
 * Waits until no more memory becomes free: earlier tests' memory is freed late.
 */
static uint64_t settled_free_bytes(void)
{
	uint64_t deadline = deadline_in(WAIT_MS), before, now = free_bytes();

	do {
		before = now;
		poll(NULL, 0, 300);
		now = free_bytes();
	} while (now > before + MIB / 2 && deadline_left(deadline));
	return now;
}

TEST_F(memory, is_charged_to_the_owners_cgroup)
{
	enum { CONNECTIONS = 64 };
	struct guest_conn *conn[CONNECTIONS];
	uint64_t before, used, charged;
	struct process server;

	start_server(_metadata, self, &server);
	connect_all(_metadata, &self->bed, conn, CONNECTIONS);
	before = settled_free_bytes();
	charged = cgroup_get(&self->cg, "memory.current");
	for (int i = 0; i < CONNECTIONS; i++)
		stuff(&self->bed, conn[i], SIZE_MAX);
	used = before - free_bytes();
	charged = cgroup_get(&self->cg, "memory.current") - charged;
	TH_LOG("%lu KiB used, %lu KiB charged", used / KIB, charged / KIB);
	EXPECT_LT(CONNECTIONS * MIB, charged);
	EXPECT_LT(used, charged + charged / 8);
	process_end(&server);
}

/* The kernel memory for @nr connections that carry no data. */
static uint64_t held_for(struct __test_metadata *_metadata,
			 FIXTURE_DATA(memory) *self, unsigned int nr)
{
	struct guest_conn **conn = calloc(nr, sizeof(*conn));
	uint64_t before = held(self);

	connect_all(_metadata, &self->bed, conn, nr);
	free(conn);
	return held(self) - before;
}

/*
 * An owner whose directory differs from that of SET_UDS counts as jailed: a
 * kernel thread connects for it.
 */
TEST_F(memory, is_charged_to_the_cgroup_of_a_jailed_owner)
{
	enum { CONNECTIONS = 400 };
	struct process server;
	uint64_t free, jailed;

	start_server(_metadata, self, &server);
	free = held_for(_metadata, self, CONNECTIONS);
	/* again, from the start */
	guest_mux_fini(&self->bed.mux);
	ASSERT_EQ(0, guest_stop(&self->bed.guest));
	guest_reset(&self->bed.guest);
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	process_end(&server);
	ASSERT_TRUE(comes_down_to(self, free / 2));

	start_server(_metadata, self, &server);
	ASSERT_EQ(0, chdir(self->bed.dir));
	jailed = held_for(_metadata, self, CONNECTIONS);
	TH_LOG("%lu bytes each, %lu in a jail", free / CONNECTIONS,
	       jailed / CONNECTIONS);
	EXPECT_LT(2 * KIB, free / CONNECTIONS);
	EXPECT_LT(free - free / 4, jailed);
	process_end(&server);
	ASSERT_EQ(0, chdir("/"));
}

/* --- a memory limit that is too low */

/*
 * An OOM kill logs a call trace, which the lab would report as a kernel error.
 */
#define CONSOLE_QUIET	4
#define CONSOLE_ALL	8
static void set_console_level(int level)
{
	klogctl(8, NULL, level);
}

/**
 * struct poor - an owner whose cgroup has too little memory for its guest
 * @cg: the cgroup
 * @path: the path of its device
 * @spared: the OOM killer spares it
 */
struct poor {
	struct cgroup cg;
	char path[BED_PATH_SIZE];
	bool spared;
};

#define POOR_MAX	(48 * MIB)
#define POOR_CONNECTIONS 128

/*
 * Connects and sends too much. Each refused connection must be reset, and none
 * may hang. Returns 0 if at least one was reset.
 */
static int want_too_much(struct bed *bed)
{
	struct guest_conn *conn[POOR_CONNECTIONS];
	unsigned int lost = 0;

	for (int i = 0; i < POOR_CONNECTIONS; i++) {
		conn[i] = guest_connect(&bed->mux, 10000 + i, PORT);
		if (!conn[i] || !GUEST_UNTIL(&bed->mux, conn[i]->open ||
							conn[i]->reset))
			return ETIMEDOUT;
	}
	for (int i = 0; i < POOR_CONNECTIONS; i++) {
		if (!conn[i]->reset)
			stuff(bed, conn[i], SIZE_MAX);
		lost += conn[i]->reset;
	}
	return lost ? 0 : ENODATA;
}

static int run_poor(struct poor *poor, struct bed *bed)
{
	struct guest_config cfg = { .cid = 9, .rx_num = 32, .tx_num = 32 };
	int err = cgroup_enter(&poor->cg);

	if (poor->spared)
		err = err ?: process_write("/proc/self/oom_score_adj", "-1000");
	err = err ?: guest_open(&bed->guest, &cfg);
	err = err ?: bed_set_uds(bed->guest.fd, poor->path);
	err = err ?: guest_realize(&bed->guest);
	err = err ?: guest_run(&bed->guest);
	guest_mux_init(&bed->mux, &bed->guest);
	bed->mux.buf_alloc = 4096;
	/* lock the test's own memory: only the guest's allocations may fail */
	return err ?: mlockall(MCL_CURRENT | MCL_FUTURE) ? -errno : 0;
}

/* The first result says that the owner runs, the second how the flood went. */
static void be_poor(struct process *p, void *arg)
{
	static struct bed bed = { .spare_port = 50000 };
	struct poor *poor = arg;

	process_ready(p, run_poor(poor, &bed));
	process_ready(p, want_too_much(&bed));
	process_wait(p);
}

FIXTURE(poor)
{
	struct bed calm;
	struct poor poor;
	struct process server;
};

FIXTURE_SETUP(poor)
{
	char path[BED_PATH_SIZE + 8];
	struct hosts h = { .device = -1, .path = path };
	int err = cgroup_make(&self->poor.cg);

	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, cgroup_set(&self->poor.cg, "memory.max", POOR_MAX));
	BED_SETUP(&self->calm, NULL);
	snprintf(self->poor.path, sizeof(self->poor.path), "%s/poor",
		 self->calm.dir);
	snprintf(path, sizeof(path), "%s_%d", self->poor.path, PORT);
	h.device = self->calm.guest.fd;
	ASSERT_EQ(0, process_start(&self->server, serve_and_hold, &h));
	set_console_level(CONSOLE_QUIET);
}

FIXTURE_TEARDOWN(poor)
{
	set_console_level(CONSOLE_ALL);
	process_end(&self->server);
	BED_TEARDOWN(&self->calm);
	EXPECT_EQ(0, cgroup_remove(&self->poor.cg));
}

/* Checks that the calm device works until the poor owner reports its result. */
static int work_beside(struct bed *calm, struct process *poor)
{
	uint64_t deadline = deadline_in(60000);
	int err = 0;

	while (!err && deadline_left(deadline)) {
		struct pollfd pfd = { .fd = poor->pipe, .events = POLLIN };

		if (poll(&pfd, 1, 0))
			return 0;
		err = bed_works(calm);
		calm->mux.nr_strays = 0;
	}
	return err ?: -ETIMEDOUT;
}

TEST_F(poor, oom_kill_affects_only_the_owner)
{
	char byte;
	struct process p;
	int client;

	ASSERT_EQ(0, process_start(&p, be_poor, &self->poor));
	client = uds_connect(self->poor.path);
	ASSERT_LE(0, client);
	EXPECT_EQ(0, work_beside(&self->calm, &p));
	EXPECT_EQ(0, read(p.pipe, &byte, 1));
	EXPECT_EQ(1, cgroup_get_key(&self->poor.cg, "memory.events",
				    "oom_kill"));
	EXPECT_EQ(0, uds_recv_eof(client));
	process_kill(&p);
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->poor.path));
	EXPECT_EQ(0, bed_works(&self->calm));
	close(client);
}

TEST_F(poor, owner_spared_by_oom_loses_only_connections)
{
	unsigned char result = 255;
	struct process p;

	self->poor.spared = true;
	ASSERT_EQ(0, process_start(&p, be_poor, &self->poor));
	EXPECT_EQ(0, work_beside(&self->calm, &p));
	EXPECT_EQ(1, read(p.pipe, &result, 1));
	EXPECT_EQ(0, result);
	EXPECT_LT(0, cgroup_get_key(&self->poor.cg, "memory.events", "max"));
	EXPECT_EQ(0, cgroup_get_key(&self->poor.cg, "memory.events",
				    "oom_kill"));
	process_end(&p);
	EXPECT_EQ(0, bed_works(&self->calm));
}

TEST_HARNESS_MAIN
