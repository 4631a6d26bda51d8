// SPDX-License-Identifier: GPL-2.0
/*
 * What a hostile guest can make the host hold, and who pays for it: the bound
 * in Documentation/admin-guide/vsock_bridge.rst, measured by the cgroup of the owner.
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

/* Of one connection whose program reads nothing: the table there. */
#define SOCKET_BYTES	(1024 * KIB + 64 * KIB)
#define FIFO_BYTES	(64 * KIB)
#define OBJECT_BYTES	(8 * KIB)
/* Of a device that does nothing. */
#define DEVICE_BYTES	(1024 * KIB)
#define PAGES_BYTES	(1024 * KIB)
/*
 * Of a difference: memory.stat lags by up to 64 pages for each processor, the fork
 * of a host program is the owner's (90 KiB), and what has ended waits for RCU.
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
 * @cg: the owner's, which is the test itself; its host programs are not in it
 * @limits: of the device
 * @before: what the kernel held for it before
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

/* What has ended is let go of soon, not at once. */
static bool comes_down_to(FIXTURE_DATA(memory) *self, uint64_t bytes)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	while (held(self) > bytes && deadline_left(deadline))
		poll(NULL, 0, 10);
	return held(self) <= bytes;
}

/* --- host programs that hold what they have */

/**
 * struct hosts - what they do
 * @device: which they shall not hold
 * @path: where
 * @nr: how many
 */
struct hosts {
	int device;
	const char *path;
	unsigned int nr;
};

/* They are not the owner's. */
static void go_outside(struct process *p, struct hosts *h)
{
	close(h->device);
	if (cgroup_leave()) {
		process_ready(p, EPERM);
		_exit(1);
	}
}

/* Takes connections and never reads. */
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
 * Takes connections and closes each at once. What a program keeps of connections
 * that have ended, or lets wait for its accept, is charged to the owner and not the
 * device's to bound: about 3 KiB of structures each, 7 KiB in the debug kernel. So
 * this one keeps nothing, and lets few wait.
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

/* Connect and say nothing. */
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

/* What the device has room for, when it has dealt with all that was sent. */
static uint32_t settled_credit(struct bed *bed, struct guest_conn *c)
{
	if (c->reset || guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0) ||
	    bed_settle(bed))
		return 0;
	guest_mux_poll(&bed->mux);
	return c->reset ? 0 : guest_conn_credit(c);
}

/* Up to @most bytes, or until the device takes none. */
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
 * All sockets full, and then as many FIFOs as there is room for in all of them
 * together: a byte more would end a connection.
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

/* Packets of no flow, whose answers nobody takes. */
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

TEST_F(memory, that_a_guest_makes_the_host_hold_is_bounded)
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
	/* and that is no idle word */
	EXPECT_LT(most * 3 / 4, held(self));
	process_end(&clients);
	process_end(&server);
	free(conn);
}

/* --- pages that go by reference */

enum {
	RESETS = 8, KEPT = 32, DRAIN_PORT = PORT + 1,
	KEEP = 2 * KIB, DRAIN = 30 * KIB,	/* of each block of pages */
};

/* A program that keeps a little of every block, and one that reads the rest. */
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

TEST_F(memory, of_pages_that_a_reader_keeps_is_bounded_over_resets)
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

/* Each is gone before the next one comes, but for what waits to be made. */
TEST_F(memory, that_a_flood_of_requests_and_resets_takes_is_bounded)
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
	/* as many again as there may be wait for a connect that nobody wants */
	EXPECT_GE(SLACK_BYTES + 2 * CONNECTIONS * OBJECT_BYTES, most);
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connects_pending, 0));
	process_end(&server);
}

/*
 * Who has taken bytes and does not read them keeps them, also when their
 * connection is no more: as many as it lets wait for its accept.
 */
TEST_F(memory, that_a_server_keeps_which_accepts_none_is_bounded_by_its_backlog)
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
	/* AF_UNIX lets one more wait than it is told */
	EXPECT_EQ(BACKLOG + 1, taken);
	/* what the device has taken as well: it keeps that until it is read */
	EXPECT_TRUE(comes_down_to(self, taken * (SOCKET_BYTES + FIFO_BYTES +
						 self->limits.buf_alloc +
						 OBJECT_BYTES) +
					DEVICE_BYTES));
	EXPECT_LT(taken * MIB, held(self));
	close(fd);
	EXPECT_TRUE(comes_down_to(self, DEVICE_BYTES + PAGES_BYTES));
}

TEST_F(memory, ends_with_the_device_and_its_readers)
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

/* --- who pays */

/* Memory that nobody uses, or could use again at once. */
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

/* What others have let go of is on its way still: until no more comes. */
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

TEST_F(memory, is_charged_to_the_owner)
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

/* What the kernel holds for @nr connections that carry nothing. */
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
 * One that has another directory than it had with the configuration counts as
 * one: a kernel thread connects for it.
 */
TEST_F(memory, is_charged_to_the_owner_in_a_jail)
{
	enum { CONNECTIONS = 400 };
	struct process server;
	uint64_t free, jailed;

	start_server(_metadata, self, &server);
	free = held_for(_metadata, self, CONNECTIONS);
	/* all of it again */
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

/* --- a limit that is too small */

/* An OOM kill is told with a call trace, which the lab takes for a complaint. */
#define CONSOLE_QUIET	4
#define CONSOLE_ALL	8
static void set_console_level(int level)
{
	klogctl(8, NULL, level);
}

/**
 * struct poor - an owner whose cgroup has too little for what its guest wants
 * @cg: the cgroup
 * @path: of its device
 * @spared: it is not killed for it
 */
struct poor {
	struct cgroup cg;
	char path[BED_PATH_SIZE];
	bool spared;
};

#define POOR_MAX	(48 * MIB)
#define POOR_CONNECTIONS 128

/* Is it seen? What is refused is reset, and nothing of it hangs. */
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
	/* its own memory is there: it is the guest's that is not */
	return err ?: mlockall(MCL_CURRENT | MCL_FUTURE) ? -errno : 0;
}

/* The first word is that it runs, the second how it went. */
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

/* Whether the calm one works until the poor one has said its second word. */
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

TEST_F(poor, owner_is_killed_alone)
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

TEST_F(poor, owner_that_is_spared_loses_connections_alone)
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
