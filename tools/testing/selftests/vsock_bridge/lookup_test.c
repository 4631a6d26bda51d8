// SPDX-License-Identifier: GPL-2.0
/*
 * A guest connection whose path lookup hangs, as on a network file system: the
 * path is on a FUSE mount without a server.
 */
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "process.h"

#define PORT	7	/* its path is on the FUSE mount */
/* More packets than the device takes in one round. */
#define MANY	512

/**
 * @server: while this is open, lookups below @dir block
 */
FIXTURE(lookup)
{
	struct bed bed;
	char dir[80];
	int server;
};

static int map_port(int fd, uint32_t port, const char *path)
{
	struct vsock_bridge_port arg = {
		.size = sizeof(arg), .port = port,
		.action = VSOCK_BRIDGE_PORT_CONNECT,
		.path = (uintptr_t)path, .path_len = strlen(path),
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_PORT, &arg) ? -errno : 0;
}

static int let_the_others_pass(int fd)
{
	struct vsock_bridge_port arg = {
		.size = sizeof(arg), .flags = VSOCK_BRIDGE_PORT_OTHERS,
		.action = VSOCK_BRIDGE_PORT_PREFIX,
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_PORT, &arg) ? -errno : 0;
}

FIXTURE_SETUP(lookup)
{
	struct guest_config cfg = { .tx_num = MANY, .tx_buf = 256 };
	char options[64], path[BED_PATH_SIZE];

	self->server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (self->server < 0)
		SKIP(return, "no /dev/fuse");
	BED_SETUP(&self->bed, &cfg);
	snprintf(self->dir, sizeof(self->dir), "%s/slow", self->bed.dir);
	ASSERT_EQ(0, mkdir(self->dir, 0700));
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", self->server);
	ASSERT_EQ(0, mount("slow", self->dir, "fuse", 0, options));
	snprintf(path, sizeof(path), "%s/x", self->dir);
	ASSERT_EQ(0, map_port(self->bed.guest.fd, PORT, path));
	ASSERT_EQ(0, let_the_others_pass(self->bed.guest.fd));
}

FIXTURE_TEARDOWN(lookup)
{
	if (self->server >= 0)
		close(self->server);
	BED_TEARDOWN(&self->bed);
	umount2(self->dir, MNT_DETACH);
	rmdir(self->dir);
	rmdir(self->bed.dir);
}

/* Starts a connect that hangs; returns when the connector thread has it. */
static struct guest_conn *hang(struct bed *bed)
{
	uint64_t pending = BED_STAT(bed, connects_pending);
	struct guest_conn *c = guest_connect(&bed->mux, bed->spare_port++,
					     PORT);

	return BED_AWAIT_STAT(bed, connects_pending, pending + 1) ==
	       pending + 1 ? c : NULL;
}

static void let_go(FIXTURE_DATA(lookup) *self)
{
	close(self->server);
	self->server = -1;
}

TEST_F(lookup, hang_delays_only_other_guest_connects)
{
	struct bed_pair before, host;
	struct guest_conn *stuck, *other;
	int fd = bed_listen(&self->bed, 1024);

	ASSERT_EQ(0, bed_host_pair(&self->bed, &before, 80));
	stuck = hang(&self->bed);
	ASSERT_NE(NULL, stuck);
	EXPECT_EQ(0, bed_echo(&self->bed, &before));
	EXPECT_EQ(0, bed_host_pair(&self->bed, &host, 81));
	EXPECT_EQ(0, bed_echo(&self->bed, &host));
	other = guest_connect(&self->bed.mux, 99, 1024);
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, connects_pending, 2));
	EXPECT_FALSE(stuck->open || stuck->reset);
	let_go(self);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, stuck->reset));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, other->open));
	close(before.fd);
	close(host.fd);
	close(fd);
}

/* A guest that resets a connection and retries must not exceed the limit. */
TEST_F(lookup, hang_counts_as_a_connection_after_rst)
{
	struct guest_conn *c;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = 3)));
	/*
	 * Queue them after one that stays, or the device might never look them
	 * up.
	 */
	ASSERT_NE(NULL, hang(&self->bed));
	for (int i = 0; i < 2; i++) {
		c = hang(&self->bed);
		ASSERT_NE(NULL, c);
		guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
		ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	}
	EXPECT_EQ(3, BED_STAT(&self->bed, connects_pending));
	c = guest_connect(&self->bed.mux, 99, PORT);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, too_many_connections));
	let_go(self);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connects_pending, 0));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(lookup, hang_does_not_block_a_replacing_request)
{
	struct guest_conn *c = hang(&self->bed);

	ASSERT_NE(NULL, c);
	guest_conn_op(c, VIRTIO_VSOCK_OP_REQUEST, 0);
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, connects_pending, 2));
	EXPECT_EQ(1, BED_STAT(&self->bed, connections));
	let_go(self);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	/* The replaced connection got no RST. */
	EXPECT_EQ(1, c->seen[VIRTIO_VSOCK_OP_RST]);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connects_pending, 0));
	EXPECT_EQ(0, BED_STAT(&self->bed, connections));
}

/* The guest has reset the connection before the connector reaches it. */
TEST_F(lookup, hang_then_reset_requests_are_not_connected)
{
	int fd = bed_listen(&self->bed, 1024);
	struct guest_conn *c;

	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, hang(&self->bed));
	c = guest_connect(&self->bed.mux, 99, 1024);
	ASSERT_EQ(2, BED_AWAIT_STAT(&self->bed, connects_pending, 2));
	guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	let_go(self);
	ASSERT_EQ(0, BED_AWAIT_STAT(&self->bed, connects_pending, 0));
	EXPECT_EQ(-1, accept(fd, NULL, NULL));
	close(fd);
}

/* A SET_UDS whose path lookup hangs, and its result. */
struct setter {
	int fd;
	char path[BED_PATH_SIZE];
	int err;
};

static void *set_uds(void *arg)
{
	struct setter *s = arg;

	/* the other SET_UDS may have come first */
	do {
		s->err = bed_set_uds(s->fd, s->path);
	} while (s->err == -EBUSY);
	return NULL;
}

TEST_F(lookup, hang_of_set_uds_blocks_only_another_set_uds)
{
	struct setter s = { .fd = self->bed.guest.fd };
	uint64_t deadline = deadline_in(WAIT_MS);
	pthread_t thread;
	int err;

	snprintf(s.path, sizeof(s.path), "%s/y", self->dir);
	ASSERT_EQ(0, pthread_create(&thread, NULL, set_uds, &s));
	do {
		err = bed_set_uds(s.fd, "/none/v.sock");
	} while (err == -ENOENT && deadline_left(deadline));
	EXPECT_EQ(-EBUSY, err);
	EXPECT_EQ(0, bed_works(&self->bed));
	let_go(self);
	pthread_join(thread, NULL);
	EXPECT_GT(0, s.err);
	EXPECT_EQ(-ENOENT, bed_set_uds(s.fd, "/none/v.sock"));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/*
 * Opens the /proc folder of the owner's thread with this name, or returns -1.
 */
static int thread_folder(int proc, const char *prefix)
{
	int tasks = openat(proc, "self/task", O_RDONLY | O_DIRECTORY);
	DIR *dir = fdopendir(tasks);
	char name[32], comm[32], path[300];
	struct dirent *e;
	int fd, len;

	snprintf(name, sizeof(name), "%s%d\n", prefix, getpid());
	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/comm", e->d_name);
		fd = openat(tasks, path, O_RDONLY);
		len = fd < 0 ? 0 : read(fd, comm, sizeof(comm) - 1);
		close(fd);
		comm[len > 0 ? len : 0] = 0;
		if (!strcmp(comm, name))
			return openat(tasks, e->d_name, O_PATH);
	}
	return -1;
}

static int request_and_more(struct guest *g)
{
	for (unsigned int i = 0; i < MANY; i++) {
		struct guest_buf *buf = guest_tx_get(g);

		if (!buf)
			return -ENOBUFS;
		*buf->hdr = guest_hdr(g, i ? VIRTIO_VSOCK_OP_RST :
				      VIRTIO_VSOCK_OP_REQUEST, 5555 + i, PORT);
		guest_tx_put(g, buf);
	}
	guest_tx_flush(g);
	return 0;
}

TEST_F(lookup, hang_does_not_delay_later_packets)
{
	struct bed_pair pair;
	uint64_t before;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	guest_tx_reap(&self->bed.guest);
	before = BED_STAT(&self->bed, tx_packets_count);
	ASSERT_EQ(0, request_and_more(&self->bed.guest));
	before += MANY;
	EXPECT_EQ(before, BED_AWAIT_STAT(&self->bed, tx_packets_count, before));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
	let_go(self);
}

/* The device's threads must not show a root outside the chroot. */
TEST_F(lookup, worker_root_and_cwd_stay_in_the_chroot)
{
	int root = open("/", O_PATH), proc = open("/proc", O_PATH);
	struct stat jail, seen;
	int thread;

	thread = thread_folder(proc, "vsb-");
	if (thread < 0)
		SKIP(return, "this kernel's worker is not a thread of its owner");
	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, mkdir("jail", 0700));
	ASSERT_EQ(0, chroot("jail"));
	ASSERT_EQ(0, chdir("/"));
	ASSERT_EQ(0, stat("/", &jail));
	ASSERT_NE(NULL, hang(&self->bed));
	ASSERT_EQ(0, fstatat(thread, "root", &seen, 0));
	EXPECT_EQ(jail.st_ino, seen.st_ino);
	EXPECT_EQ(jail.st_dev, seen.st_dev);
	ASSERT_EQ(0, fstatat(thread, "cwd", &seen, 0));
	EXPECT_EQ(jail.st_ino, seen.st_ino);
	let_go(self);
	ASSERT_EQ(0, fchdir(root));
	ASSERT_EQ(0, chroot("."));
	ASSERT_EQ(0, chdir(self->bed.dir));
	rmdir("jail");
	ASSERT_EQ(0, chdir("/"));
}

TEST_F(lookup, hang_does_not_delay_close_of_other_sockets)
{
	struct bed_pair pair;
	char byte;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_NE(NULL, hang(&self->bed));
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	EXPECT_EQ(-ECONNRESET, uds_recv_now(pair.fd, &byte, 1));
	close(pair.fd);
}

/* --- owners in a jail: their directory is not that of SET_UDS or SET_PORT */

/*
 * The server answers FUSE_INIT, so it gets requests, and answers none of them.
 */
static int answer_init(int server)
{
	static char request[16384];
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} answer = {
		.header.len = sizeof(answer),
		.init.major = FUSE_KERNEL_VERSION,
		.init.minor = FUSE_KERNEL_MINOR_VERSION,
		.init.max_write = 4096,
	};

	if (read(server, request, sizeof(request)) < 0)
		return -errno;
	answer.header.unique = ((struct fuse_in_header *)request)->unique;
	return write(server, &answer, sizeof(answer)) == sizeof(answer) ?
	       0 : -EIO;
}

/*
 * Takes a request: from now on, no signal interrupts the task that waits for
 * it.
 */
static int take_request(int server)
{
	static char request[16384];
	int err = uds_wait(server, POLLIN);

	if (err)
		return err;
	return read(server, request, sizeof(request)) < 0 ? -errno : 0;
}

/**
 * struct prisoner - an owner in a jail whose guest's connect hangs
 * @slow: the folder whose lookups hang
 * @cg: its cgroup, or NULL
 */
struct prisoner {
	const char *slow;
	const struct cgroup *cg;
};

static int open_prisoner(struct bed *bed, const struct prisoner *p)
{
	struct guest_config cfg = { .cid = 9, .rx_num = 32, .tx_num = 32 };
	char path[BED_PATH_SIZE];
	int err = p->cg ? cgroup_enter(p->cg) : 0;

	snprintf(path, sizeof(path), "%s/x", p->slow);
	err = err ?: guest_open(&bed->guest, &cfg);
	guest_mux_init(&bed->mux, &bed->guest);
	err = err ?: chdir("/") ? -errno : 0;
	err = err ?: map_port(bed->guest.fd, PORT, path);
	err = err ?: guest_realize(&bed->guest);
	err = err ?: guest_run(&bed->guest);
	return err ?: chdir("/tmp") ? -errno : 0;
}

static void be_prisoner(struct process *p, void *arg)
{
	static struct bed bed = { .spare_port = 50000 };
	int err = open_prisoner(&bed, arg);

	process_ready(p, err ?: hang(&bed) ? 0 : -ETIMEDOUT);
	process_wait(p);
}

TEST_F(lookup, hang_in_a_jail_does_not_delay_the_owners_exit)
{
	struct prisoner prisoner = { .slow = self->dir };
	struct process p;

	ASSERT_EQ(0, answer_init(self->server));
	ASSERT_EQ(0, process_start(&p, be_prisoner, &prisoner));
	ASSERT_EQ(0, take_request(self->server));
	EXPECT_TRUE(process_dies(&p));
	EXPECT_EQ(0, bed_works(&self->bed));
	let_go(self);
	if (p.pid)
		waitpid(p.pid, NULL, 0);
}

TEST_F(lookup, hang_in_a_jail_leaves_the_owners_cgroup_empty)
{
	struct cgroup cg;
	struct prisoner prisoner = { .slow = self->dir, .cg = &cg };
	int err = cgroup_make(&cg);
	struct process p;

	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, answer_init(self->server));
	ASSERT_EQ(0, process_start(&p, be_prisoner, &prisoner));
	ASSERT_EQ(0, take_request(self->server));
	EXPECT_TRUE(process_dies(&p));
	EXPECT_EQ(0, cgroup_remove(&cg));
	let_go(self);
	if (p.pid)
		waitpid(p.pid, NULL, 0);
}

/* Before Linux 6.13, a kernel work queue runs fewer than this at once. */
#define DEVICES	260

static int many_that_hang(const char *slow, struct bed *beds)
{
	struct rlimit limit = { 8192, 8192 };
	struct prisoner p = { .slow = slow };

	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < DEVICES; i++) {
		beds[i].spare_port = 50000;
		if (open_prisoner(&beds[i], &p) || !hang(&beds[i]))
			return -i - 1;
	}
	return 0;
}

TEST_F(lookup, hangs_of_many_jailed_owners_delay_no_other_device)
{
	static struct bed beds[DEVICES];
	int fd = bed_listen(&self->bed, 1024);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, many_that_hang(self->dir, beds));
	EXPECT_TRUE(bed_reaches(&self->bed, 1024, fd));
	for (int i = 0; i < DEVICES; i++)
		guest_close(&beds[i].guest);
	EXPECT_TRUE(bed_reaches(&self->bed, 1024, fd));
	let_go(self);
	close(fd);
	ASSERT_EQ(0, chdir("/"));
}

static bool dials_in(const struct cgroup *cg)
{
	char path[sizeof(cg->path) + 16];
	bool found = false;
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	f = fopen(path, "r");
	while (f && !found && fscanf(f, "%d", &pid) == 1)
		found = process_is_named("/proc", pid, "vsb-dial");
	if (f)
		fclose(f);
	return found;
}

TEST_F(lookup, lookup_in_a_jail_runs_in_the_owners_cgroup)
{
	int fd = bed_listen(&self->bed, 1024), err;
	struct cgroup before, now;

	if (!worker_is_a_thread_of_its_owner())
		SKIP(return, "this kernel's threads do not follow their owner");
	err = cgroup_make(&before);
	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, cgroup_make(&now));
	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, cgroup_enter(&before));
	EXPECT_TRUE(bed_reaches(&self->bed, 1024, fd));
	ASSERT_EQ(0, cgroup_enter(&now));
	ASSERT_NE(NULL, hang(&self->bed));
	EXPECT_TRUE(dials_in(&now));
	EXPECT_FALSE(dials_in(&before));
	let_go(self);
	ASSERT_EQ(0, cgroup_leave());
	ASSERT_EQ(0, chdir("/"));
	bed_close(&self->bed);
	EXPECT_EQ(0, cgroup_remove(&before));
	EXPECT_EQ(0, cgroup_remove(&now));
	close(fd);
}

TEST_HARNESS_MAIN
