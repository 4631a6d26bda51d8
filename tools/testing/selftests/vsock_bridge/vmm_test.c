// SPDX-License-Identifier: GPL-2.0
/* The order of the VMMs' ioctls, and what VMMs change while running. */
#include "harness.h"

#include <sys/eventfd.h>

FIXTURE(vmm)
{
	struct bed bed;
	struct guest *g;
};

FIXTURE_SETUP(vmm)
{
	SKIP_WITHOUT(guest_device());
	self->g = &self->bed.guest;
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
}

FIXTURE_TEARDOWN(vmm)
{
	BED_TEARDOWN(&self->bed);
}

static void run_like_qemu(struct __test_metadata *_metadata, struct guest *g)
{
	ASSERT_EQ(0, guest_realize(g));
	ASSERT_EQ(0, guest_run(g));
}

TEST_F(vmm, sequence_of_qemu_works)
{
	run_like_qemu(_metadata, self->g);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(vmm, chains_posted_before_the_start_are_found)
{
	struct virtio_vsock_hdr h = guest_hdr(self->g, VIRTIO_VSOCK_OP_REQUEST,
					      5, 6);
	struct virtio_vsock_hdr answer;

	ASSERT_EQ(0, guest_send(self->g, &h, NULL, deadline_in(WAIT_MS)));
	run_like_qemu(_metadata, self->g);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &answer,
				     deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_RST, answer.op);
}

TEST_F(vmm, host_client_before_the_start_is_served)
{
	struct bed_pair pair;

	ASSERT_EQ(0, guest_realize(self->g));
	pair.fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, pair.fd);
	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, guest_run(self->g));
	pair.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	close(pair.fd);
}

TEST_F(vmm, memory_table_may_change_while_running)
{
	struct bed_flow flow = { .to_host = 100000, .to_guest = 100000 };
	struct guest *g = self->g;
	struct bed_pair pair;

	run_like_qemu(_metadata, g);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_mem_map(&g->mem, 0x200000000, GUEST_REGION_SIZE));
	ASSERT_EQ(0, guest_mem_set_table(&g->mem, g->fd));
	EXPECT_EQ(0, bed_move(&self->bed, &pair, &flow));
	close(pair.fd);
}

TEST_F(vmm, calls_may_be_masked_and_unmasked_while_running)
{
	struct guest_ring *rx = &self->g->rx;
	int masked = eventfd(0, EFD_NONBLOCK);
	struct bed_pair pair;

	run_like_qemu(_metadata, self->g);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, guest_ring_set_file(rx, self->g->fd,
						 VHOST_SET_VRING_CALL, masked));
		ASSERT_EQ(0, guest_ring_set_file(rx, self->g->fd,
						 VHOST_SET_VRING_CALL,
						 rx->call));
		ASSERT_EQ(0, bed_echo(&self->bed, &pair));
	}
	close(pair.fd);
}

TEST_F(vmm, kick_eventfd_may_be_replaced_while_running)
{
	struct guest_ring *tx = &self->g->tx;
	struct bed_pair pair;
	int old;

	run_like_qemu(_metadata, self->g);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	old = tx->kick;
	tx->kick = eventfd(0, EFD_NONBLOCK);
	ASSERT_EQ(0, guest_ring_set_file(tx, self->g->fd, VHOST_SET_VRING_KICK,
					 tx->kick));
	close(old);
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(vmm, addresses_and_features_may_be_set_again_while_running)
{
	struct guest *g = self->g;
	struct bed_pair pair;

	run_like_qemu(_metadata, g);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, guest_set_features(g, g->features));
	ASSERT_EQ(0, guest_ring_set_addr(&g->rx, g->fd));
	ASSERT_EQ(0, guest_ring_set_addr(&g->tx, g->fd));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(vmm, spurious_kick_is_harmless)
{
	run_like_qemu(_metadata, self->g);
	for (int i = 0; i < 10; i++) {
		guest_ring_force_kick(&self->g->rx);
		guest_ring_force_kick(&self->g->tx);
	}
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
