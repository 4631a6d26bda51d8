// SPDX-License-Identifier: GPL-2.0
/* What changes and what stays when the host end or the CID is set again. */
#include "harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

BED_FIXTURE(replace)

/* A second path in the bed's folder. */
static const char *other_path(const struct bed *bed)
{
	static char path[BED_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/other", bed->dir);
	return path;
}

/* Makes the bed use the second path. */
static void follow(struct bed *bed)
{
	char path[BED_PATH_SIZE];

	strcpy(path, other_path(bed));
	strcpy(bed->path, path);
}

TEST_F(replace, new_clients_use_the_new_path)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->bed.path));
	follow(&self->bed);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	EXPECT_EQ(2, BED_STAT(&self->bed, sockets));
	close(pair.fd);
}

TEST_F(replace, new_guest_connects_use_the_new_path)
{
	int old = bed_listen(&self->bed, 1024), fd;
	char path[BED_PATH_SIZE + 8];
	struct guest_conn *c;

	ASSERT_LE(0, old);
	snprintf(path, sizeof(path), "%s_1024", other_path(&self->bed));
	fd = uds_listen(path);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	c = guest_connect(&self->bed.mux, 7, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open));
	EXPECT_LE(0, uds_accept(fd));
	EXPECT_EQ(-1, accept(old, NULL, NULL));
	close(old);
	close(fd);
}

TEST_F(replace, connections_and_handshakes_stay_open)
{
	struct bed_pair pair, late;
	char line[32];

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	late.fd = uds_connect(self->bed.path);
	ASSERT_LE(0, late.fd);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	ASSERT_EQ(0, uds_send(late.fd, "CONNECT 80\n", 11));
	late.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, late.conn);
	ASSERT_EQ(0, uds_recv_line(late.fd, line, sizeof(line)));
	EXPECT_EQ(0, bed_echo(&self->bed, &late));
	close(pair.fd);
	close(late.fd);
}

TEST_F(replace, clients_in_the_old_backlog_are_reset)
{
	char byte;
	int fd;

	ASSERT_EQ(0, guest_set_running(&self->bed.guest, 0));
	fd = uds_connect(self->bed.path);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	EXPECT_EQ(-ECONNRESET, uds_recv(fd, &byte, 1));
	close(fd);
}

TEST_F(replace, stopped_device_uses_the_new_path_after_restart)
{
	struct bed_pair pair;

	ASSERT_EQ(0, guest_set_running(&self->bed.guest, 0));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	follow(&self->bed);
	ASSERT_EQ(0, guest_set_running(&self->bed.guest, 1));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(replace, failure_keeps_the_old_path)
{
	int file = open(other_path(&self->bed), O_CREAT | O_RDWR, 0600);

	ASSERT_LE(0, file);
	close(file);
	EXPECT_EQ(-EADDRINUSE, bed_set_uds(self->bed.guest.fd,
					   other_path(&self->bed)));
	EXPECT_EQ(-EADDRINUSE, bed_set_uds(self->bed.guest.fd,
					   self->bed.path));
	EXPECT_EQ(-ENOENT, bed_set_uds(self->bed.guest.fd, "/none/v.sock"));
	EXPECT_EQ(-EINVAL, bed_set_uds(self->bed.guest.fd, ""));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
}

TEST_F(replace, same_path_works_once_its_file_is_removed)
{
	ASSERT_EQ(0, unlink(self->bed.path));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->bed.path));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* The old host end holds no reference: its file system can be unmounted. */
TEST_F(replace, old_host_end_is_released)
{
	char dir[BED_PATH_SIZE];
	int fd;

	snprintf(dir, sizeof(dir), "%s/mount", self->bed.dir);
	ASSERT_EQ(0, mkdir(dir, 0700));
	ASSERT_EQ(0, mount("none", dir, "tmpfs", 0, NULL));
	fd = open(dir, O_PATH | O_DIRECTORY);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "x",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_DIR_FD |
				 VSOCK_BRIDGE_UDS_NO_LISTEN, .dir_fd = fd)));
	close(fd);
	EXPECT_EQ(-1, umount(dir));
	EXPECT_EQ(EBUSY, errno);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, other_path(&self->bed)));
	EXPECT_EQ(0, umount(dir));
	umount2(dir, MNT_DETACH);
	rmdir(dir);
}

/* Replaces the path in a loop until @stop is set. */
struct replacer {
	struct bed *bed;
	atomic_bool stop;
	int err;
	unsigned int times;
};

static void *replacing(void *arg)
{
	struct replacer *r = arg;
	char path[BED_PATH_SIZE];

	while (!r->stop && !r->err) {
		snprintf(path, sizeof(path), "%s/v.sock.%u", r->bed->dir,
			 r->times % 2);
		unlink(path);
		r->err = bed_set_uds(r->bed->guest.fd, path);
		r->times++;
	}
	return NULL;
}

TEST_F(replace, connections_survive_replacement_under_load)
{
	struct bed_flow flow = { .to_host = 8 << 20, .to_guest = 8 << 20 };
	struct replacer r = { .bed = &self->bed };
	struct guest_conn *c[64];
	struct bed_pair pair;
	pthread_t thread;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, pthread_create(&thread, NULL, replacing, &r));
	for (unsigned int i = 0; i < ARRAY_SIZE(c); i++)
		c[i] = guest_connect(&self->bed.mux, 100 + i, 9999);
	EXPECT_EQ(0, bed_move(&self->bed, &pair, &flow));
	for (unsigned int i = 0; i < ARRAY_SIZE(c); i++)
		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c[i]->reset));
	r.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, r.err);
	EXPECT_LT(1, r.times);
	EXPECT_EQ(0, BED_STAT(&self->bed, connects_pending));
	EXPECT_EQ(2, BED_STAT(&self->bed, sockets));
	close(pair.fd);
}

TEST_F(replace, same_cid_may_be_set_while_running)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, guest_set_cid(&self->bed.guest, self->bed.guest.cfg.cid));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(replace, another_cid_is_refused_while_running)
{
	struct guest *g = &self->bed.guest;

	EXPECT_EQ(-EBUSY, guest_set_cid(g, g->cfg.cid + 1));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(replace, another_cid_resets_connections_of_a_stopped_device)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_set_running(g, 0));
	ASSERT_EQ(0, guest_set_cid(g, g->cfg.cid + 1));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	EXPECT_EQ(0, BED_STAT(&self->bed, connections));
	close(pair.fd);
	g->cfg.cid++;
	ASSERT_EQ(0, guest_set_running(g, 1));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
