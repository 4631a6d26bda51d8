// SPDX-License-Identifier: GPL-2.0
/* The examples in tools/examples/ioctls, included as they are, and run. */
#include "harness.h"

#include "../../../examples/ioctls/control.c"
#include "../../../examples/ioctls/limits.c"
#include "../../../examples/ioctls/ports.c"
#include "../../../examples/ioctls/snapshot.c"
#include "../../../examples/ioctls/stats.c"
#include "control.h"

FIXTURE(examples)
{
	struct bed bed;
	struct guest *g;
};

FIXTURE_SETUP(examples)
{
	struct guest_config cfg = { .event_num = 8 };

	self->g = &self->bed.guest;
	BED_SETUP(&self->bed, &cfg);
}

FIXTURE_TEARDOWN(examples)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(examples, mapped_port_leads_to_its_path)
{
	char path[BED_PATH_SIZE];
	int mapped, other;

	snprintf(path, sizeof(path), "%s/mapped", self->bed.dir);
	mapped = uds_listen(path);
	other = bed_listen(&self->bed, 7);
	ASSERT_EQ(0, port_connect(self->g->fd, 9, path));
	EXPECT_TRUE(bed_reaches(&self->bed, 9, mapped));
	EXPECT_FALSE(bed_reaches(&self->bed, 7, other));
	ASSERT_EQ(0, port_allow_others(self->g->fd));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, other));
	close(mapped);
	close(other);
}

TEST_F(examples, limit_is_as_it_was_set)
{
	uint32_t connections = 0;

	ASSERT_EQ(0, limits_shrink(self->g->fd, 64, 1 << 20));
	ASSERT_EQ(0, limits_connections(self->g->fd, &connections));
	EXPECT_EQ(64, connections);
}

TEST_F(examples, limit_out_of_range_fails)
{
	EXPECT_EQ(-EINVAL, limits_shrink(self->g->fd, UINT32_MAX, 0));
}

TEST_F(examples, stats_count_the_bytes_of_both_directions)
{
	uint64_t tx = 0, rx = 0;

	ASSERT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, stats_bytes(self->g->fd, &tx, &rx));
	EXPECT_EQ(2, tx);
	EXPECT_EQ(2, rx);
}

TEST_F(examples, device_is_found_by_its_path)
{
	uint64_t tx = 0, rx = 0;
	int fd;

	SKIP_WITHOUT(CONTROL_NODE);
	fd = device_find(CONTROL_NODE, self->bed.path);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, stats_bytes(fd, &tx, &rx));
	EXPECT_EQ(control_number(self->g->fd), control_number(fd));
	close(fd);
	EXPECT_EQ(-ENOENT, device_find(CONTROL_NODE, "/no/such/path"));
}

static int prepare_ring(struct guest *g, struct guest_ring *ring)
{
	int err = guest_ring_set_num(ring, g->fd);

	err = err ?: guest_ring_set_addr(ring, g->fd);
	return err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_KICK, ring->kick);
}

/* A new device with everything but what the snapshot has saved. */
static int prepare_restore(struct bed *bed)
{
	struct guest *g = &bed->guest;
	int err = guest_reopen(g);

	unlink(bed->path);
	err = err ?: bed_set_uds(g->fd, bed->path);
	err = err ?: guest_realize(g);
	err = err ?: guest_set_features(g, g->features);
	err = err ?: guest_mem_set_table(&g->mem, g->fd);
	err = err ?: prepare_ring(g, &g->rx);
	err = err ?: prepare_ring(g, &g->tx);
	return err ?: prepare_ring(g, &g->event);
}

TEST_F(examples, restored_guest_has_new_connections_only)
{
	struct saved_device saved;
	struct bed_pair pair;
	uint32_t event;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, snapshot_save(self->g->fd, &saved));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	close(pair.fd);
	ASSERT_EQ(0, prepare_restore(&self->bed));
	ASSERT_EQ(0, snapshot_restore(self->g->fd, &saved));

	/* the guest resets its sockets, then gives the event buffer back */
	ASSERT_EQ(0, guest_event_wait(self->g, &event, deadline_in(WAIT_MS)));
	EXPECT_EQ(VSOCK_BRIDGE_EVENT_TRANSPORT_RESET, event);
	guest_mux_poll(&self->bed.mux);
	guest_mux_fini(&self->bed.mux);
	guest_event_fill(self->g);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
