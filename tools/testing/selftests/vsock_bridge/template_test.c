// SPDX-License-Identifier: GPL-2.0
/*
 * The module parameter uds_template: a VMM that opens the node itself and does
 * not configure a host end gets a socket named after the guest's CID.
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
 * @before: the saved template
 * @path: the template's path for the bed's CID
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

TEST_F(template, set_guest_cid_creates_the_socket)
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

TEST_F(template, close_removes_the_socket_file)
{
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	ASSERT_EQ(0, access(self->path, F_OK));
	guest_close(&self->bed.guest);
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(ENOENT, errno);
}

/* Owns a device until it is killed. */
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

TEST_F(template, kill_of_the_owner_removes_the_socket_file)
{
	struct process p;

	ASSERT_EQ(0, process_start(&p, own, NULL));
	ASSERT_EQ(0, access(self->path, F_OK));
	process_kill(&p);
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(0, guest_realize(&self->bed.guest));
}

TEST_F(template, close_keeps_a_file_that_replaced_the_socket)
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

TEST_F(template, new_cid_moves_the_socket_file)
{
	char other[BED_PATH_SIZE + 16];

	snprintf(other, sizeof(other), "%s/78.sock", self->bed.dir);
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 78));
	EXPECT_EQ(0, access(other, F_OK));
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(template, refused_cid_change_keeps_the_socket_file)
{
	char other[BED_PATH_SIZE + 16];

	snprintf(other, sizeof(other), "%s/78.sock", self->bed.dir);
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_EQ(-EBUSY, guest_set_cid(&self->bed.guest, 78));
	EXPECT_EQ(-1, access(other, F_OK));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(template, device_with_a_port_map_gets_no_socket)
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

TEST_F(template, device_with_a_host_end_gets_no_socket)
{
	char own_path[BED_PATH_SIZE + 16];

	snprintf(own_path, sizeof(own_path), "%s/own", self->bed.dir);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, own_path));
	ASSERT_EQ(0, guest_set_cid(&self->bed.guest, 77));
	EXPECT_EQ(-1, access(self->path, F_OK));
	EXPECT_EQ(0, access(own_path, F_OK));
}

TEST_F(template, set_uds_replaces_the_template_socket)
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

TEST_F(template, set_guest_cid_fails_if_the_path_exists)
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

/* Sets the CID as NOBODY, whose rights then apply to the bind. */
static int set_cid_as_nobody(void *arg)
{
	FIXTURE_DATA(template) *self = arg;
	int err = process_become(NOBODY);

	return -(err ?: guest_set_cid(&self->bed.guest, 77));
}

TEST_F(template, bind_uses_the_rights_of_the_set_guest_cid_caller)
{
	struct stat st;

	EXPECT_EQ(EACCES, process_run(set_cid_as_nobody, self));
	ASSERT_EQ(0, chmod(self->bed.dir, 0777));
	EXPECT_EQ(0, process_run(set_cid_as_nobody, self));
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(NOBODY, st.st_uid);
	/* the file is also removed if another process closes the device */
	guest_close(&self->bed.guest);
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(template, invalid_template_is_refused)
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

TEST_F(template, longest_template_fits_the_largest_cid)
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
