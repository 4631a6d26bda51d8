// SPDX-License-Identifier: GPL-2.0
/*
 * Busy polling, VHOST_SET_VRING_BUSYLOOP_TIMEOUT: the device finds packets
 * without a kick, and does not miss packets that the guest sends as polling
 * ends.
 */
#include "harness.h"

#include <linux/vhost.h>

FIXTURE(polling)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(polling)
{
	unsigned int queue;
	unsigned int us;
};

FIXTURE_VARIANT_ADD(polling, tx_for_20_us) { .queue = 1, .us = 20 };
FIXTURE_VARIANT_ADD(polling, rx_for_20_us) { .queue = 0, .us = 20 };
FIXTURE_VARIANT_ADD(polling, tx_for_5_ms) { .queue = 1, .us = 5000 };

static int set_timeout(struct bed *bed, unsigned int queue, unsigned int us)
{
	struct vhost_vring_state s = { .index = queue, .num = us };

	return ioctl(bed->guest.fd, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &s);
}

FIXTURE_SETUP(polling)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, set_timeout(&self->bed, variant->queue, variant->us));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(polling)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

TEST_F(polling, carries_both_directions)
{
	struct bed_flow flow = { .to_host = 300000, .to_guest = 300000,
				 .packet = 5000, .seed = variant->us };

	ASSERT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
}

/* Pauses around the timeout: some end just when the worker stops polling. */
TEST_F(polling, finds_packets_sent_as_polling_ends)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct timespec t = { 0, (i % 30) * variant->us * 1000L / 15 };

		nanosleep(&t, NULL);
		ASSERT_EQ(0, bed_echo(&self->bed, &self->pair)) {
			TH_LOG("after %ld ns", t.tv_nsec);
		}
	}
}

TEST_F(polling, continues_after_stop_and_restart)
{
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
		ASSERT_EQ(0, guest_stop(&self->bed.guest));
		ASSERT_EQ(0, guest_run(&self->bed.guest));
	}
	ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
}

/* A timeout of 0 also disables automatic polling. */
TEST(timeout_0_always_asks_for_a_kick)
{
	struct guest_ring *tx;
	struct bed_pair pair;
	uint64_t deadline;
	struct bed bed;

	BED_SETUP(&bed, NULL);
	tx = &bed.guest.tx;
	ASSERT_EQ(0, set_timeout(&bed, 1, 0));
	ASSERT_EQ(0, bed_host_pair(&bed, &pair, 80));
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, bed_echo(&bed, &pair));
		ASSERT_EQ(0, bed_settle(&bed));
		/*
		 * the device sets the event index to the next chain, which does
		 * not exist yet
		 */
		deadline = deadline_in(WAIT_MS);
		while (tx->shown_idx != vring_avail_event(&tx->vr) &&
		       deadline_left(deadline))
			guest_mux_step(&bed.mux, -1, 0, deadline_in(1));
		ASSERT_EQ(tx->shown_idx, vring_avail_event(&tx->vr));
	}
	close(pair.fd);
	BED_TEARDOWN(&bed);
}

TEST(packets_are_found_without_a_kick)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	struct bed_pair pair;
	struct guest_ring *tx;
	struct bed bed;
	uint16_t event;

	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		SKIP(return, "polling needs a second processor");
	BED_SETUP(&bed, NULL);
	tx = &bed.guest.tx;
	ASSERT_EQ(0, bed_host_pair(&bed, &pair, 80));
	/* so long that polling does not end during the test */
	ASSERT_EQ(0, set_timeout(&bed, 1, 10 * WAIT_MS * 1000));
	/*
	 * A worker that waits for a kick moves the event index. A polling
	 * worker moves it too when another task needs the processor, but not
	 * every time.
	 */
	do {
		ASSERT_EQ(0, bed_echo(&bed, &pair));
		event = vring_avail_event(&tx->vr);
		ASSERT_EQ(0, bed_echo(&bed, &pair));
	} while (event != vring_avail_event(&tx->vr) &&
		 deadline_left(deadline));
	EXPECT_EQ(event, vring_avail_event(&tx->vr));
	close(pair.fd);
	BED_TEARDOWN(&bed);
}

TEST_HARNESS_MAIN
