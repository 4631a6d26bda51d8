// SPDX-License-Identifier: GPL-2.0
/*
 * Host ends from descriptors: a shared listener, a directory, and one direction
 * only.
 */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "control.h"

BED_FIXTURE(host_end)

static int set_listener(struct bed *bed, int fd)
{
	return bed_set_uds_with(bed->guest.fd, "",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_LISTEN_FD |
				 VSOCK_BRIDGE_UDS_NO_CONNECT, .fd = fd));
}

/* Creates a listener to share with the device, and makes it the bed's path. */
static int other_listener(struct bed *bed)
{
	snprintf(bed->path, sizeof(bed->path), "%s/shared", bed->dir);
	return uds_listen(bed->path);
}

TEST_F(host_end, accepts_a_shared_listener)
{
	int fd = other_listener(&self->bed);
	struct bed_pair pair;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_listener(&self->bed, fd));
	close(fd);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	EXPECT_EQ(2, BED_STAT(&self->bed, sockets));
	close(pair.fd);
}

TEST_F(host_end, accepts_clients_in_the_backlog_of_a_shared_listener)
{
	int fd = other_listener(&self->bed), client;

	guest_listen(&self->bed.mux, 80);
	client = bed_client(&self->bed, 80);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, set_listener(&self->bed, fd));
	EXPECT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	close(client);
	close(fd);
}

TEST_F(host_end, shared_listener_survives_the_device)
{
	int fd = other_listener(&self->bed), client;

	ASSERT_EQ(0, set_listener(&self->bed, fd));
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "x",
			BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN)));
	client = uds_connect(self->bed.path);
	ASSERT_LE(0, client);
	EXPECT_LE(0, uds_accept(fd));
	ASSERT_EQ(0, set_listener(&self->bed, fd));
	guest_close(&self->bed.guest);
	close(client);
	client = uds_connect(self->bed.path);
	EXPECT_LE(0, client);
	EXPECT_LE(0, uds_accept(fd));
	close(client);
	close(fd);
}

TEST_F(host_end, shared_listener_keeps_its_options)
{
	int fd = other_listener(&self->bed), before, after;
	socklen_t len = sizeof(before);

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &before, &len);
	ASSERT_EQ(0, set_listener(&self->bed, fd));
	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &after, &len);
	EXPECT_EQ(before, after);
	close(fd);
}

/*
 * Any holder may shut it down for all; that does not count as a failed accept.
 */
TEST_F(host_end, shutdown_of_a_shared_listener_is_harmless)
{
	int fd = other_listener(&self->bed);
	struct bed_pair pair;

	ASSERT_EQ(0, set_listener(&self->bed, fd));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, shutdown(fd, SHUT_RDWR));
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->bed.path));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	EXPECT_EQ(0, BED_STAT(&self->bed, unix_accept_fails));
	close(pair.fd);
	close(fd);
}

/* Clients inherit the listener's options, except those that the device sets. */
TEST_F(host_end, shared_listener_keeps_its_options_after_accept)
{
	int fd = other_listener(&self->bed), before, after;
	socklen_t len = sizeof(before);
	struct bed_pair pair;

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &before, &len);
	ASSERT_EQ(0, set_listener(&self->bed, fd));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &after, &len);
	EXPECT_EQ(before, after);
	close(pair.fd);
	close(fd);
}

/* Descriptors that are not listeners: SET_UDS must keep the old host end. */
static int wrong_fd(const char *what)
{
	int pair[2];

	if (!strcmp(what, "closed"))
		return 999;
	if (!strcmp(what, "file"))
		return open("/dev/null", O_RDWR);
	if (!strcmp(what, "path"))
		return open("/", O_PATH);
	if (!strcmp(what, "eventfd"))
		return eventfd(0, 0);
	if (!strcmp(what, "not listening"))
		return socket(AF_UNIX, SOCK_STREAM, 0);
	if (!strcmp(what, "datagram"))
		return socket(AF_UNIX, SOCK_DGRAM, 0);
	if (!strcmp(what, "seqpacket"))
		return socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (!strcmp(what, "connected"))
		return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ? -1 : pair[0];
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

TEST_F(host_end, refuses_descriptors_that_are_not_listeners)
{
	static const struct {
		const char *what;
		int error;
	} wrong[] = {
		{ "closed", -EBADF }, { "path", -EBADF },
		{ "file", -ENOTSOCK }, { "eventfd", -ENOTSOCK },
		{ "netlink", -EAFNOSUPPORT },
		{ "datagram", -ESOCKTNOSUPPORT },
		{ "seqpacket", -ESOCKTNOSUPPORT },
		{ "not listening", -EINVAL }, { "connected", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(wrong[i].error, set_listener(&self->bed,
						       wrong_fd(wrong[i].what)))
			TH_LOG("%s", wrong[i].what);
	}
	EXPECT_EQ(-EBADF, set_listener(&self->bed, -1));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(host_end, refuses_contradictory_flags)
{
	static const struct {
		const char *path;
		unsigned int flags;
	} wrong[] = {
		{ "x", VSOCK_BRIDGE_UDS_NO_LISTEN |
		       VSOCK_BRIDGE_UDS_NO_CONNECT },
		{ "x", VSOCK_BRIDGE_UDS_NO_LISTEN | VSOCK_BRIDGE_UDS_MODE },
		{ "x", VSOCK_BRIDGE_UDS_NO_LISTEN |
		       VSOCK_BRIDGE_UDS_LISTEN_FD },
		{ "x", VSOCK_BRIDGE_UDS_LISTEN_FD | VSOCK_BRIDGE_UDS_UID },
		{ "x", VSOCK_BRIDGE_UDS_LISTEN_FD |
		       VSOCK_BRIDGE_UDS_NO_CONNECT },
		{ "", VSOCK_BRIDGE_UDS_LISTEN_FD },
		{ "", VSOCK_BRIDGE_UDS_NO_LISTEN },
		{ "", VSOCK_BRIDGE_UDS_NO_CONNECT },
		{ "x", VSOCK_BRIDGE_UDS_PREFIX },
		{ "@x", VSOCK_BRIDGE_UDS_DIR_FD | VSOCK_BRIDGE_UDS_NO_LISTEN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, bed_set_uds_with(self->bed.guest.fd,
			wrong[i].path, BED_UDS(.flags = wrong[i].flags)))
			TH_LOG("case %zu", i);
	}
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->bed.guest.fd, "x",
					    BED_UDS(.fd = 1)));
	EXPECT_EQ(-EINVAL, bed_set_uds_with(self->bed.guest.fd, "x",
					    BED_UDS(.dir_fd = 1)));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(host_end, no_listen_lets_the_guest_connect)
{
	char path[BED_PATH_SIZE + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/out", self->bed.dir);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, path,
			BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN)));
	EXPECT_EQ(-1, access(path, F_OK));
	EXPECT_EQ(0, BED_STAT(&self->bed, sockets));
	strcat(path, "_7");
	fd = uds_listen(path);
	EXPECT_TRUE(bed_reaches(&self->bed, 7, fd));
	close(fd);
}

TEST_F(host_end, no_connect_lets_host_programs_connect)
{
	struct bed_pair pair;
	int fd;

	snprintf(self->bed.path, sizeof(self->bed.path), "%s/in",
		 self->bed.dir);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->bed.path,
			BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_CONNECT)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	fd = bed_listen(&self->bed, 7);
	EXPECT_FALSE(bed_reaches(&self->bed, 7, fd));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
	close(pair.fd);
	close(fd);
}

static int open_dir(const struct bed *bed, int flags)
{
	return open(bed->dir, flags | O_DIRECTORY | O_CLOEXEC);
}

TEST_F(host_end, dir_fd_is_the_base_of_the_path)
{
	int dir = open_dir(&self->bed, O_PATH), fd;
	struct bed_pair pair;

	snprintf(self->bed.path, sizeof(self->bed.path), "%s/d",
		 self->bed.dir);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "d",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_DIR_FD, .dir_fd = dir)));
	close(dir);
	EXPECT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	snprintf(self->bed.path, sizeof(self->bed.path), "%s/d_7",
		 self->bed.dir);
	fd = uds_listen(self->bed.path);
	EXPECT_TRUE(bed_reaches(&self->bed, 7, fd));
	close(pair.fd);
	close(fd);
}

TEST_F(host_end, dir_fd_works_for_long_paths_and_after_rename)
{
	int dir, fd;
	char name[201], *old;

	/* The path is longer than an AF_UNIX address can hold. */
	memset(name, 'x', 200);
	name[200] = 0;
	old = getcwd(NULL, 0);
	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, mkdir(name, 0700));
	dir = open(name, O_RDONLY | O_DIRECTORY);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_DIR_FD |
				 VSOCK_BRIDGE_UDS_NO_LISTEN |
				 VSOCK_BRIDGE_UDS_PREFIX, .dir_fd = dir)));
	ASSERT_EQ(0, chdir(name));
	fd = uds_listen("7");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, chdir(".."));
	ASSERT_EQ(0, rename(name, "moved"));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, fd));
	EXPECT_FALSE(bed_reaches(&self->bed, 77, fd));
	unlink("moved/7");
	rmdir("moved");
	ASSERT_EQ(0, chdir(old));
	close(dir);
	close(fd);
}

TEST_F(host_end, prefix_flag_adds_no_underscore_before_the_port)
{
	int dir = open_dir(&self->bed, O_PATH), fd;

	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "svc-",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_DIR_FD |
				 VSOCK_BRIDGE_UDS_NO_LISTEN |
				 VSOCK_BRIDGE_UDS_PREFIX, .dir_fd = dir)));
	snprintf(self->bed.path, sizeof(self->bed.path), "%s/svc-7",
		 self->bed.dir);
	fd = uds_listen(self->bed.path);
	EXPECT_TRUE(bed_reaches(&self->bed, 7, fd));
	close(dir);
	close(fd);
}

TEST_F(host_end, refuses_dir_fd_that_is_not_a_directory)
{
	struct vsock_bridge_uds uds = {
		.flags = VSOCK_BRIDGE_UDS_DIR_FD, .dir_fd = 999,
	};

	EXPECT_EQ(-EBADF, bed_set_uds_with(self->bed.guest.fd, "d", uds));
	uds.dir_fd = open("/dev/null", O_PATH);
	EXPECT_EQ(-ENOTDIR, bed_set_uds_with(self->bed.guest.fd, "d", uds));
	close(uds.dir_fd);
	uds.dir_fd = AT_FDCWD;
	EXPECT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->bed.dir,
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_DIR_FD |
				 VSOCK_BRIDGE_UDS_NO_LISTEN,
			.dir_fd = AT_FDCWD)));
}

/* --- before SET_OWNER */

/**
 * @bed: a device without an owner
 * @listener: a listener to share with it
 */
FIXTURE(ownerless)
{
	struct bed bed;
	int listener;
};

FIXTURE_SETUP(ownerless)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
	self->listener = other_listener(&self->bed);
	ASSERT_LE(0, self->listener);
}

FIXTURE_TEARDOWN(ownerless)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(ownerless, set_owner_accepts_clients_in_the_backlog)
{
	struct bed_pair pair;

	pair.fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, pair.fd);
	ASSERT_EQ(0, set_listener(&self->bed, self->listener));
	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, guest_realize(&self->bed.guest));
	close(self->listener);
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	EXPECT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	close(pair.fd);
}

TEST_F(ownerless, device_does_not_keep_a_shared_listener_open)
{
	ASSERT_EQ(0, set_listener(&self->bed, self->listener));
	close(self->listener);
	EXPECT_EQ(-ECONNREFUSED, uds_connect(self->bed.path));
	EXPECT_EQ(-EBADF, guest_realize(&self->bed.guest));
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, "@fd_test"));
	EXPECT_EQ(0, guest_realize(&self->bed.guest));
}

static bool is_gone(uint32_t number)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	int control = control_open(), err;
	struct vsock_bridge_device dev;

	do {
		err = control_device(control, number, &dev);
	} while (!err && deadline_left(deadline) && !poll(NULL, 0, 1));
	close(control);
	return err == -ENOENT;
}

/*
 * Closes every descriptor of the device and its listener, so that only the
 * message in the client's socket refers to the device.
 */
static bool ends_without(FIXTURE_DATA(ownerless) *self, int client)
{
	uint32_t number = control_number(self->bed.guest.fd);

	close(self->listener);
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	close(client);
	return is_gone(number);
}

TEST_F(ownerless, device_sent_to_its_own_listener_is_released)
{
	int client = uds_connect(self->bed.path);

	ASSERT_LE(0, client);
	ASSERT_EQ(0, set_listener(&self->bed, self->listener));
	ASSERT_EQ(0, uds_send_fd(client, self->bed.guest.fd));
	EXPECT_TRUE(ends_without(self, client));
}

/* The socket in the message contains a message with the device. */
TEST_F(ownerless, device_sent_inside_another_socket_is_released)
{
	int client = uds_connect(self->bed.path), pair[2];

	ASSERT_LE(0, client);
	ASSERT_EQ(0, set_listener(&self->bed, self->listener));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	ASSERT_EQ(0, uds_send_fd(pair[0], self->bed.guest.fd));
	ASSERT_EQ(0, uds_send_fd(client, pair[1]));
	close(pair[0]);
	close(pair[1]);
	EXPECT_TRUE(ends_without(self, client));
}

TEST_HARNESS_MAIN
