// SPDX-License-Identifier: GPL-2.0
/*
 * The module parameter uds_template: VMMs that open the node themselves, and
 * know nothing of host ends, get a socket by the guest's CID.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "control.h"
#include "process.h"
#include "uds_template.h"

/*
 * @bed: a device without a host end; its folder is that of the template
 * @before: what the template was
 * @path: where the template leads with the bed's CID
 */
FIXTURE(template)
{
	struct bed bed;
	struct uds_template before;
	char path[BED_PATH_SIZE];
};

FIXTURE_SETUP(template)
{
	struct guest_config cfg = { .cid = 77 };

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, uds_template_begin(&self->before));
	self->bed = (struct bed){ .spare_port = 50000, .type = SOCK_STREAM };
	strcpy(self->bed.dir, "/tmp/template.XXXXXX");
	ASSERT_TRUE(mkdtemp(self->bed.dir));
	snprintf(self->path, sizeof(self->path), "%s/77.sock", self->bed.dir);
	strcpy(self->bed.path, self->path);
	ASSERT_EQ(0, uds_template_set(self->bed.dir, "/%u.sock"));
	ASSERT_EQ(0, guest_open(&self->bed.guest, &cfg));
	guest_mux_init(&self->bed.mux, &self->bed.guest);
}

FIXTURE_TEARDOWN(template)
{
	EXPECT_EQ(0, uds_template_end(&self->before));
	BED_TEARDOWN(&self->bed);
}

TEST_F(template, gives_a_device_its_socket_with_its_cid)
{
	struct vsock_bridge_device dev;
	int fd = control_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, control_device(fd, control_number(self->bed.guest.fd),
				    &dev));
	EXPECT_TRUE(dev.flags & VSOCK_BRIDGE_DEVICE_TEMPLATE);
	EXPECT_EQ(strlen(self->path), dev.path_len);
	close(fd);
}

TEST_F(template, removes_the_file_with_the_device)
{
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	ASSERT_EQ(0, access(self->path, F_OK));
	guest_close(&self->bed.guest);
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(ENOENT, errno);
}

/* Its owner is killed, and leaves nothing in the way of the next one. */
static void own(struct process *p, void *arg)
{
	struct guest_config cfg = { .cid = 77 };
	struct guest guest;
	int err = guest_open(&guest, &cfg);

	(void)arg;
	if (!err)
		err = guest_realize(&guest);
	process_ready(p, -err);
	process_wait(p);
}

TEST_F(template, removes_the_file_of_an_owner_that_was_killed)
{
	struct process p;

	ASSERT_EQ(0, process_start(&p, own, NULL));
	ASSERT_EQ(0, access(self->path, F_OK));
	process_kill(&p);
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(0, guest_realize(&self->bed.guest));
}

TEST_F(template, leaves_a_file_alone_that_has_taken_the_place)
{
	int fd;

	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	ASSERT_EQ(0, unlink(self->path));
	fd = open(self->path, O_CREAT | O_WRONLY, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	guest_close(&self->bed.guest);
	EXPECT_EQ(0, access(self->path, F_OK));
}

TEST_F(template, follows_the_cid)
{
	char other[BED_PATH_SIZE + 16];

	snprintf(other, sizeof(other), "%s/78.sock", self->bed.dir);
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 78));
	EXPECT_EQ(0, access(other, F_OK));
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(template, stays_when_a_running_guest_may_not_change_its_cid)
{
	char other[BED_PATH_SIZE + 16];

	snprintf(other, sizeof(other), "%s/78.sock", self->bed.dir);
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(-EBUSY, guest_set_cid(&self->bed.guest, 78));
	EXPECT_EQ(-1, access(other, F_OK));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(template, is_not_for_a_device_that_has_a_map_of_ports)
{
	struct vsock_bridge_port port = {
		.size = sizeof(port),
		.port = 1,
		.action = VSOCK_BRIDGE_PORT_DENY,
	};

	ASSERT_EQ(0, ioctl(self->bed.guest.fd, VSOCK_BRIDGE_SET_PORT, &port));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(template, is_not_for_a_device_that_has_a_host_end)
{
	char own_path[BED_PATH_SIZE + 16];

	snprintf(own_path, sizeof(own_path), "%s/own", self->bed.dir);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, own_path));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(0, access(own_path, F_OK));
}

TEST_F(template, gives_way_to_a_host_end_that_is_named)
{
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	snprintf(self->bed.path, sizeof(self->bed.path), "%s/own",
		 self->bed.dir);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->bed.path));
	EXPECT_EQ(-1, access(self->path, F_OK));
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	EXPECT_EQ(-1, access(self->path, F_OK));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(template, fails_the_cid_when_the_name_is_taken)
{
	uint64_t cid = 77;
	int fd = uds_listen(self->path);

	ASSERT_LE(0, fd);
	ASSERT_IOCTL_FAILS(EADDRINUSE, self->bed.guest.fd,
			   VHOST_VSOCK_SET_GUEST_CID, &cid);
	ASSERT_EQ(0, unlink(self->path));
	EXPECT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	close(fd);
}

/* Bound with the rights of who sets the CID, here nobody's. */
static int set_cid_as_nobody(void *arg)
{
	FIXTURE_DATA(template) *self = arg;
	int err = process_become(NOBODY);

	return -(err ?: guest_set_cid(&self->bed.guest, 77));
}

TEST_F(template, binds_with_the_rights_of_who_sets_the_cid)
{
	struct stat st;

	EXPECT_EQ(EACCES, process_run(set_cid_as_nobody, self));
	ASSERT_EQ(0, chmod(self->bed.dir, 0777));
	EXPECT_EQ(0, process_run(set_cid_as_nobody, self));
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(NOBODY, st.st_uid);
	/* also when somebody else ends it, who could not */
	guest_close(&self->bed.guest);
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(template, that_is_none_is_refused)
{
	static const char * const bad[] = {
		"relative/%u", "/no-cid", "/two/%u/%u", "/string/%s",
		"/%u%", "/%%u",
	};
	char was[128] = "", long_one[128];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_EQ(-EINVAL, uds_template_set(bad[i], ""));
	snprintf(long_one, sizeof(long_one), "/%087d%%u", 0);
	EXPECT_EQ(-EINVAL, uds_template_set(long_one, ""));
	EXPECT_EQ(0, uds_template_get(was, sizeof(was)));
	EXPECT_EQ(0, strncmp(was, self->bed.dir, strlen(self->bed.dir)));
}

TEST_F(template, of_the_longest_path_holds_the_largest_cid)
{
	char name[200];
	int pad;

	/* dir + '/' + pad digits + the CID */
	pad = VSOCK_BRIDGE_PATH_MAX - strlen(self->bed.dir) - 1 - 10;
	snprintf(name, sizeof(name), "/%0*d%%u", pad, 0);
	ASSERT_EQ(0, uds_template_set(self->bed.dir, name));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 4294967294U));
	snprintf(self->path, sizeof(self->path), "%s/%0*d4294967294",
		 self->bed.dir, pad, 0);
	EXPECT_EQ(0, access(self->path, F_OK));
}

TEST_HARNESS_MAIN
