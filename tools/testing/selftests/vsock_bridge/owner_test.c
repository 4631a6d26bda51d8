// SPDX-License-Identifier: GPL-2.0
/*
 * The process that owns a device, and other processes with its descriptor:
 * kills at any moment, stops, forks, and exec.
 */
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "control.h"
#include "hold.h"
#include "process.h"

#define ECHO_PORT	80	/* in the guest */
#define SINK_PORT	1024	/* on the host */

/**
 * @path: the path of the owner's device; the bed's device is in this process
 * @sink: the listener that the owner's guest connects to
 * @owner: the process
 */
FIXTURE(owner)
{
	struct bed bed;
	char path[BED_PATH_SIZE];
	int sink;
	struct process owner;
};

FIXTURE_SETUP(owner)
{
	char path[BED_PATH_SIZE + 8];

	BED_SETUP(&self->bed, NULL);
	snprintf(self->path, sizeof(self->path), "%s/owner", self->bed.dir);
	snprintf(path, sizeof(path), "%s_%d", self->path, SINK_PORT);
	self->sink = uds_listen(path);
	ASSERT_LE(0, self->sink);
}

FIXTURE_TEARDOWN(owner)
{
	if (self->owner.pid)
		process_kill(&self->owner);
	close(self->sink);
	BED_TEARDOWN(&self->bed);
}

/* --- the owner */

/**
 * struct own - the properties of the owner
 * @path: its host end
 * @other: a descriptor that it closes
 * @sends: its guest sends to the sink in a loop
 * @fd: the device, if another process opened it
 * @then: what it does when the test ends it; NULL to exit
 */
struct own {
	const char *path;
	int other;
	bool sends;
	int fd;
	void (*then)(struct guest_mux *mux);
};

/* Sends received bytes back as far as credit allows. */
static void echo(struct guest_conn *c)
{
	char data[16384];
	uint32_t room = guest_conn_credit(c);
	size_t n;

	if (!c->open || c->reset || room < sizeof(data))
		return;
	n = guest_conn_recv(c, data, sizeof(data));
	guest_conn_send(c, data, n, n);
}

static void serve(struct guest_mux *mux, struct guest_conn *sender)
{
	static char data[65536];

	guest_accept(mux, ECHO_PORT, 0);
	for (struct guest_conn *c = mux->conns; c; c = c->next)
		if (c->local == ECHO_PORT)
			echo(c);
	if (sender && sender->open)
		guest_conn_send(sender, data, sizeof(data), sizeof(data));
}

static int open_own(struct own *o, struct guest *g)
{
	struct guest_config cfg = { .cid = 9, .fd = o->fd };
	int err;

	close(o->other);
	err = guest_open(g, &cfg);
	if (!o->fd)
		err = err ?: bed_set_uds(g->fd, o->path);
	return err ?: guest_realize(g) ?: guest_run(g);
}

static void own(struct process *p, void *arg)
{
	struct own *o = arg;
	struct guest_conn *sender = NULL;
	static struct guest_mux mux;
	static struct guest g;
	struct pollfd end = { .fd = p->hold, .events = POLLIN };
	int err = open_own(o, &g);

	guest_mux_init(&mux, &g);
	guest_listen(&mux, ECHO_PORT);
	if (!err && o->sends)
		sender = guest_connect(&mux, 1, SINK_PORT);
	process_ready(p, err);
	while (!poll(&end, 1, 0)) {
		serve(&mux, sender);
		guest_mux_step(&mux, p->hold, POLLIN, deadline_in(100));
	}
	if (o->then)
		o->then(&mux);
}

static int start_own(FIXTURE_DATA(owner) *self, struct own o)
{
	o.path = self->path;
	o.other = self->bed.guest.fd;
	if (!o.fd)
		unlink(self->path);
	return process_start(&self->owner, own, &o);
}

#define OWN(...) ((struct own){ __VA_ARGS__ })

/* --- its host programs */

static int client(const char *path)
{
	int fd = uds_connect(path), err;
	char line[32];

	if (fd < 0)
		return fd;
	err = uds_send(fd, "CONNECT 80\n", 11) ?:
	      uds_recv_line(fd, line, sizeof(line));
	if (err)
		close(fd);
	return err ?: fd;
}

static int echoes(int fd)
{
	char there[1000], back[sizeof(there)];
	int err;

	bed_fill(there, 5, 0, sizeof(there));
	err = uds_send(fd, there, sizeof(there)) ?:
	      uds_recv(fd, back, sizeof(back));
	return err ?: memcmp(there, back, sizeof(back)) ? -EILSEQ : 0;
}

/* Reads whatever is left. Returns 0 if the stream ends with ECONNRESET. */
static int ends(int fd)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	char data[65536];
	ssize_t n = 1;

	while (n > 0 || (n == -EAGAIN && deadline_left(deadline))) {
		n = uds_recv_now(fd, data, sizeof(data));
		if (n == -EAGAIN)
			uds_wait_ms(fd, POLLIN, deadline_left(deadline));
	}
	return n == -ECONNRESET ? 0 : n;
}

/* Moves bytes on all connections, @turns times. */
static void keep_busy(const int *fds, int nr, int turns)
{
	static char data[65536];

	for (int t = 0; t < turns; t++) {
		uds_send_now(fds[t % nr], data, 1 + rand() % sizeof(data));
		uds_recv_now(fds[(t + 1) % nr], data, sizeof(data));
	}
}

/* --- kills */

static void kill_under_load(struct __test_metadata *_metadata,
			    FIXTURE_DATA(owner) *self)
{
	enum { CLIENTS = 4, ALL };
	int fds[ALL];

	ASSERT_EQ(0, start_own(self, OWN(.sends = true)));
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = client(self->path);
		ASSERT_LE(0, fds[i]);
	}
	fds[CLIENTS] = uds_accept(self->sink);
	ASSERT_LE(0, fds[CLIENTS]);
	keep_busy(fds, ALL, rand() % 200);
	process_kill(&self->owner);
	for (int i = 0; i < ALL; i++) {
		ASSERT_EQ(0, ends(fds[i]));
		close(fds[i]);
	}
	ASSERT_EQ(-ECONNREFUSED, uds_connect(self->path));
}

TEST_F_TIMEOUT(owner, kill_at_any_moment_closes_everything, 600)
{
	unsigned int seed = now_ns();

	TH_LOG("seed %u", seed);
	srand(seed);
	for (unsigned int i = cycles(25, 300); i; i--)
		kill_under_load(_metadata, self);
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* --- stops */

TEST_F(owner, stopped_owner_delays_no_other_device)
{
	int fds[2];

	ASSERT_EQ(0, start_own(self, OWN(.sends = true)));
	fds[0] = client(self->path);
	fds[1] = uds_accept(self->sink);
	ASSERT_LE(0, fds[0]);
	ASSERT_LE(0, fds[1]);
	keep_busy(fds, 2, 50);
	ASSERT_EQ(0, kill(self->owner.pid, SIGSTOP));
	for (int i = 0; i < 20; i++)
		ASSERT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, kill(self->owner.pid, SIGCONT));
	close(fds[0]);
	close(fds[1]);
}

TEST_F(owner, stopped_owner_continues_without_loss)
{
	int fd;

	ASSERT_EQ(0, start_own(self, OWN()));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, echoes(fd));
	ASSERT_EQ(0, kill(self->owner.pid, SIGSTOP));
	/* bytes sent while it is stopped are not lost */
	ASSERT_EQ(0, uds_send(fd, "x", 1));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(fd, POLLIN, 100));
	ASSERT_EQ(0, kill(self->owner.pid, SIGCONT));
	EXPECT_EQ(-EEXIST, uds_recv_eof(fd));
	EXPECT_EQ(0, echoes(fd));
	close(fd);
}

TEST_F(owner, stopped_owner_can_be_killed)
{
	int fd;

	ASSERT_EQ(0, start_own(self, OWN()));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, kill(self->owner.pid, SIGSTOP));
	process_kill(&self->owner);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

/* --- other processes with the descriptor */

static int open_shared(FIXTURE_DATA(owner) *self)
{
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : bed_set_uds(fd, self->path) ?: fd;
}

static void close_device(struct guest_mux *mux)
{
	close(mux->guest->fd);
	for (;;)
		pause();
}

static bool holds_device(pid_t pid)
{
	char path[40], target[64];
	struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		n = readlinkat(dirfd(dir), e->d_name, target,
			       sizeof(target) - 1);
		target[n > 0 ? n : 0] = 0;
		found = !strcmp(target, guest_device());
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Has the owner closed the device, and is it still alive? */
static bool lets_go(FIXTURE_DATA(owner) *self)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	close(self->owner.hold);
	self->owner.hold = -1;
	while (holds_device(self->owner.pid) && deadline_left(deadline))
		poll(NULL, 0, 1);
	return !holds_device(self->owner.pid) &&
	       !waitpid(self->owner.pid, NULL, WNOHANG);
}

/* The device lives until this process closes it as well. */
TEST_F(owner, last_close_may_come_from_another_process)
{
	int held = open_shared(self), fd;
	struct vsock_bridge_stats stats;

	ASSERT_LE(0, held);
	ASSERT_EQ(0, start_own(self, OWN(.fd = held, .then = close_device)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(holds_device(self->owner.pid));
	ASSERT_TRUE(lets_go(self));
	EXPECT_EQ(0, bed_stats(held, &stats));
	EXPECT_EQ(1, stats.connections);
	close(held);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
	EXPECT_EQ(0, kill(self->owner.pid, 0));
	close(fd);
}

TEST_F(owner, last_close_while_the_owner_is_stopped_closes_sockets)
{
	int held = open_shared(self), fd;

	ASSERT_LE(0, held);
	ASSERT_EQ(0, start_own(self, OWN(.fd = held, .then = close_device)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(lets_go(self));
	ASSERT_EQ(0, kill(self->owner.pid, SIGSTOP));
	close(held);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(owner, exit_of_the_owner_ends_a_device_held_elsewhere)
{
	int held = open_shared(self), fd;
	struct vsock_bridge_stats stats;

	ASSERT_LE(0, held);
	ASSERT_EQ(0, start_own(self, OWN(.fd = held)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	process_end(&self->owner);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(-EIO, bed_stats(held, &stats));
	close(held);
	close(fd);
}

/* Forks a child that keeps the descriptor; the owner continues. */
static void fork_and_go_on(struct guest_mux *mux)
{
	pid_t owner = getpid();

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* the owner may have exited already */
		while (getppid() == owner)
			pause();
		_exit(0);
	}
	for (;;) {
		serve(mux, NULL);
		guest_mux_step(mux, -1, 0, deadline_in(100));
	}
}

TEST_F(owner, fork_keeps_the_owner)
{
	int fd;

	ASSERT_EQ(0, start_own(self, OWN(.then = fork_and_go_on)));
	close(self->owner.hold);
	self->owner.hold = -1;
	fd = client(self->path);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, echoes(fd));
	EXPECT_EQ(0, echoes(fd));
	process_kill(&self->owner);
	EXPECT_EQ(0, ends(fd));
	close(fd);
}

/* Executes another program, which inherits the descriptor. */
static void exec_with_device(struct guest_mux *mux)
{
	fcntl(mux->guest->fd, F_SETFD, 0);
	execl("/bin/sleep", "sleep", "60", NULL);
}

/* Waits until the process runs the program with this name. */
static bool becomes(pid_t pid, const char *name)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	while (!process_is_named("/proc", pid, name) && deadline_left(deadline))
		poll(NULL, 0, 1);
	return process_is_named("/proc", pid, name);
}

TEST_F(owner, exec_ends_the_device)
{
	int fd;

	ASSERT_EQ(0, start_own(self, OWN(.then = exec_with_device)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	close(self->owner.hold);
	self->owner.hold = -1;
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(0, kill(self->owner.pid, 0));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
	close(fd);
}

/* On every kernel, the end of the executed program ends the device. */
TEST_F(owner, exit_after_exec_leaves_nothing)
{
	int fd;

	ASSERT_EQ(0, start_own(self, OWN(.then = exec_with_device)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	close(self->owner.hold);
	self->owner.hold = -1;
	EXPECT_TRUE(becomes(self->owner.pid, "sleep"));
	process_kill(&self->owner);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

/* --- memory whose faults are held up */

/* Another process with the descriptor blocks on its own memory. */
TEST_F(owner, kill_does_not_wait_for_another_process_fault)
{
	int held = open_shared(self), fd;
	struct hold hold;

	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	ASSERT_LE(0, held);
	ASSERT_EQ(0, start_own(self, OWN(.fd = held)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, hold_ioctl(&hold, held, VHOST_GET_FEATURES));
	EXPECT_TRUE(process_dies(&self->owner));
	hold_end(&hold);
	EXPECT_EQ(0, ends(fd));
	close(held);
	close(fd);
}

/*
 * The device blocks on the owner's memory, and the owner has closed the device.
 */
static void hold_and_close_device(struct guest_mux *mux)
{
	struct hold hold;

	if (!hold_begin(&hold, mux->guest))
		close_device(mux);
	_exit(1);
}

static void wait_and_close(struct process *p, void *arg)
{
	process_ready(p, 0);
	process_wait(p);
	close(*(int *)arg);
}

TEST_F(owner, blocked_copy_does_not_delay_the_last_close)
{
	int held = open_shared(self), fd;
	struct process closer;

	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	ASSERT_LE(0, held);
	ASSERT_EQ(0, start_own(self, OWN(.fd = held,
					 .then = hold_and_close_device)));
	fd = client(self->path);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(lets_go(self));
	ASSERT_EQ(0, process_start(&closer, wait_and_close, &held));
	close(held);
	EXPECT_TRUE(process_ends(&closer));
	process_kill(&self->owner);
	EXPECT_EQ(0, ends(fd));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

/* --- what the device refers to */

static int map_port(int fd, const char *path)
{
	struct vsock_bridge_port arg = {
		.size = sizeof(arg), .port = 7,
		.action = VSOCK_BRIDGE_PORT_CONNECT,
		.path = (uintptr_t)path, .path_len = strlen(path),
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_PORT, &arg) ? -errno : 0;
}

/*
 * Opens a device whose host end and working directory are on a separate mount.
 */
static void own_on_mount(struct process *p, void *arg)
{
	struct own *o = arg;
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC);

	if (fd < 0 || chdir(o->path) || bed_set_uds(fd, "v.sock") ||
	    map_port(fd, "x") || chdir("/")) {
		process_ready(p, EIO);
		_exit(1);
	}
	o->fd = fd;
	own(p, o);
}

static int end_and_unmount(FIXTURE_DATA(owner) *self, const char *dir,
			   void (*end)(struct process *p))
{
	struct own o = { .path = dir, .other = self->bed.guest.fd };
	char path[BED_PATH_SIZE + 8];
	int err, fd;

	snprintf(path, sizeof(path), "%s/v.sock", dir);
	if (mount("owner", dir, "tmpfs", 0, NULL))
		return -errno;
	err = process_start(&self->owner, own_on_mount, &o);
	fd = err ? err : client(path);
	if (fd >= 0)
		close(fd);
	end(&self->owner);
	err = umount2(dir, 0) ? -errno : 0;
	if (err)
		umount2(dir, MNT_DETACH);
	return fd < 0 ? fd : err;
}

static void end_often(struct __test_metadata *_metadata,
		      FIXTURE_DATA(owner) *self, void (*end)(struct process *p))
{
	char dir[BED_PATH_SIZE];

	snprintf(dir, sizeof(dir), "%s/mount", self->bed.dir);
	ASSERT_EQ(0, mkdir(dir, 0700));
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(0, end_and_unmount(self, dir, end));
	rmdir(dir);
}

TEST_F(owner, kill_releases_the_mount)
{
	end_often(_metadata, self, process_kill);
}

TEST_F(owner, exit_releases_the_mount)
{
	end_often(_metadata, self, process_end);
}

/* --- its memory */

enum { MIB = 1 << 20, FAT = 64 * MIB, LEAN = 8 * MIB };

/**
 * struct fat - an owner with much memory, in its own cgroup
 * @own: its properties
 * @cg: the cgroup
 */
struct fat {
	struct own own;
	struct cgroup cg;
};

static void own_much(struct process *p, void *arg)
{
	struct fat *fat = arg;
	char *memory;
	int err = cgroup_enter(&fat->cg);

	memory = mmap(NULL, FAT, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (err || memory == MAP_FAILED) {
		process_ready(p, EIO);
		_exit(1);
	}
	memset(memory, 1, FAT);
	own(p, &fat->own);
}

static int start_fat(FIXTURE_DATA(owner) *self, struct fat *fat)
{
	unlink(self->path);
	fat->own.path = self->path;
	fat->own.other = self->bed.guest.fd;
	return process_start(&self->owner, own_much, fat);
}

static uint64_t memory_of(const struct fat *fat)
{
	return cgroup_get(&fat->cg, "memory.current");
}

TEST_F(owner, exit_frees_the_owners_memory)
{
	struct fat fat = {};
	int err = cgroup_make(&fat.cg), fd;

	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, start_fat(self, &fat));
		fd = client(self->path);
		ASSERT_LE(0, fd);
		EXPECT_LT(FAT, memory_of(&fat));
		process_end(&self->owner);
		EXPECT_GT(LEAN, memory_of(&fat));
		close(fd);
	}
	EXPECT_EQ(0, cgroup_remove(&fat.cg));
}

/*
 * Leaves the device in a message in its own backlog, where nothing accepts it.
 */
static void send_device_to_itself(struct guest_mux *mux)
{
	struct vsock_bridge_device dev;
	int control = control_open(), fd;
	char path[sizeof(dev.path) + 1] = "";

	if (control_device(control, control_number(mux->guest->fd), &dev))
		_exit(1);
	memcpy(path, dev.path, dev.path_len);
	guest_stop(mux->guest);
	fd = uds_connect(path);
	uds_send_fd(fd, mux->guest->fd);
}

TEST_F(owner, device_sent_to_itself_frees_the_owners_memory)
{
	struct fat fat = { .own.then = send_device_to_itself };
	uint64_t deadline = deadline_in(WAIT_MS);
	int err = cgroup_make(&fat.cg);

	if (err == -ENOENT)
		SKIP(return, "no cgroup with the memory controller");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, start_fat(self, &fat));
	EXPECT_LT(FAT, memory_of(&fat));
	process_end(&self->owner);
	while (memory_of(&fat) > LEAN && deadline_left(deadline))
		poll(NULL, 0, 1);
	EXPECT_GT(LEAN, memory_of(&fat));
	EXPECT_EQ(0, cgroup_remove(&fat.cg));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->path));
}

TEST_HARNESS_MAIN
