// SPDX-License-Identifier: GPL-2.0
/*
 * Which process host programs see as their peer, and which process may drive
 * the device: SO_PEERCRED, SCM_CREDENTIALS, and descriptors in other processes.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "process.h"

#define PORT	9
#define SOMEBODY 4321

/*
 * A device that user SOMEBODY configured in a process that has exited, and that
 * root runs.
 * @listener: the listener for guest connections to PORT
 */
FIXTURE(cred)
{
	struct bed bed;
	char path[BED_PATH_SIZE];
	int listener;
	pid_t somebody;
};

/* The steps of user SOMEBODY. */
struct configure {
	int fd;
	const char *path;
};

static void configure(struct process *p, void *arg)
{
	struct configure *c = arg;

	process_ready(p, process_become(SOMEBODY) ?:
			 bed_set_uds(c->fd, c->path));
	process_wait(p);
}

FIXTURE_SETUP(cred)
{
	struct configure c;
	struct process p;
	char port[BED_PATH_SIZE + 8];

	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, chmod(self->bed.dir, 0777));
	snprintf(self->path, sizeof(self->path), "%s/theirs", self->bed.dir);
	c.fd = self->bed.guest.fd;
	c.path = self->path;
	ASSERT_EQ(0, process_start(&p, configure, &c));
	self->somebody = p.pid;
	process_end(&p);
	snprintf(port, sizeof(port), "%s_%d", self->path, PORT);
	self->listener = uds_listen(port);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, chmod(port, 0777));
}

FIXTURE_TEARDOWN(cred)
{
	close(self->listener);
	BED_TEARDOWN(&self->bed);
}

static struct ucred peer_of(int fd)
{
	struct ucred cred = { .pid = -1, .uid = -1, .gid = -1 };
	socklen_t len = sizeof(cred);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	return cred;
}

static void expect_somebody(struct __test_metadata *_metadata, int fd)
{
	struct ucred cred = peer_of(fd);

	EXPECT_EQ(SOMEBODY, cred.uid);
	EXPECT_EQ(SOMEBODY, cred.gid);
}

/* Connects from the guest. Returns the accepted host socket. */
static int accept_guest(struct bed *bed, int listener, struct guest_conn **c)
{
	*c = guest_connect(&bed->mux, bed->spare_port++, PORT);
	if (!*c || !GUEST_UNTIL(&bed->mux, (*c)->open || (*c)->reset))
		return -ETIMEDOUT;
	return (*c)->open ? uds_accept(listener) : -ECONNREFUSED;
}

TEST_F(cred, peer_of_a_client_is_the_configuring_user)
{
	int fd = uds_connect(self->path);

	ASSERT_LE(0, fd);
	expect_somebody(_metadata, fd);
	close(fd);
}

/*
 * SO_PEERCRED also has a pid. If that process has exited, another may have it.
 */
TEST_F(cred, peer_pid_of_a_client_is_the_configuring_process)
{
	struct ucred cred;
	int fd;

	ASSERT_EQ(0, chmod(self->bed.dir, 0777));
	fd = uds_connect(self->bed.path);
	ASSERT_GT(0, fd);	/* SOMEBODY's SET_UDS has replaced it */
	unlink(self->bed.path);
	ASSERT_EQ(0, bed_set_uds(self->bed.guest.fd, self->bed.path));
	fd = uds_connect(self->bed.path);
	ASSERT_LE(0, fd);
	cred = peer_of(fd);
	EXPECT_EQ(getpid(), cred.pid);
	EXPECT_EQ(0, cred.uid);
	close(fd);
}

TEST_F(cred, peer_of_a_listener_is_the_configuring_user)
{
	struct guest_conn *c;
	int fd = accept_guest(&self->bed, self->listener, &c);

	ASSERT_LE(0, fd);
	expect_somebody(_metadata, fd);
	close(fd);
}

/* In a chroot, a kernel thread with root's credentials connects. */
TEST_F(cred, peer_of_a_listener_is_the_configuring_user_after_chroot)
{
	int root = open("/", O_PATH | O_CLOEXEC), fd;
	struct guest_conn *c;

	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, mkdir("jail", 0700));
	ASSERT_EQ(0, chroot("jail"));
	fd = accept_guest(&self->bed, self->listener, &c);
	ASSERT_EQ(0, fchdir(root));
	ASSERT_EQ(0, chroot("."));
	ASSERT_EQ(0, chdir(self->bed.dir));
	rmdir("jail");
	ASSERT_LE(0, fd);
	expect_somebody(_metadata, fd);
	close(fd);
}

TEST_F(cred, peer_pid_of_a_listener_is_the_owner)
{
	struct guest_conn *c;
	int fd = accept_guest(&self->bed, self->listener, &c);

	ASSERT_LE(0, fd);
	if (worker_is_a_thread_of_its_owner()) {
		EXPECT_EQ(getpid(), peer_of(fd).pid);
	} else {
		EXPECT_NE(self->somebody, peer_of(fd).pid);
	}
	close(fd);
}

/*
 * Receives the sender's credentials with a byte, for a program that asks for
 * them.
 */
static int sender_of(int fd, struct ucred *cred)
{
	char byte, control[CMSG_SPACE(sizeof(*cred))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	if (uds_wait(fd, POLLIN) || recvmsg(fd, &msg, 0) != 1)
		return -EIO;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_CREDENTIALS)
		return -ENODATA;
	memcpy(cred, CMSG_DATA(cmsg), sizeof(*cred));
	return 0;
}

/* The owner and its guest are not the process that configured the device. */
static void own(struct process *p, void *arg)
{
	FIXTURE_DATA(cred) *self = arg;
	struct guest_config cfg = { .cid = 8 };
	struct bed bed = { .spare_port = 50000 };
	struct guest_conn *c;
	char path[BED_PATH_SIZE + 8];
	int err;

	snprintf(path, sizeof(path), "%s/theirs", self->bed.dir);
	err = guest_open(&bed.guest, &cfg);
	err = err ?: bed_set_uds_with(bed.guest.fd, path,
			BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN));
	err = err ?: process_become(NOBODY);
	err = err ?: guest_realize(&bed.guest);
	err = err ?: guest_run(&bed.guest);
	guest_mux_init(&bed.mux, &bed.guest);
	process_ready(p, err);
	c = guest_connect(&bed.mux, 1, PORT);
	if (!c || !GUEST_UNTIL(&bed.mux, c->open))
		_exit(1);
	guest_conn_send(c, "x", 1, 1);
	process_wait(p);
}

TEST_F(cred, scm_credentials_are_the_owners)
{
	struct ucred cred = { .uid = -1 };
	struct process p;
	int fd, on = 1;

	ASSERT_EQ(0, setsockopt(self->listener, SOL_SOCKET, SO_PASSCRED, &on,
				sizeof(on)));
	ASSERT_EQ(0, process_start(&p, own, self));
	fd = uds_accept(self->listener);
	ASSERT_LE(0, fd);
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	EXPECT_EQ(0, peer_of(fd).uid);
	ASSERT_EQ(0, sender_of(fd, &cred));
	EXPECT_EQ(NOBODY, cred.uid);
	EXPECT_EQ(NOBODY, cred.gid);
	process_end(&p);
	close(fd);
}

/* --- the device's descriptor in another process */

struct try {
	int fd;
	const char *path;
};

/*
 * Ioctls that need the owner's address space: another process must not issue
 * them.
 */
static int try_to_drive(void *arg)
{
	struct try *t = arg;
	struct vhost_vring_addr addr = { .index = 0 };
	struct vhost_vring_file file = { .fd = -1 };
	struct vhost_vring_state state = {};
	struct vhost_memory none = {};
	uint64_t base = 0;
	int running = 0;
	const struct {
		unsigned long request;
		void *arg;
	} owners[] = {
		{ VHOST_SET_MEM_TABLE, &none }, { VHOST_SET_LOG_BASE, &base },
		{ VHOST_SET_LOG_FD, &file.fd },
		{ VHOST_SET_VRING_NUM, &state },
		{ VHOST_SET_VRING_BASE, &state },
		{ VHOST_GET_VRING_BASE, &state },
		{ VHOST_SET_VRING_ADDR, &addr },
		{ VHOST_SET_VRING_KICK, &file },
		{ VHOST_SET_VRING_CALL, &file },
		{ VHOST_SET_VRING_ERR, &file },
		{ VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &state },
		{ VHOST_VSOCK_SET_RUNNING, &running },
		{ VSOCK_BRIDGE_SEND_EVENT, &state },
	};

	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		if (ioctl(t->fd, owners[i].request, owners[i].arg) != -1 ||
		    errno != EPERM)
			return i + 1;
	}
	return ioctl(t->fd, VHOST_SET_OWNER, NULL) != -1 || errno != EBUSY ?
	       100 : 0;
}

TEST_F(cred, process_with_another_mm_cannot_drive_the_device)
{
	struct try t = { .fd = self->bed.guest.fd };

	EXPECT_EQ(0, process_run(try_to_drive, &t));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->listener));
}

/* The descriptor of a privileged owner gives its holder no privileges. */
static int try_to_configure(void *arg)
{
	struct try *t = arg;

	return process_become(NOBODY) ? 255 : -bed_set_uds(t->fd, t->path);
}

TEST_F(cred, set_uds_uses_the_rights_of_its_caller)
{
	char path[BED_PATH_SIZE];
	struct try t = { .fd = self->bed.guest.fd, .path = path };

	snprintf(path, sizeof(path), "%s/mine", self->bed.dir);
	ASSERT_EQ(0, chmod(self->bed.dir, 0755));
	EXPECT_EQ(EACCES, process_run(try_to_configure, &t));
	EXPECT_EQ(-1, access(path, F_OK));
	ASSERT_EQ(0, chmod(self->bed.dir, 0777));
	EXPECT_EQ(0, process_run(try_to_configure, &t));
}

TEST_HARNESS_MAIN
