// SPDX-License-Identifier: GPL-2.0
/*
 * An owner, or a client, that Landlock restricts: the device does for the one,
 * and takes from the other, what a program of its own would do and take. What
 * the kernel's Landlock does not know is skipped.
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

/* Another place for a host end than the one that the bed has. */
static const char *other_path(const struct bed *bed)
{
	static char path[BED_PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s/other", bed->dir);
	return path;
}

/* A listener of nobody in particular where the guest's @PORT leads. */
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

TEST_F(landlock, owner_that_may_make_no_socket_has_none_made)
{
	const char *path = other_path(&self->bed);

	SKIP_UNLESS_KNOWN(NO_SOCKET_FILES);
	ASSERT_EQ(0, landlock_give_up(NO_SOCKET_FILES));
	ASSERT_EQ(-EACCES, uds_listen(path));
	EXPECT_EQ(-EACCES, bed_set_uds(self->bed.guest.fd, path));
	EXPECT_EQ(-1, access(path, F_OK));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_bind_fails));
}

TEST_F(landlock, owner_in_a_scope_reaches_no_name_outside)
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

/* Rights that were there when the host end was set stay with it. */
TEST_F(landlock, owner_that_goes_into_a_scope_keeps_its_host_end)
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

/* The same by a kernel thread, which Landlock itself does not restrict. */
TEST_F(landlock, owner_in_a_scope_and_a_jail_reaches_no_name_outside)
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

TEST_F(landlock, client_in_a_scope_reaches_no_device_outside)
{
	const char *name = "@landlock_test";

	SKIP_UNLESS_KNOWN(NO_OTHERS_NAMES);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, name));
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_NAMES));
	EXPECT_EQ(-EPERM, uds_connect(name));
}

/* A process can always talk to itself, and so to a device of its own. */
TEST_F(landlock, client_in_the_scope_of_the_owner_reaches_the_device)
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

TEST_F(landlock, owner_that_may_resolve_no_path_reaches_none)
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

TEST_F(landlock, client_that_may_resolve_no_path_reaches_no_device)
{
	SKIP_UNLESS_KNOWN(NO_OTHERS_PATHS);
	ASSERT_EQ(0, landlock_give_up(NO_OTHERS_PATHS));
	EXPECT_EQ(-EACCES, uds_connect(self->bed.path));
}

TEST_HARNESS_MAIN
