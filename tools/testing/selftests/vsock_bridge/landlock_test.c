// SPDX-License-Identifier: GPL-2.0
/*
 * Landlock restricts the owner or a client: the device obeys the restrictions
 * as a host program in its place would. Tests whose right the kernel's Landlock
 * lacks are skipped.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "landlock.h"

#define PORT 9

BED_FIXTURE(landlock)

#define GIVES_UP(...) ((struct landlock_rights){ __VA_ARGS__ })
#define NO_SOCKET_FILES GIVES_UP(.fs = LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define NO_OTHERS_NAMES GIVES_UP(.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET)
#define NO_OTHERS_PATHS GIVES_UP(.fs = LANDLOCK_ACCESS_FS_RESOLVE_UNIX)

#define SKIP_UNLESS_KNOWN(rights) do {					\
	if (!landlock_knows(rights))					\
		SKIP(return, "this kernel's Landlock has no such right"); \
} while (0)

/* A second path for a host end in the bed's folder. */
static const char *other_path(const struct bed *bed)
{
	static char path[BED_PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s/other", bed->dir);
	return path;
}

/* Creates a listener for guest connections to PORT, outside the device. */
static int listen_behind(const char *name)
{
	char path[BED_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s_%d", name, PORT);
	return uds_listen(path);
}

static int connect_behind(const char *name)
{
	char path[BED_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s_%d", name, PORT);
	return uds_connect(path);
}

TEST_F(landlock, set_uds_fails_where_the_owner_may_not_bind)
{
	const char *path = other_path(&self->bed);

	SKIP_UNLESS_KNOWN(NO_SOCKET_FILES);
	ASSERT_EQ(0, landlock_give_up(NO_SOCKET_FILES));
	ASSERT_EQ(-EACCES, uds_listen(path));
	EXPECT_EQ(-EACCES, bed_set_uds(self->bed.guest.fd, path));
	EXPECT_EQ(-1, access(path, F_OK));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_bind_fails));
}

TEST_F(landlock, scoped_owner_reaches_no_outside_address)
{
	const char *name = "@landlock_test";
	int fd = listen_behind(name);

	ASSERT_LE(0, fd);
	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	ASSERT_EQ(-EPERM, connect_behind(name));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

/* The device keeps the rights that its owner had at SET_UDS. */
TEST_F(landlock, owner_scoped_after_set_uds_keeps_its_host_end)
{
	const char *name = "@landlock_test";
	int fd = listen_behind(name);

	ASSERT_LE(0, fd);
	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	ASSERT_EQ(-EPERM, connect_behind(name));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

/* In a chroot, a kernel thread connects, which Landlock does not restrict. */
TEST_F(landlock, scoped_owner_in_a_chroot_reaches_no_outside_address)
{
	int root = open("/", O_PATH | O_CLOEXEC);
	const char *name = "@landlock_test";
	int fd = listen_behind(name);

	ASSERT_LE(0, fd);
	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, mkdir("jail", 0700));
	ASSERT_EQ(0, chroot("jail"));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	ASSERT_EQ(0, fchdir(root));
	ASSERT_EQ(0, chroot("."));
	ASSERT_EQ(0, chdir(self->bed.dir));
	rmdir("jail");
	close(fd);
}

TEST_F(landlock, scoped_client_reaches_no_outside_device)
{
	const char *name = "@landlock_test";

	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	EXPECT_EQ(-EPERM, uds_connect(name));
}

/* A process may always connect to itself, and so to its own device. */
TEST_F(landlock, scoped_client_reaches_its_own_device)
{
	const char *name = "@landlock_test";
	int fd;

	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	fd = uds_connect(name);
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_F(landlock, owner_without_resolve_right_reaches_no_path)
{
	const char *path = other_path(&self->bed);
	int fd = listen_behind(path);

	ASSERT_LE(0, fd);
	SKIP_UNLESS_KNOWN(NO_OTHERS_PATHS);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_PATHS));
	ASSERT_EQ(-EACCES, connect_behind(path));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, path));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

TEST_F(landlock, client_without_resolve_right_reaches_no_device)
{
	SKIP_UNLESS_KNOWN(NO_OTHERS_PATHS);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_PATHS));
	EXPECT_EQ(-EACCES, uds_connect(self->bed.path));
}

TEST_HARNESS_MAIN
