// SPDX-License-Identifier: GPL-2.0
/*
 * VSOCK_BRIDGE_SET_UDS: its errors, and which root, namespace and rights apply
 * to its paths.
 */
#include "harness.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define NOBODY 65534

/* A device, and a folder that is the working directory. */
FIXTURE(uds)
{
	int fd;
	char dir[32];
};

FIXTURE_SETUP(uds)
{
	SKIP_WITHOUT(guest_device());
	strcpy(self->dir, "/tmp/uds_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, chdir(self->dir));
	self->fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(uds)
{
	static const char *const names[] = {
		"v.sock", "v.sock_9", "file", "link",
	};

	close(self->fd);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(names[i]);
	rmdir(self->dir);
}

static int set_uds(int fd, const char *path, unsigned int len,
		   unsigned int flags, unsigned int mode)
{
	struct vsock_bridge_uds uds = {
		.size = sizeof(uds),
		.flags = flags,
		.path = (uintptr_t)path,
		.path_len = len,
		.mode = mode,
	};

	return ioctl(fd, VSOCK_BRIDGE_SET_UDS, &uds) ? -errno : 0;
}

TEST_F(uds, refuses_invalid_paths)
{
	char path[VSOCK_BRIDGE_PATH_MAX + 1];

	memset(path, 'x', sizeof(path));
	EXPECT_EQ(-EINVAL, set_uds(self->fd, path, 0, 0, 0));
	EXPECT_EQ(-ENAMETOOLONG, set_uds(self->fd, path, sizeof(path), 0, 0));
	EXPECT_EQ(-ENAMETOOLONG, set_uds(self->fd, path, UINT_MAX, 0, 0));
	EXPECT_EQ(-EINVAL, set_uds(self->fd, "v\0sock", 6, 0, 0));
	EXPECT_EQ(-EFAULT, set_uds(self->fd, NULL, 6, 0, 0));
	EXPECT_EQ(0, bed_set_uds(self->fd, "v.sock"));
}

TEST_F(uds, accepts_the_longest_path)
{
	char path[VSOCK_BRIDGE_PATH_MAX + 1] = "";

	while (strlen(path) + 2 <= VSOCK_BRIDGE_PATH_MAX - 6)
		strcat(path, "./");
	while (strlen(path) < VSOCK_BRIDGE_PATH_MAX - 6)
		strcat(path, "/");
	strcat(path, "v.sock");
	ASSERT_EQ(VSOCK_BRIDGE_PATH_MAX, strlen(path));
	ASSERT_EQ(0, bed_set_uds(self->fd, path));
	EXPECT_EQ(0, access("v.sock", F_OK));
}

TEST_F(uds, refuses_unknown_flags_and_modes)
{
	EXPECT_EQ(-EINVAL, set_uds(self->fd, "v.sock", 6, 1U << 31, 0));
	EXPECT_EQ(-EINVAL, set_uds(self->fd, "v.sock", 6,
				   VSOCK_BRIDGE_UDS_MODE, 01000));
	EXPECT_EQ(-1, access("v.sock", F_OK));
}

TEST_F(uds, keeps_an_existing_file)
{
	int file = open("file", O_CREAT | O_RDWR, 0600);

	ASSERT_LE(0, file);
	close(file);
	EXPECT_EQ(-EADDRINUSE, bed_set_uds(self->fd, "file"));
	EXPECT_EQ(0, access("file", F_OK));
	EXPECT_EQ(0, bed_set_uds(self->fd, "v.sock"));
}

TEST_F(uds, returns_errors_of_bind)
{
	int file = open("file", O_CREAT | O_RDWR, 0600);

	close(file);
	ASSERT_EQ(0, symlink("link", "link"));
	EXPECT_EQ(-ENOENT, bed_set_uds(self->fd, "none/v.sock"));
	EXPECT_EQ(-ENOTDIR, bed_set_uds(self->fd, "file/v.sock"));
	EXPECT_EQ(-ELOOP, bed_set_uds(self->fd, "link/v.sock"));
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

TEST_F(uds, umask_applies_without_a_mode)
{
	umask(027);
	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	EXPECT_EQ(0750, mode_of("v.sock"));
}

TEST_F(uds, mode_is_exact)
{
	umask(077);
	ASSERT_EQ(0, set_uds(self->fd, "v.sock", 6, VSOCK_BRIDGE_UDS_MODE,
			     0666));
	EXPECT_EQ(0666, mode_of("v.sock"));
}

TEST_F(uds, refuses_an_owner_without_its_flag)
{
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "v.sock",
					    BED_UDS(.uid = 1)));
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "v.sock",
					    BED_UDS(.gid = 1)));
	EXPECT_EQ(-1, access("v.sock", F_OK));
}

TEST_F(uds, refuses_invalid_owner_ids)
{
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID, .uid = -1)));
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_GID, .gid = -1)));
	EXPECT_EQ(-1, access("v.sock", F_OK));
}

TEST_F(uds, sets_owner_group_and_mode)
{
	struct stat st;

	ASSERT_EQ(0, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID |
				 VSOCK_BRIDGE_UDS_MODE,
			.mode = 0640, .uid = 1234, .gid = 5678)));
	ASSERT_EQ(0, stat("v.sock", &st));
	EXPECT_EQ(1234, st.st_uid);
	EXPECT_EQ(5678, st.st_gid);
	EXPECT_EQ(0640, st.st_mode & 07777);
}

TEST_F(uds, group_alone_keeps_the_owner)
{
	struct stat st;

	ASSERT_EQ(0, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_GID, .gid = 5678)));
	ASSERT_EQ(0, stat("v.sock", &st));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(5678, st.st_gid);
}

TEST_F(uds, unprivileged_user_cannot_change_the_owner)
{
	ASSERT_EQ(0, chmod(self->dir, 0777));
	ASSERT_EQ(0, seteuid(NOBODY));
	EXPECT_EQ(-EPERM, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID, .uid = 0)));
	EXPECT_EQ(-1, access("v.sock", F_OK));
	EXPECT_EQ(-EPERM, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_GID, .gid = 5678)));
	EXPECT_EQ(-1, access("v.sock", F_OK));
	EXPECT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(uds, unprivileged_user_may_set_its_own_group)
{
	const gid_t mine = 5678;
	struct stat st;

	ASSERT_EQ(0, chmod(self->dir, 0777));
	ASSERT_EQ(0, setgroups(1, &mine));
	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_GID, .gid = mine)));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, stat("v.sock", &st));
	EXPECT_EQ(NOBODY, st.st_uid);
	EXPECT_EQ(mine, st.st_gid);
}

TEST_F(uds, abstract_address_listens)
{
	int fd;

	ASSERT_EQ(0, bed_set_uds(self->fd, "@uds_test"));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_OWNER, NULL));
	fd = uds_connect("@uds_test");
	EXPECT_LE(0, fd);
	close(fd);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(-ECONNREFUSED, uds_connect("@uds_test"));
}

TEST_F(uds, client_before_set_owner_is_refused)
{
	int fd;

	ASSERT_EQ(0, bed_set_uds_with(self->fd, "v.sock",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_SEQPACKET)));
	EXPECT_EQ(-ECONNREFUSED, uds_connect("v.sock"));
	EXPECT_EQ(-ECONNREFUSED, uds_connect_type("v.sock_seqpacket",
						  SOCK_SEQPACKET));
	ASSERT_EQ(0, bed_set_uds(self->fd, "again.sock"));
	EXPECT_EQ(-ECONNREFUSED, uds_connect("again.sock"));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_OWNER, NULL));
	fd = uds_connect("again.sock");
	EXPECT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, bed_set_uds(self->fd, "owned.sock"));
	fd = uds_connect("owned.sock");
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_F(uds, refuses_an_abstract_address_in_use)
{
	int fd = uds_listen("@uds_test");

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EADDRINUSE, bed_set_uds(self->fd, "@uds_test"));
	close(fd);
	EXPECT_EQ(0, bed_set_uds(self->fd, "@uds_test"));
}

TEST_F(uds, refuses_file_attributes_of_an_abstract_address)
{
	EXPECT_EQ(-EINVAL, bed_set_uds(self->fd, "@"));
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "@uds_test",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_MODE, .mode = 0600)));
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->fd, "@uds_test",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID)));
}

TEST_F(uds, abstract_address_may_hold_any_bytes)
{
	char name[VSOCK_BRIDGE_PATH_MAX + 1] = "";

	EXPECT_EQ(-ENAMETOOLONG, set_uds(self->fd, name, sizeof(name), 0, 0));
	memset(name + 40, '/', 20);
	EXPECT_EQ(0, set_uds(self->fd, name, VSOCK_BRIDGE_PATH_MAX, 0, 0));
}

TEST_F(uds, abstract_address_is_in_the_netns_of_set_uds)
{
	ASSERT_EQ(0, bed_set_uds(self->fd, "@uds_test"));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(-ECONNREFUSED, uds_connect("@uds_test"));
}

TEST_F(uds, close_keeps_the_socket_file)
{
	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0, access("v.sock", F_OK));
	EXPECT_EQ(-ECONNREFUSED, uds_connect("v.sock"));
}

TEST_F(uds, bind_needs_permission_on_the_folder)
{
	ASSERT_EQ(0, chmod(self->dir, 0755));
	ASSERT_EQ(0, seteuid(NOBODY));
	EXPECT_EQ(-EACCES, bed_set_uds(self->fd, "v.sock"));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(0, bed_set_uds(self->fd, "v.sock"));
}

TEST_F(uds, file_belongs_to_the_set_uds_caller)
{
	struct stat st;

	ASSERT_EQ(0, chmod(self->dir, 0777));
	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, stat("v.sock", &st));
	EXPECT_EQ(NOBODY, st.st_uid);
}

/* Runs a guest with the fixture's device and connects it to port 9. */
static struct guest_conn *connect_guest(struct __test_metadata *_metadata,
					FIXTURE_DATA(uds) *self,
					struct guest *g, struct guest_mux *mux)
{
	struct guest_config cfg = { .fd = dup(self->fd) };
	struct guest_conn *c;

	ASSERT_EQ(0, guest_open(g, &cfg));
	ASSERT_EQ(0, guest_realize(g));
	ASSERT_EQ(0, guest_run(g));
	guest_mux_init(mux, g);
	c = guest_connect(mux, 1, 9);
	ASSERT_NE(NULL, c);
	ASSERT_TRUE(GUEST_UNTIL(mux, c->open || c->reset));
	return c;
}

TEST_F(uds, guest_connects_resolve_from_the_cwd_of_set_uds)
{
	struct guest_mux mux;
	struct guest g;
	int fd;

	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	fd = uds_listen("v.sock_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, chdir("/"));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	EXPECT_LE(0, uds_accept(fd));
	guest_mux_fini(&mux);
	guest_close(&g);
	ASSERT_EQ(0, chdir(self->dir));
}

TEST_F(uds, guest_connects_use_the_root_of_set_uds)
{
	char path[BED_PATH_SIZE];
	int root = open("/", O_PATH | O_CLOEXEC), fd;
	struct guest_mux mux;
	struct guest g;

	snprintf(path, sizeof(path), "%s/v.sock", self->dir);
	ASSERT_EQ(0, bed_set_uds(self->fd, path));
	fd = uds_listen("v.sock_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mkdir("jail", 0700));
	ASSERT_EQ(0, chroot("jail"));
	ASSERT_EQ(0, chdir("/"));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	EXPECT_LE(0, uds_accept(fd));
	guest_mux_fini(&mux);
	guest_close(&g);
	ASSERT_EQ(0, fchdir(root));
	ASSERT_EQ(0, chroot("."));
	ASSERT_EQ(0, chdir(self->dir));
	rmdir("jail");
	close(root);
}

/*
 * SET_UDS in a chroot keeps connects in that root, whatever the owner's root
 * is.
 */
TEST_F(uds, guest_connects_stay_in_the_chroot_of_set_uds)
{
	int root = open("/", O_PATH | O_CLOEXEC), fd;
	struct guest_mux mux;
	struct guest g;

	ASSERT_EQ(0, mkdir("jail", 0700));
	ASSERT_EQ(0, chroot("jail"));
	ASSERT_EQ(0, chdir("/"));
	ASSERT_EQ(0, bed_set_uds(self->fd, "/v.sock"));
	fd = uds_listen("/v.sock_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fchdir(root));
	ASSERT_EQ(0, chroot("."));
	ASSERT_EQ(0, chdir(self->dir));
	EXPECT_EQ(0, access("jail/v.sock", F_OK));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	EXPECT_LE(0, uds_accept(fd));
	guest_mux_fini(&mux);
	guest_close(&g);
	unlink("jail/v.sock");
	unlink("jail/v.sock_9");
	rmdir("jail");
	close(root);
}

/* The same is true for abstract addresses and the network namespace. */
TEST_F(uds, guest_connects_stay_in_the_netns_of_set_uds)
{
	int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;
	struct guest_mux mux;
	struct guest g;

	ASSERT_LE(0, ns);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, bed_set_uds(self->fd, "@uds_test"));
	fd = uds_listen("@uds_test_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setns(ns, CLONE_NEWNET));
	EXPECT_EQ(-ECONNREFUSED, uds_connect("@uds_test"));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	EXPECT_LE(0, uds_accept(fd));
	guest_mux_fini(&mux);
	guest_close(&g);
	close(ns);
}

TEST_F(uds, guest_connects_keep_the_netns_after_unshare)
{
	struct guest_mux mux;
	struct guest g;
	int fd;

	ASSERT_EQ(0, bed_set_uds(self->fd, "@uds_test"));
	fd = uds_listen("@uds_test_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	EXPECT_LE(0, uds_accept(fd));
	guest_mux_fini(&mux);
	guest_close(&g);
}

TEST_F(uds, guest_connects_have_the_rights_of_set_uds)
{
	struct guest_mux mux;
	struct guest g;
	int fd;

	ASSERT_EQ(0, chmod(self->dir, 0777));
	fd = uds_listen("v.sock_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, chmod("v.sock_9", 0700));
	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->reset);
	guest_mux_fini(&mux);
	guest_close(&g);
}

TEST_F(uds, host_program_sees_the_user_of_set_uds)
{
	struct ucred cred = { .uid = 1 };
	socklen_t len = sizeof(cred);
	struct guest_mux mux;
	struct guest g;
	int fd, peer;

	ASSERT_EQ(0, chmod(self->dir, 0777));
	fd = uds_listen("v.sock_9");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, chmod("v.sock_9", 0777));
	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, bed_set_uds(self->fd, "v.sock"));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_TRUE(connect_guest(_metadata, self, &g, &mux)->open);
	peer = uds_accept(fd);
	ASSERT_LE(0, peer);
	ASSERT_EQ(0, getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &cred, &len));
	EXPECT_EQ(NOBODY, cred.uid);
	guest_mux_fini(&mux);
	guest_close(&g);
}

TEST_HARNESS_MAIN
