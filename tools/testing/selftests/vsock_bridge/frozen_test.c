// SPDX-License-Identifier: GPL-2.0
/*
 * Releasing a host socket blocks on a file system: the socket holds the last
 * reference to a removed file on a frozen ext4.
 */
#include "harness.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

/**
 * @dir: the mount point of the file system
 * @root: a descriptor of its root; -1 without one
 * @pair: a connection that holds the last reference to the socket file
 */
FIXTURE(frozen)
{
	struct bed bed;
	char dir[80];
	int root;
	struct bed_pair pair;
};

/* The lab puts the image next to the program. */
static int mount_image(const char *dir)
{
	char program[256] = { 0 }, command[1024];

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return -errno;
	*strrchr(program, '/') = 0;
	snprintf(command, sizeof(command),
		 "cp %s/ext4.img %s.img && mount -o loop %s.img %s", program,
		 dir, dir, dir);
	return system(command) ? -ENODEV : 0;
}

FIXTURE_SETUP(frozen)
{
	char path[BED_PATH_SIZE + 8], old[BED_PATH_SIZE];

	self->root = -1;
	if (system("grep -qw ext4 /proc/filesystems"))
		SKIP(return, "this kernel has no ext4");
	BED_SETUP(&self->bed, NULL);
	snprintf(self->dir, sizeof(self->dir), "%s/disk", self->bed.dir);
	ASSERT_EQ(0, mkdir(self->dir, 0700));
	ASSERT_EQ(0, mount_image(self->dir));
	self->root = open(self->dir, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->root);

	strcpy(old, self->bed.path);
	snprintf(path, sizeof(path), "%s/s", self->dir);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, path));
	strcpy(self->bed.path, path);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	/* no name and no listener refers to the file any more */
	strcpy(self->bed.path, old);
	ASSERT_EQ(0, unlink(path));
	ASSERT_EQ(0, unlink(old));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, old));
	ASSERT_EQ(0, ioctl(self->root, FIFREEZE, 0));
}

FIXTURE_TEARDOWN(frozen)
{
	char image[96];

	if (self->root < 0)
		return;
	ioctl(self->root, FITHAW, 0);
	close(self->root);
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
	EXPECT_EQ(0, umount2(self->dir, MNT_DETACH));
	snprintf(image, sizeof(image), "%s.img", self->dir);
	unlink(image);
	bed_remove_dir(self->dir);
	bed_remove_dir(self->bed.dir);
}

struct question {
	int fd;
	int answer;
	bool answered;
};

static void *ask(void *arg)
{
	struct question *q = arg;
	struct vsock_bridge_stats stats;

	q->answer = bed_stats(q->fd, &stats);
	__atomic_store_n(&q->answered, true, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * Does the device answer an ioctl? A separate thread issues it, because it may
 * block for ever.
 */
static bool answers(struct bed *bed)
{
	struct question q = { .fd = bed->guest.fd };
	uint64_t deadline = deadline_in(WAIT_MS);
	pthread_t thread;
	bool answered;

	if (pthread_create(&thread, NULL, ask, &q))
		return false;
	do {
		guest_mux_step(&bed->mux, -1, 0, deadline_in(10));
		answered = __atomic_load_n(&q.answered, __ATOMIC_ACQUIRE);
	} while (!answered && deadline_left(deadline));
	if (answered)
		pthread_join(thread, NULL);
	return answered && !q.answer;
}

/* Is the worker blocked in the release of the socket? */
static bool release_waits(void)
{
	return !system("grep -lq -e evict -e ext4 /proc/[0-9]*/task/*/stack");
}

TEST_F(frozen, file_system_blocks_neither_ioctls_nor_the_guest)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	while (!release_waits() && deadline_left(deadline))
		guest_mux_step(&self->bed.mux, -1, 0, deadline_in(10));
	ASSERT_NE(0, deadline_left(deadline));
	ASSERT_TRUE(answers(&self->bed));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
