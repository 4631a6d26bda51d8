// SPDX-License-Identifier: GPL-2.0
/*
 * An owner, or a client, that a profile of AppArmor locks out of a folder: what
 * it cannot do there by itself, the device does not do for it either.
 */
#include "harness.h"

#include <sys/stat.h>

#include "apparmor.h"

#define PORT 9

/**
 * @closed: the folder
 * @path: a host end in it
 * @secret: a listener where that path leads
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

/* A connect by the test itself: 0, or -errno. */
static int connects(const char *path)
{
	int fd = uds_connect(path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

TEST_F(apparmor, owner_that_may_make_no_socket_has_none_made)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	ASSERT_EQ(-EACCES, uds_listen(self->path));
	EXPECT_EQ(-EACCES, bed_set_uds(self->bed.guest.fd, self->path));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_bind_fails));
	apparmor_let_in();
	EXPECT_EQ(-1, access(self->path, F_OK));
}

/*
 * Linux before 6.17, and apparmor_parser before 5.0, let everybody connect, whatever
 * the profile says of the file.
 */
#define SKIP_UNLESS_CONNECTS_ARE_JUDGED(self) do {			\
	int _err = connects((self)->behind);				\
	if (!_err)							\
		SKIP(return, "this AppArmor lets everybody connect");	\
	ASSERT_EQ(-EACCES, _err);					\
} while (0)

TEST_F(apparmor, owner_that_is_locked_out_reaches_nobody_by_the_device)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->path, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
}

/* Rights that were there when the host end was set stay with it. */
TEST_F(apparmor, owner_that_is_locked_out_later_keeps_its_host_end)
{
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->path, CONNECT_ONLY));
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->secret));
}

TEST_F(apparmor, client_that_is_locked_out_reaches_no_device)
{
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->path));
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	SKIP_UNLESS_CONNECTS_ARE_JUDGED(self);
	EXPECT_EQ(-EACCES, connects(self->path));
}

/* Both ends of the bridge, and the device, with a profile that allows it. */
TEST_F(apparmor, device_of_a_confined_owner_works_for_confined_programs)
{
	ASSERT_EQ(0, apparmor_lock_out(self->closed));
	unlink(self->bed.path);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->bed.path));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
