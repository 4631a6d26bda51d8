// SPDX-License-Identifier: GPL-2.0
/*
 * What administrators and tools can see and do through
 * /dev/vsock-bridge-control: which user sees which devices, and which
 * operations a device allows.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "control.h"
#include "hold.h"
#include "process.h"

#define PORT	7
#define SOMEBODY 4321

/*
 * @fd: the control node, without a selected device
 * @number: the number of the test bed's device
 */
FIXTURE(control)
{
	struct bed bed;
	int fd;
	uint32_t number;
};

FIXTURE_SETUP(control)
{
	BED_SETUP(&self->bed, NULL);
	self->fd = control_open();
	ASSERT_LE(0, self->fd);
	self->number = control_number(self->bed.guest.fd);
	ASSERT_LT(0, self->number);
}

FIXTURE_TEARDOWN(control)
{
	close(self->fd);
	BED_TEARDOWN(&self->bed);
}

/* Visibility */

TEST_F(control, lists_a_device_and_its_owner)
{
	struct vsock_bridge_device dev;
	char comm[17] = "";

	ASSERT_EQ(0, prctl(PR_GET_NAME, comm));
	ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_EQ(getpid(), dev.pid);
	EXPECT_EQ(geteuid(), dev.uid);
	EXPECT_STREQ(comm, dev.comm);
	EXPECT_EQ(self->bed.guest.cfg.cid, dev.guest_cid);
	EXPECT_EQ(self->bed.guest.features, dev.features);
	ASSERT_EQ(strlen(self->bed.path), dev.path_len);
	EXPECT_EQ(0, memcmp(self->bed.path, dev.path, dev.path_len));
	EXPECT_EQ(VSOCK_BRIDGE_DEVICE_OWNED | VSOCK_BRIDGE_DEVICE_RUNNING |
		  VSOCK_BRIDGE_DEVICE_LISTENS | VSOCK_BRIDGE_DEVICE_CONNECTS,
		  dev.flags);
}

TEST_F(control, lists_a_stopped_device_as_not_running)
{
	struct vsock_bridge_device dev;

	ASSERT_EQ(0, guest_stop(&self->bed.guest));
	ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_FALSE(dev.flags & VSOCK_BRIDGE_DEVICE_RUNNING);
}

TEST_F(control, lists_the_opener_of_a_device_without_owner)
{
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	struct vsock_bridge_device dev;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, control_device(self->fd, control_number(fd), &dev));
	EXPECT_EQ(getpid(), dev.pid);
	EXPECT_EQ(0, dev.flags);
	EXPECT_EQ(0, dev.path_len);
	EXPECT_EQ(0, dev.guest_cid);
	close(fd);
}

TEST_F(control, lists_each_device_once_by_number)
{
	struct vsock_bridge_device dev = { .size = sizeof(dev) };
	int fd[3], i, seen = 0;
	uint32_t before = 0;

	for (i = 0; i < 3; i++) {
		fd[i] = open(guest_device(), O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, fd[i]);
	}
	while (!ioctl(self->fd, VSOCK_BRIDGE_NEXT_DEVICE, &dev)) {
		EXPECT_LT(before, dev.device);
		before = dev.device;
		for (i = 0; i < 3; i++)
			seen += control_number(fd[i]) == dev.device;
	}
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(3, seen);
	for (i = 0; i < 3; i++)
		close(fd[i]);
}

TEST_F(control, does_not_list_a_closed_device)
{
	struct vsock_bridge_device dev;

	bed_close(&self->bed);
	EXPECT_EQ(-ENOENT, control_device(self->fd, self->number, &dev));
}

TEST_F(control, does_not_reuse_a_device_number_at_once)
{
	int fd;

	bed_close(&self->bed);
	fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_NE(self->number, control_number(fd));
	close(fd);
}

/* Looks for the bed's device as user SOMEBODY, on the node that root opened. */
static int look_as_somebody(void *arg)
{
	FIXTURE_DATA(control) *self = arg;
	struct vsock_bridge_device dev;
	int err = process_become(SOMEBODY);

	return -(err ?: control_device(self->fd, self->number, &dev));
}

static int select_as_somebody(void *arg)
{
	FIXTURE_DATA(control) *self = arg;
	int err = process_become(SOMEBODY);

	return -(err ?: control_select(self->fd, self->number));
}

TEST_F(control, hides_devices_from_other_users)
{
	EXPECT_EQ(ENOENT, process_run(look_as_somebody, self));
}

TEST_F(control, does_not_let_other_users_select_a_device)
{
	EXPECT_EQ(ENOENT, process_run(select_as_somebody, self));
}

/*
 * User SOMEBODY becomes the owner of a device that root opened, and keeps it.
 */
static void own_as_somebody(struct process *p, void *arg)
{
	int fd = *(int *)arg, err = process_become(SOMEBODY);

	if (!err && ioctl(fd, VHOST_SET_OWNER))
		err = -errno;
	process_ready(p, err);
	process_wait(p);
}

TEST_F(control, shows_a_device_to_the_same_user)
{
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	struct vsock_bridge_device dev;
	struct process p;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, process_start(&p, own_as_somebody, &fd));
	self->number = control_number(fd);
	EXPECT_EQ(0, process_run(look_as_somebody, self));
	EXPECT_EQ(0, process_run(select_as_somebody, self));
	ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_EQ(SOMEBODY, dev.uid);
	EXPECT_EQ(p.pid, dev.pid);
	process_end(&p);
	close(fd);
}

/* User SOMEBODY opens a device. */
static void open_as_somebody(struct process *p, void *arg)
{
	uint32_t *number = arg;
	int fd = -1, err = process_become(SOMEBODY);

	if (!err)
		fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	*number = fd < 0 ? 0 : control_number(fd);
	process_ready(p, fd < 0 ? EACCES : 0);
	process_wait(p);
}

TEST_F(control, shows_all_devices_to_root)
{
	struct vsock_bridge_device dev;
	struct stat st;
	uint32_t *number;
	struct process p;

	number = mmap(NULL, sizeof(*number), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, number);
	ASSERT_EQ(0, stat(guest_device(), &st));
	ASSERT_EQ(0, chmod(guest_device(), 0666));
	ASSERT_EQ(0, process_start(&p, open_as_somebody, number));
	EXPECT_EQ(0, control_device(self->fd, *number, &dev));
	EXPECT_EQ(SOMEBODY, dev.uid);
	process_end(&p);
	chmod(guest_device(), st.st_mode & 0777);
	munmap(number, sizeof(*number));
}

/* The data path blocks on a page of the guest; the tool must not. */
TEST_F(control, lists_a_device_with_a_blocked_data_path)
{
	struct vsock_bridge_device dev;
	struct hold hold;

	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	ASSERT_EQ(0, hold_begin(&hold, &self->bed.guest));
	EXPECT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_EQ(self->bed.guest.cfg.cid, dev.guest_cid);
	hold_end(&hold);
}

TEST_F(control, lists_a_device_whose_owner_was_killed)
{
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	struct vsock_bridge_device dev;
	struct process p;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, process_start(&p, own_as_somebody, &fd));
	self->number = control_number(fd);
	ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_EQ(VSOCK_BRIDGE_DEVICE_OWNED, dev.flags);
	process_kill(&p);
	if (worker_is_a_thread_of_its_owner()) {
		ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
		EXPECT_EQ(VSOCK_BRIDGE_DEVICE_OWNED | VSOCK_BRIDGE_DEVICE_DEAD,
			  dev.flags);
	}
	close(fd);
}

/* A size larger than the module's comes back unchanged. */
TEST_F(control, keeps_a_larger_size_of_the_caller)
{
	struct {
		struct vsock_bridge_device dev;
		uint64_t more;
	} arg = { .dev = { .size = sizeof(arg) } };
	int seen = 0;

	while (!ioctl(self->fd, VSOCK_BRIDGE_NEXT_DEVICE, &arg)) {
		EXPECT_EQ(sizeof(arg), arg.dev.size);
		seen += arg.dev.device == self->number;
	}
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(1, seen);
	arg.more = 1;
	ASSERT_IOCTL_FAILS(E2BIG, self->fd, VSOCK_BRIDGE_NEXT_DEVICE, &arg);
}

/* Operations */

/* The argument of a tool's ioctl is in memory whose fault is held up. */
FIXTURE(slow)
{
	struct bed bed;
	struct hold hold;
	int fd;
};

FIXTURE_VARIANT(slow)
{
	unsigned long request;
};

#define SLOW(name)							\
FIXTURE_VARIANT_ADD(slow, name) { .request = VSOCK_BRIDGE_##name }

SLOW(GET_INFO);
SLOW(GET_STATS);
SLOW(GET_LIMITS);
SLOW(SET_LIMITS);
SLOW(GET_STATE);
SLOW(SET_STATE);
SLOW(GET_CONNS);
SLOW(DROP_CONN);
SLOW(SET_PORT);
SLOW(SET_UDS);

FIXTURE_SETUP(slow)
{
	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	BED_SETUP(&self->bed, NULL);
	self->fd = control_of(self->bed.guest.fd);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, hold_ioctl(&self->hold, self->fd, variant->request));
}

FIXTURE_TEARDOWN(slow)
{
	hold_end(&self->hold);
	close(self->fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(slow, tool_blocks_neither_guest_nor_close)
{
	EXPECT_EQ(0, bed_works(&self->bed));
	bed_close(&self->bed);
}

/*
 * The same for an ioctl of the VMM, or of another process with the descriptor.
 */
FIXTURE(slow_vhost)
{
	struct bed bed;
	struct hold hold;
};

FIXTURE_VARIANT(slow_vhost)
{
	unsigned long request;
};

#define SLOW_VHOST(name)						\
FIXTURE_VARIANT_ADD(slow_vhost, name) { .request = VHOST_##name }

SLOW_VHOST(GET_FEATURES);
SLOW_VHOST(SET_FEATURES);
SLOW_VHOST(GET_BACKEND_FEATURES);
SLOW_VHOST(SET_BACKEND_FEATURES);
SLOW_VHOST(SET_MEM_TABLE);
SLOW_VHOST(SET_LOG_BASE);
SLOW_VHOST(SET_LOG_FD);
SLOW_VHOST(SET_VRING_NUM);
SLOW_VHOST(SET_VRING_ADDR);
SLOW_VHOST(SET_VRING_BASE);
SLOW_VHOST(GET_VRING_BASE);
SLOW_VHOST(SET_VRING_KICK);
SLOW_VHOST(SET_VRING_CALL);
SLOW_VHOST(SET_VRING_ERR);
SLOW_VHOST(SET_VRING_BUSYLOOP_TIMEOUT);
SLOW_VHOST(GET_VRING_BUSYLOOP_TIMEOUT);
SLOW_VHOST(VSOCK_SET_GUEST_CID);
SLOW_VHOST(VSOCK_SET_RUNNING);

FIXTURE_SETUP(slow_vhost)
{
	if (!hold_is_possible())
		SKIP(return, "no userfaultfd");
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, hold_ioctl(&self->hold, self->bed.guest.fd,
				variant->request));
}

FIXTURE_TEARDOWN(slow_vhost)
{
	hold_end(&self->hold);
	BED_TEARDOWN(&self->bed);
}

TEST_F(slow_vhost, argument_does_not_block_the_device)
{
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(control, without_selection_answers_only_get_info)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };
	struct vsock_bridge_info info = { .size = sizeof(info) };

	ASSERT_IOCTL_FAILS(ENODEV, self->fd, VSOCK_BRIDGE_GET_STATS, &stats);
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_INFO, &info));
	EXPECT_NE(0, info.version[0]);
}

TEST_F(control, selects_a_device_only_once)
{
	ASSERT_EQ(0, control_select(self->fd, self->number));
	EXPECT_EQ(-EBUSY, control_select(self->fd, self->number));
}

TEST_F(control, does_not_select_an_unused_number)
{
	EXPECT_EQ(-ENOENT, control_select(self->fd, 0));
	EXPECT_EQ(-ENOENT, control_select(self->fd, UINT32_MAX));
	EXPECT_EQ(0, control_select(self->fd, self->number));
}

TEST_F(control, refuses_vhost_ioctls)
{
	uint64_t features;
	int stop = 0;

	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_IOCTL_FAILS(ENOTTY, self->fd, VHOST_GET_FEATURES, &features);
	ASSERT_IOCTL_FAILS(ENOTTY, self->fd, VHOST_VSOCK_SET_RUNNING, &stop);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(control, fails_if_the_selected_device_was_closed)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };
	struct vsock_bridge_conn conn;

	ASSERT_EQ(0, control_select(self->fd, self->number));
	bed_close(&self->bed);
	ASSERT_IOCTL_FAILS(EIO, self->fd, VSOCK_BRIDGE_GET_STATS, &stats);
	EXPECT_EQ(-EIO, control_conns(self->fd, 0, &conn, 1));
	EXPECT_EQ(-EIO, bed_set_uds(self->fd, self->bed.path));
}

TEST_F(control, sets_limits_of_a_running_device)
{
	struct vsock_bridge_limits limits = {
		.size = sizeof(limits),
		.max_connections = 17,
	};

	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_SET_LIMITS, &limits));
	limits.max_connections = 0;
	ASSERT_EQ(0, ioctl(self->bed.guest.fd, VSOCK_BRIDGE_GET_LIMITS,
			   &limits));
	EXPECT_EQ(17, limits.max_connections);
}

TEST_F(control, moves_a_running_device_to_another_path)
{
	struct vsock_bridge_device dev;
	char old[BED_PATH_SIZE];

	ASSERT_EQ(0, control_select(self->fd, self->number));
	strcpy(old, self->bed.path);
	strcat(self->bed.path, "2");
	ASSERT_EQ(0, bed_set_uds(self->fd, self->bed.path));
	EXPECT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, control_device(self->fd, self->number, &dev));
	EXPECT_EQ(strlen(self->bed.path), dev.path_len);
	EXPECT_EQ(0, memcmp(self->bed.path, dev.path, dev.path_len));
	unlink(old);
}

/* Connections */

TEST_F(control, lists_a_connection_from_the_host)
{
	struct bed_flow flow = { .to_host = 3000, .to_guest = 5000, .seed = 1 };
	struct vsock_bridge_conn conn;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, bed_move(&self->bed, &pair, &flow));
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, control_conn(self->fd, pair.conn->peer, PORT, &conn));
	EXPECT_EQ(VIRTIO_VSOCK_TYPE_STREAM, conn.type);
	EXPECT_EQ(VSOCK_BRIDGE_CONN_OPEN, conn.state);
	EXPECT_EQ(0, conn.flags);
	EXPECT_EQ(getpid(), conn.pid);
	EXPECT_EQ(geteuid(), conn.uid);
	EXPECT_EQ(3000, conn.tx_bytes);
	EXPECT_EQ(5000, conn.rx_bytes);
	EXPECT_EQ(0, conn.buffered);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, conn.tx_credit);
	EXPECT_EQ(GUEST_BUF_ALLOC - (pair.conn->rx_cnt - pair.conn->fwd_reported),
		  conn.rx_credit);
	close(pair.fd);
}

TEST_F(control, lists_a_connection_from_the_guest)
{
	struct vsock_bridge_conn conn;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, control_conn(self->fd, PORT, pair.conn->local, &conn));
	EXPECT_EQ(VSOCK_BRIDGE_CONN_BY_GUEST, conn.flags);
	EXPECT_EQ(getpid(), conn.pid);
	close(pair.fd);
}

/* If the host program does not read, the device keeps the rest. */
TEST_F(control, lists_what_a_connection_waits_for)
{
	struct vsock_bridge_conn conn;
	static char data[65536];
	struct bed_pair pair;
	size_t sent = 0;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	do {
		sent += guest_conn_send(pair.conn, data, sizeof(data),
					sizeof(data));
		ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	} while (guest_conn_credit(pair.conn));
	ASSERT_EQ(0, control_conn(self->fd, pair.conn->peer, PORT, &conn));
	EXPECT_EQ(0, conn.tx_credit);
	EXPECT_EQ(VSOCK_BRIDGE_CONN_WAITS_HOST, conn.flags);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, conn.buffered);
	EXPECT_EQ(sent, conn.tx_bytes);
	close(pair.fd);
}

TEST_F(control, lists_a_client_before_its_connect_line)
{
	struct vsock_bridge_conn conn;
	int fd = uds_connect(self->bed.path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, control_conn(self->fd, 0, 0, &conn));
	EXPECT_EQ(VSOCK_BRIDGE_CONN_HANDSHAKE, conn.state);
	EXPECT_EQ(getpid(), conn.pid);
	close(fd);
}

TEST_F(control, lists_connections_in_the_order_they_opened)
{
	struct vsock_bridge_conn conns[5];
	struct bed_pair pair[5];
	uint64_t after = 0;
	int i, n;

	ASSERT_EQ(0, control_select(self->fd, self->number));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], PORT + i));
	for (i = 0; i < 5; i += n) {
		n = control_conns(self->fd, after, &conns[i], 2);
		ASSERT_EQ(i < 4 ? 2 : 1, n);
		EXPECT_LT(after, conns[i].id);
		after = conns[i + n - 1].id;
	}
	EXPECT_EQ(0, control_conns(self->fd, after, conns, 1));
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(PORT + i, conns[i].guest_port);
		close(pair[i].fd);
	}
}

/* A newer caller gets 0 in each field that the module does not know. */
TEST_F(control, zeroes_fields_that_only_the_caller_knows)
{
	struct {
		struct vsock_bridge_conn conn;
		uint64_t more;
	} got[2];
	struct vsock_bridge_conns arg = {
		.size = sizeof(arg),
		.nr = 2,
		.conns = (uintptr_t)got,
		.conn_size = sizeof(got[0]),
	};
	struct bed_pair pair[2];

	memset(got, 0xff, sizeof(got));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[0], PORT));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[1], PORT + 1));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_CONNS, &arg));
	ASSERT_EQ(2, arg.nr);
	EXPECT_EQ(got[1].conn.id, arg.after);
	EXPECT_EQ(PORT, got[0].conn.guest_port);
	EXPECT_EQ(PORT + 1, got[1].conn.guest_port);
	EXPECT_EQ(0, got[0].more);
	EXPECT_EQ(0, got[1].more);
	close(pair[0].fd);
	close(pair[1].fd);
}

TEST_F(control, refuses_bad_conn_sizes_and_addresses)
{
	struct vsock_bridge_conn conn;
	struct vsock_bridge_conns arg = {
		.size = sizeof(arg),
		.nr = 1,
		.conns = (uintptr_t)&conn,
		.conn_size = sizeof(conn) - 1,
	};
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VSOCK_BRIDGE_GET_CONNS, &arg);
	arg.conn_size = UINT32_MAX;
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VSOCK_BRIDGE_GET_CONNS, &arg);
	arg.conn_size = sizeof(conn);
	arg.conns = 0;
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VSOCK_BRIDGE_GET_CONNS, &arg);
	close(pair.fd);
}

TEST_F(control, drops_a_connection_for_both_sides)
{
	struct bed_pair pair, other;
	struct vsock_bridge_conn conn;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &other, PORT + 1));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, control_conn(self->fd, pair.conn->peer, PORT, &conn));
	ASSERT_EQ(0, control_drop(self->fd, conn.id));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->reset));
	EXPECT_EQ(-ENOENT, control_drop(self->fd, conn.id));
	EXPECT_EQ(0, bed_echo(&self->bed, &other));
	close(pair.fd);
	close(other.fd);
}

TEST_F(control, drops_a_client_before_its_connect_line)
{
	struct vsock_bridge_conn conn;
	int fd = uds_connect(self->bed.path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	ASSERT_EQ(0, control_select(self->fd, self->number));
	ASSERT_EQ(0, control_conn(self->fd, 0, 0, &conn));
	ASSERT_EQ(0, control_drop(self->fd, conn.id));
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(0, BED_STAT(&self->bed, handshakes));
	close(fd);
}

/* The device's own descriptor can list and drop connections as well. */
TEST_F(control, device_descriptor_lists_and_drops_connections)
{
	struct vsock_bridge_conn conn;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, control_conn(self->bed.guest.fd, pair.conn->peer, PORT,
				  &conn));
	EXPECT_EQ(0, control_drop(self->bed.guest.fd, conn.id));
	close(pair.fd);
}

TEST_HARNESS_MAIN
