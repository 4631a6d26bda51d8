// SPDX-License-Identifier: GPL-2.0
/*
 * The device coalesces TX interrupts with later ones, but it signals every used
 * chain in the end.
 */
#include "harness.h"

#include <endian.h>
#include <poll.h>

#include <linux/vhost.h>

FIXTURE(call)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(call)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
}

FIXTURE_TEARDOWN(call)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

static bool is_called(struct guest_ring *ring)
{
	struct pollfd p = { .fd = ring->call, .events = POLLIN };

	return poll(&p, 1, WAIT_MS) == 1;
}

/* Takes the used chains and requests a call for the next one. */
static bool want_call(struct guest *g)
{
	guest_tx_reap(g);
	guest_ring_drain_calls(&g->tx);
	return guest_ring_calls_on(&g->tx);
}

/* Sends a packet that needs no reply. */
static int send_one(struct bed_pair *pair)
{
	return guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
}

TEST_F(call, single_packet_is_signalled)
{
	struct guest *g = &self->bed.guest;

	for (int i = 0; i < 2000; i++) {
		while (!want_call(g))
			;
		ASSERT_EQ(0, send_one(&self->pair));
		ASSERT_TRUE(is_called(&g->tx)) {
			TH_LOG("packet %d", i);
		}
	}
}

/*
 * The device signals the last packet of a burst even if it deferred the others.
 */
TEST_F(call, last_packet_of_a_burst_is_signalled)
{
	struct guest *g = &self->bed.guest;

	for (int i = 0; i < 500; i++) {
		for (int n = 0; n < i % 9; n++)
			ASSERT_EQ(0, send_one(&self->pair));
		while (!want_call(g))
			;
		ASSERT_EQ(0, send_one(&self->pair));
		ASSERT_TRUE(is_called(&g->tx)) {
			TH_LOG("burst %d", i);
		}
	}
}

static bool is_used(struct guest_ring *ring)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	while (!guest_ring_pending(ring))
		if (!deadline_left(deadline))
			return false;
	return true;
}

TEST_F(call, stop_sends_deferred_calls)
{
	struct guest *g = &self->bed.guest;

	for (int i = 0; i < 50; i++) {
		while (!want_call(g))
			;
		ASSERT_EQ(0, send_one(&self->pair));
		ASSERT_TRUE(is_used(&g->tx));
		ASSERT_EQ(0, guest_stop(g));
		EXPECT_LT(0, guest_ring_drain_calls(&g->tx));
		ASSERT_EQ(0, guest_run(g));
	}
}

/*
 * Before it replaces the call eventfd, the device signals deferred calls on it.
 */
TEST_F(call, deferred_call_is_sent_before_its_eventfd_is_replaced)
{
	struct guest *g = &self->bed.guest;

	for (int i = 0; i < 50; i++) {
		while (!want_call(g))
			;
		ASSERT_EQ(0, send_one(&self->pair));
		ASSERT_TRUE(is_used(&g->tx));
		ASSERT_EQ(0, guest_ring_set_file(&g->tx, g->fd,
						 VHOST_SET_VRING_CALL, -1));
		ASSERT_EQ(0, guest_ring_set_file(&g->tx, g->fd,
						 VHOST_SET_VRING_CALL,
						 g->tx.call));
		ASSERT_LT(0, guest_ring_drain_calls(&g->tx)) {
			TH_LOG("eventfd %d", i);
		}
	}
}

TEST_HARNESS_MAIN
