// SPDX-License-Identifier: GPL-2.0
/*
 * Tests the example for VMM authors, which this file includes unchanged, with a
 * guest.
 */
#include "harness.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../../../examples/vmm/vsock_device.c"
#include "process.h"

FIXTURE(example)
{
	struct bed bed;
};

/* The device that the example opens replaces the bed's own. */
FIXTURE_SETUP(example)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(&self->bed, NULL));
	close(self->bed.guest.fd);
	unlink(self->bed.path);
	self->bed.guest.fd = vsock_open(guest_device(), self->bed.path);
	ASSERT_LE(0, self->bed.guest.fd);
}

FIXTURE_TEARDOWN(example)
{
	BED_TEARDOWN(&self->bed);
}

static struct vsock_ring ring_of(const struct guest_ring *ring)
{
	return (struct vsock_ring){
		.num = ring->vr.num,
		.desc = ring->vr.desc,
		.avail = ring->vr.avail,
		.used = ring->vr.used,
		.kick = ring->kick,
		.call = ring->call,
	};
}

static int start(struct guest *g)
{
	struct vsock_ring rings[] = { ring_of(&g->rx), ring_of(&g->tx) };
	struct vhost_memory *mem;
	int err;

	mem = calloc(1, sizeof(*mem) + g->mem.nr * sizeof(mem->regions[0]));
	if (!mem)
		return -ENOMEM;
	mem->nregions = g->mem.nr;
	for (unsigned int i = 0; i < g->mem.nr; i++) {
		mem->regions[i].guest_phys_addr = g->mem.regions[i].gpa;
		mem->regions[i].memory_size = g->mem.regions[i].size;
		mem->regions[i].userspace_addr = (uintptr_t)g->mem.regions[i].va;
	}
	err = vsock_start(g->fd, 3, 1ULL << VIRTIO_F_VERSION_1, mem, rings);
	free(mem);
	return err;
}

TEST_F(example, moves_bytes_both_ways)
{
	guest_fill_rx(&self->bed.guest);
	ASSERT_EQ(0, start(&self->bed.guest));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(example, restarts_a_guest_after_a_reset)
{
	struct guest *g = &self->bed.guest;

	guest_fill_rx(g);
	ASSERT_EQ(0, start(g));
	ASSERT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, guest_stop(g));
	guest_reset(g);
	guest_fill_rx(g);
	ASSERT_EQ(0, start(g));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(example, falls_back_without_a_node)
{
	char node[BED_PATH_SIZE];

	bed_port_path(&self->bed, 1, node);
	EXPECT_EQ(-ENODEV, vsock_open(node, self->bed.path));
}

/* A container may have a node whose number belongs to no driver. */
TEST_F(example, falls_back_without_a_driver)
{
	char node[BED_PATH_SIZE];

	bed_port_path(&self->bed, 1, node);
	ASSERT_EQ(0, mknod(node, S_IFCHR | 0600, makedev(10, 254)));
	EXPECT_EQ(-ENODEV, vsock_open(node, self->bed.path));
}

static int open_as_nobody(void *arg)
{
	int fd;

	if (process_become(NOBODY))
		return 255;
	fd = vsock_open(guest_device(), arg);
	return fd < 0 ? -fd : 0;
}

TEST_F(example, does_not_fall_back_without_permission)
{
	EXPECT_EQ(EACCES, process_run(open_as_nobody, self->bed.path));
}

TEST_F(example, does_not_fall_back_if_the_path_exists)
{
	EXPECT_EQ(-EADDRINUSE, vsock_open(guest_device(), self->bed.path));
}

TEST_F(example, does_not_fall_back_if_the_folder_is_missing)
{
	char path[BED_PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s/none/v", self->bed.dir);
	EXPECT_EQ(-ENOENT, vsock_open(guest_device(), path));
}

TEST_HARNESS_MAIN
