// SPDX-License-Identifier: GPL-2.0
/*
 * Tests the user-space guest driver against the kernel's vhost-vsock, with
 * AF_VSOCK as the other end. The driver is correct if it works there, so the
 * other programs can rely on it. Skipped without vhost_vsock.
 */
#include "harness.h"

#include <linux/vm_sockets.h>
#include <sys/socket.h>

#define STOCK "/dev/vhost-vsock"
#define GUEST_PORT 1234
#define HOST_PORT 5678

FIXTURE(guest)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(guest)
{
	struct guest_config cfg;
};

#define VARIANT(name, ...)						\
FIXTURE_VARIANT_ADD(guest, name)					\
{									\
	.cfg = { .device = STOCK, .cid = 4242, __VA_ARGS__ },		\
}

#define NO_EVENT_IDX .features = 1ULL << VIRTIO_F_VERSION_1

VARIANT(linear);
VARIANT(split, .tx_layout = GUEST_SPLIT, .rx_layout = GUEST_SPLIT);
VARIANT(scatter, .tx_layout = GUEST_SCATTER, .rx_layout = GUEST_SCATTER);
VARIANT(indirect, .tx_layout = GUEST_INDIRECT, .rx_layout = GUEST_INDIRECT);
VARIANT(no_event_idx, NO_EVENT_IDX);
VARIANT(tiny_rings, .rx_num = 2, .tx_num = 2);
VARIANT(large_rings, .rx_num = 1024, .tx_num = 1024);
VARIANT(large_rx_buffers, .rx_buf = 65536);

static struct sockaddr_vm vm_addr(unsigned int cid, unsigned int port)
{
	return (struct sockaddr_vm){
		.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port,
	};
}

static int vm_socket(void)
{
	return socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

FIXTURE_SETUP(guest)
{
	struct bed *bed = &self->bed;

	SKIP_WITHOUT(STOCK);
	bed->guest.fd = -1;
	ASSERT_EQ(0, guest_open(&bed->guest, &variant->cfg));
	guest_mux_init(&bed->mux, &bed->guest);
	ASSERT_EQ(0, guest_realize(&bed->guest));
	ASSERT_EQ(0, guest_run(&bed->guest));
	self->pair.fd = vm_socket();
	ASSERT_LE(0, self->pair.fd);
}

FIXTURE_TEARDOWN(guest)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* The host connects and the guest accepts. */
static void connect_host(struct __test_metadata *_metadata,
			 FIXTURE_DATA(guest) *self)
{
	struct sockaddr_vm addr = vm_addr(4242, GUEST_PORT);
	struct bed_pair *pair = &self->pair;

	guest_listen(&self->bed.mux, GUEST_PORT);
	ASSERT_EQ(-1, connect(pair->fd, (void *)&addr, sizeof(addr)));
	ASSERT_EQ(EINPROGRESS, errno);
	pair->conn = guest_accept(&self->bed.mux, GUEST_PORT,
				  deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair->conn);
	ASSERT_EQ(0, uds_wait(pair->fd, POLLOUT));
}

TEST_F(guest, accepts_and_moves_data_both_ways)
{
	struct bed_flow flow = { .to_host = 1 << 20, .to_guest = 1 << 20 };

	connect_host(_metadata, self);
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

TEST_F(guest, moves_small_packets)
{
	struct bed_flow flow = {
		.to_host = 20000, .to_guest = 20000, .packet = 7, .chunk = 100,
	};

	connect_host(_metadata, self);
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

TEST_F(guest, connects_to_a_listener)
{
	struct sockaddr_vm addr = vm_addr(VMADDR_CID_ANY, HOST_PORT);
	struct bed_flow flow = { .to_host = 100000, .to_guest = 100000 };
	struct bed_pair pair;

	ASSERT_EQ(0, bind(self->pair.fd, (void *)&addr, sizeof(addr)));
	ASSERT_EQ(0, listen(self->pair.fd, 1));
	/*
	 * The host keeps the port pair busy for a while, so use another for
	 * each run.
	 */
	pair.conn = guest_connect(&self->bed.mux, getpid(), HOST_PORT);
	ASSERT_NE(NULL, pair.conn);
	pair.fd = uds_accept(self->pair.fd);
	ASSERT_LE(0, pair.fd);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->open));
	ASSERT_EQ(0, bed_move(&self->bed, &pair, &flow));
	close(pair.fd);
}

TEST_F(guest, is_reset_without_a_listener)
{
	struct guest_conn *c = guest_connect(&self->bed.mux, 99, 9);

	ASSERT_NE(NULL, c);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
}

TEST_F(guest, sees_the_host_close)
{
	connect_host(_metadata, self);
	shutdown(self->pair.fd, SHUT_RDWR);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				self->pair.conn->peer_shutdown == 3));
}

TEST_F(guest, continues_after_stop_and_restart)
{
	struct bed_flow flow = { .to_host = 50000, .to_guest = 50000 };

	connect_host(_metadata, self);
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	ASSERT_EQ(0, guest_stop(&self->bed.guest));
	ASSERT_EQ(self->bed.guest.rx.base,
		  (uint16_t)self->bed.guest.rx.vr.used->idx);
	ASSERT_EQ(0, guest_run(&self->bed.guest));
	/* vhost-vsock loses a kick that arrives while it stops. */
	guest_ring_force_kick(&self->bed.guest.tx);
	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

TEST_HARNESS_MAIN
