// SPDX-License-Identifier: GPL-2.0
/*
 * AppArmor denies the owner, or a client, access to a folder. The device does
 * not do for them what the profile forbids them to do.
 */
#include "harness.h"

#include <sys/stat.h>

#include "apparmor.h"

#define PORT 9

/**
 * @closed: the folder
 * @path: a host end in the folder
 * @behind: the path for guest connections to PORT
 * @secret: a listener on @behind
 */
FIXTURE(apparmor)
{
	struct bed bed;
	char closed[80];
	char path[100];
	char behind[110];
	int secret;
};

FIXTURE_SETUP(apparmor)
{
	if (!apparmor_is_on())
		SKIP(return, "no AppArmor, or no apparmor_parser");
	BED_SETUP(&self->bed, NULL);
	snprintf(self->closed, sizeof(self->closed), "%s/closed", self->bed.dir);
	snprintf(self->path, sizeof(self->path), "%s/x", self->closed);
	snprintf(self->behind, sizeof(self->behind), "%s_%d", self->path, PORT);
	ASSERT_EQ(0, mkdir(self->closed, 0700));
	self->secret = uds_listen(self->behind);
	ASSERT_LE(0, self->secret);
}

FIXTURE_TEARDOWN(apparmor)
{
	apparmor_let_in();
	close(self->secret);
	unlink(self->behind);
	unlink(self->path);
	rmdir(self->closed);
	BED_TEARDOWN(&self->bed);
}

#define CONNECT_ONLY BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN)

/* Connects as the test process. Returns 0 or -errno. */
static int connects(const char *path)
{
	int fd = uds_connect(path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

TEST_F(apparmor, set_uds_fails_where_the_owner_may_not_bind)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	ASSERT_EQ(-EACCES, uds_listen(self->path));
	EXPECT_EQ(-EACCES, bed_set_uds(self->bed.guest.fd, self->path));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_bind_fails));
	apparmor_let_in();
	EXPECT_EQ(-1, access(self->path, F_OK));
}

/*
 * Before Linux 6.17 and apparmor_parser 5.0, AppArmor does not check the path
 * of a connect.
 */
#define SKIP_UNLESS_CONNECTS_ARE_JUDGED(self) do {			\
	int _err = connects((self)->behind);				\
	if (!_err)							\
		SKIP(return, "this AppArmor does not check connects");	\
	ASSERT_EQ(-EACCES, _err);					\
} while (0)

TEST_F(apparmor, guest_connect_is_refused_where_the_owner_may_not_connect)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->path, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
}

/* The device keeps the rights that its owner had at SET_UDS. */
TEST_F(apparmor, guest_connect_works_if_the_owner_is_confined_later)
{
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->path, CONNECT_ONLY));
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->secret));
}

TEST_F(apparmor, confined_client_cannot_connect)
{
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->path));
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	EXPECT_EQ(-EACCES, connects(self->path));
}

/*
 * The profile confines both host programs and the owner, but allows this path.
 */
TEST_F(apparmor, confined_owner_and_programs_work_where_allowed)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	unlink(self->bed.path);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->bed.path));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
