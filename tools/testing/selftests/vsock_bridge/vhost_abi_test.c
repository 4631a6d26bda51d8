// SPDX-License-Identifier: GPL-2.0
/*
 * The vhost ioctls and their errors. The same tests run against the kernel's
 * vhost-vsock, whose answers the bridge must give as well.
 */
#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/eventfd.h>

FIXTURE(abi)
{
	struct guest guest;
	int fd;
};

/*
 * With the bridge, the device serves the event queue; with vhost-vsock, the VMM
 * does.
 */
FIXTURE_VARIANT(abi)
{
	const char *device;
	unsigned int rings;
	uint64_t more_features;
};

FIXTURE_VARIANT_ADD(abi, bridge)
{
	.device = NULL,
	.rings = 3,
	.more_features = 1ULL << VIRTIO_F_IN_ORDER,
};

FIXTURE_VARIANT_ADD(abi, vhost_vsock)
{
	.device = "/dev/vhost-vsock",
	.rings = 2,
};

FIXTURE_SETUP(abi)
{
	struct guest_config cfg = { .device = variant->device, .cid = 77 };

	SKIP_WITHOUT(variant->device ?: guest_device());
	ASSERT_EQ(0, guest_open(&self->guest, &cfg));
	self->fd = self->guest.fd;
}

FIXTURE_TEARDOWN(abi)
{
	guest_close(&self->guest);
}

/* Issues the ioctl in a child, which has another mm. */
static int ioctl_in_child(int fd, unsigned long request, void *arg)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(ioctl(fd, request, arg) ? errno : 0);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void become_owner(struct __test_metadata *_metadata,
			 FIXTURE_DATA(abi) *self)
{
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_OWNER, NULL));
}

static void run(struct __test_metadata *_metadata, FIXTURE_DATA(abi) *self)
{
	ASSERT_EQ(0, guest_realize(&self->guest));
	ASSERT_EQ(0, guest_run(&self->guest));
}

TEST_F(abi, offers_the_features_of_a_modern_guest)
{
	uint64_t offered = 0, wanted = GUEST_FEATURES | variant->more_features |
				       1ULL << VIRTIO_F_NOTIFY_ON_EMPTY |
				       1ULL << VIRTIO_F_ANY_LAYOUT |
				       1ULL << VIRTIO_VSOCK_F_SEQPACKET |
				       1ULL << VHOST_F_LOG_ALL;

	ASSERT_EQ(0, ioctl(self->fd, VHOST_GET_FEATURES, &offered));
	EXPECT_EQ(wanted, offered & wanted);
	EXPECT_EQ(0, offered & (1ULL << VIRTIO_F_RING_PACKED));
	/*
	 * QEMU would pass it to the guest, but not tell the device of a reset
	 */
	EXPECT_EQ(0, offered & (1ULL << VIRTIO_F_RING_RESET));
}

TEST_F(abi, set_features_needs_no_owner)
{
	uint64_t offered, v1 = 1ULL << VIRTIO_F_VERSION_1;

	ASSERT_EQ(0, ioctl(self->fd, VHOST_GET_FEATURES, &offered));
	/* ACCESS_PLATFORM needs more than the bit. */
	offered &= ~(1ULL << VIRTIO_F_ACCESS_PLATFORM);
	EXPECT_EQ(0, ioctl(self->fd, VHOST_SET_FEATURES, &offered));
	EXPECT_EQ(0, ioctl(self->fd, VHOST_SET_FEATURES, &v1));
}

TEST_F(abi, refuses_features_not_offered)
{
	uint64_t unknown = 1ULL << 63 | 1ULL << VIRTIO_F_VERSION_1;
	uint64_t packed = 1ULL << VIRTIO_F_RING_PACKED;

	ASSERT_IOCTL_FAILS(EOPNOTSUPP, self->fd, VHOST_SET_FEATURES, &unknown);
	ASSERT_IOCTL_FAILS(EOPNOTSUPP, self->fd, VHOST_SET_FEATURES, &packed);
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_SET_FEATURES, NULL);
}

TEST_F(abi, refuses_backend_features_not_offered)
{
	uint64_t features, unknown = 1ULL << 63;

	ASSERT_EQ(0, ioctl(self->fd, VHOST_GET_BACKEND_FEATURES, &features));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_BACKEND_FEATURES, &features));
	ASSERT_IOCTL_FAILS(EOPNOTSUPP, self->fd, VHOST_SET_BACKEND_FEATURES,
			   &unknown);
}

TEST_F(abi, refuses_a_second_owner)
{
	become_owner(_metadata, self);
	ASSERT_IOCTL_FAILS(EBUSY, self->fd, VHOST_SET_OWNER, NULL);
	EXPECT_EQ(EBUSY, ioctl_in_child(self->fd, VHOST_SET_OWNER, NULL));
}

TEST_F(abi, setup_needs_an_owner)
{
	struct vhost_vring_state state = { .num = 128 };
	struct vhost_vring_file file = { .fd = -1 };
	int running = 1;

	EXPECT_EQ(-EPERM, guest_mem_set_table(&self->guest.mem, self->fd));
	ASSERT_IOCTL_FAILS(EPERM, self->fd, VHOST_SET_VRING_NUM, &state);
	ASSERT_IOCTL_FAILS(EPERM, self->fd, VHOST_GET_VRING_BASE, &state);
	ASSERT_IOCTL_FAILS(EPERM, self->fd, VHOST_SET_VRING_CALL, &file);
	ASSERT_IOCTL_FAILS(EPERM, self->fd, VHOST_VSOCK_SET_RUNNING, &running);
}

TEST_F(abi, refuses_another_process)
{
	struct vhost_vring_state state = { .num = 128 };
	int running = 1, stopped = 0;

	run(_metadata, self);
	EXPECT_EQ(EPERM, ioctl_in_child(self->fd, VHOST_GET_VRING_BASE,
					&state));
	EXPECT_EQ(EPERM, ioctl_in_child(self->fd, VHOST_VSOCK_SET_RUNNING,
					&running));
	EXPECT_EQ(EPERM, ioctl_in_child(self->fd, VHOST_VSOCK_SET_RUNNING,
					&stopped));
}

TEST_F(abi, ring_size_must_be_a_power_of_two)
{
	static const unsigned int bad[] = { 0, 3, 127, 0x10000, UINT_MAX };
	static const unsigned int good[] = { 1, 2, 128, 1024, 32768 };

	become_owner(_metadata, self);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ASSERT_IOCTL_FAILS(EINVAL, self->fd, VHOST_SET_VRING_NUM,
				   (&(struct vhost_vring_state){ 0, bad[i] }));
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_VRING_NUM,
				   (&(struct vhost_vring_state){ 1, good[i] })));
}

TEST_F(abi, ring_base_is_kept)
{
	struct vhost_vring_state s = { .index = 1, .num = 0x10000 };

	become_owner(_metadata, self);
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VHOST_SET_VRING_BASE, &s);
	s.num = 0xfff0;
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_VRING_BASE, &s));
	s.num = 0;
	ASSERT_EQ(0, ioctl(self->fd, VHOST_GET_VRING_BASE, &s));
	EXPECT_EQ(1, s.index);
	EXPECT_EQ(0xfff0, s.num);
}

TEST_F(abi, refuses_ring_indices_out_of_range)
{
	static const unsigned long requests[] = {
		VHOST_SET_VRING_NUM, VHOST_SET_VRING_BASE,
		VHOST_GET_VRING_BASE, VHOST_SET_VRING_ADDR,
		VHOST_SET_VRING_KICK, VHOST_SET_VRING_CALL,
		VHOST_SET_VRING_ERR,
	};
	struct vhost_vring_addr arg = { .index = variant->rings };

	become_owner(_metadata, self);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		ASSERT_IOCTL_FAILS(ENOBUFS, self->fd, requests[i], &arg);
	arg.index = UINT_MAX;
	ASSERT_IOCTL_FAILS(ENOBUFS, self->fd, VHOST_SET_VRING_NUM, &arg);
}

TEST_F(abi, ring_addresses_must_be_aligned_and_flags_known)
{
	struct vhost_vring_addr a = { .index = 0 };

	become_owner(_metadata, self);
	a.avail_user_addr = 0x1001;
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VHOST_SET_VRING_ADDR, &a);
	a.avail_user_addr = 0x1000;
	a.used_user_addr = 0x2002;
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VHOST_SET_VRING_ADDR, &a);
	a.used_user_addr = 0x2000;
	a.flags = 1U << 5;
	ASSERT_IOCTL_FAILS(EOPNOTSUPP, self->fd, VHOST_SET_VRING_ADDR, &a);
	a.flags = 0;
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_VRING_ADDR, &a));
}

static const unsigned long files[] = {
	VHOST_SET_VRING_KICK, VHOST_SET_VRING_CALL, VHOST_SET_VRING_ERR,
};

TEST_F(abi, ring_files_must_be_eventfds)
{
	struct vhost_vring_file bad = { .fd = 9999 };
	struct vhost_vring_file null = { .fd = open("/dev/null", O_RDWR) };
	struct vhost_vring_file none = { .fd = -1 };
	struct vhost_vring_file good = { .fd = eventfd(0, 0) };

	become_owner(_metadata, self);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		ASSERT_IOCTL_FAILS(EBADF, self->fd, files[i], &bad);
		ASSERT_IOCTL_FAILS(EINVAL, self->fd, files[i], &null);
		ASSERT_EQ(0, ioctl(self->fd, files[i], &good));
		ASSERT_EQ(0, ioctl(self->fd, files[i], &good));
		ASSERT_EQ(0, ioctl(self->fd, files[i], &none));
	}
}

TEST_F(abi, running_ring_cannot_be_resized_or_moved)
{
	struct vhost_vring_state state = { .index = 0, .num = 128 };
	struct vhost_vring_addr a = {
		.desc_user_addr = 0xffff800000000000,
		.avail_user_addr = 0xffff800000000000,
		.used_user_addr = 0xffff800000000000,
	};

	run(_metadata, self);
	ASSERT_IOCTL_FAILS(EBUSY, self->fd, VHOST_SET_VRING_NUM, &state);
	ASSERT_IOCTL_FAILS(EBUSY, self->fd, VHOST_SET_VRING_BASE, &state);
	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VHOST_SET_VRING_ADDR, &a);
	EXPECT_EQ(0, guest_ring_set_addr(&self->guest.rx, self->fd));
}

TEST_F(abi, start_without_rings_fails)
{
	become_owner(_metadata, self);
	EXPECT_EQ(-EFAULT, guest_set_running(&self->guest, 1));
	EXPECT_EQ(0, guest_set_running(&self->guest, 0));
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_VSOCK_SET_RUNNING, NULL);
}

TEST_F(abi, start_with_unmapped_rings_fails_and_may_be_retried)
{
	struct guest *g = &self->guest;
	struct vhost_vring_addr a = {
		.index = 1,
		.desc_user_addr = 0x1000,
		.avail_user_addr = 0x2000,
		.used_user_addr = 0x3000,
	};

	ASSERT_EQ(0, guest_realize(g));
	ASSERT_EQ(0, guest_mem_set_table(&g->mem, self->fd));
	ASSERT_EQ(0, guest_ring_set_num(&g->rx, self->fd));
	ASSERT_EQ(0, guest_ring_set_addr(&g->rx, self->fd));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_VRING_ADDR, &a));
	EXPECT_EQ(-EFAULT, guest_set_running(g, 1));
	EXPECT_EQ(0, guest_run(g));
}

TEST_F(abi, start_and_stop_may_be_repeated)
{
	run(_metadata, self);
	EXPECT_EQ(0, guest_set_running(&self->guest, 1));
	EXPECT_EQ(0, guest_set_running(&self->guest, 0));
	EXPECT_EQ(0, guest_set_running(&self->guest, 0));
	EXPECT_EQ(0, guest_set_running(&self->guest, 1));
}

TEST_F(abi, refuses_reserved_cids)
{
	static const uint64_t reserved[] = {
		0, 1, 2, 0xffffffff, 0x100000000, UINT64_MAX,
	};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		EXPECT_EQ(-EINVAL, guest_set_cid(&self->guest, reserved[i]));
}

TEST_F(abi, cid_may_be_set_again_and_changed)
{
	EXPECT_EQ(0, guest_set_cid(&self->guest, 77));
	EXPECT_EQ(0, guest_set_cid(&self->guest, 77));
	EXPECT_EQ(0, guest_set_cid(&self->guest, 78));
	become_owner(_metadata, self);
	EXPECT_EQ(0, guest_set_cid(&self->guest, 77));
}

static void *table(unsigned int n, unsigned int padding)
{
	struct vhost_memory *m = calloc(1, sizeof(*m) + n * sizeof(m->regions[0]));

	m->nregions = n;
	m->padding = padding;
	return m;
}

TEST_F(abi, refuses_a_bad_memory_table)
{
	become_owner(_metadata, self);
	ASSERT_IOCTL_FAILS(EOPNOTSUPP, self->fd, VHOST_SET_MEM_TABLE,
			   table(1, 1));
	ASSERT_IOCTL_FAILS(E2BIG, self->fd, VHOST_SET_MEM_TABLE,
			   table(1 << 20, 0));
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_SET_MEM_TABLE, NULL);
}

TEST_F(abi, refuses_memory_outside_the_process_while_running)
{
	struct vhost_memory *m = table(1, 0);

	run(_metadata, self);
	m->regions[0].memory_size = 0x1000;
	m->regions[0].userspace_addr = 0xffff800000000000;
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_SET_MEM_TABLE, m);
	m->regions[0].userspace_addr = -0x800ULL;
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_SET_MEM_TABLE, m);
	free(m);
}

/*
 * QEMU may need this many with memory hotplug; vhost's module parameter allows
 * less.
 */
TEST_F(abi, memory_table_may_have_many_regions)
{
	unsigned int n = variant->device ? 64 : 509;
	struct vhost_memory *m = table(n, 0);

	become_owner(_metadata, self);
	for (unsigned int i = 0; i < n; i++) {
		m->regions[i].guest_phys_addr = i * 0x2000ULL;
		m->regions[i].memory_size = 0x1000;
		m->regions[i].userspace_addr = 0x10000 + i * 0x1000ULL;
	}
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_MEM_TABLE, m));
	free(m);
}

TEST_F(abi, log_may_be_set)
{
	uint64_t base = (uintptr_t)self->guest.mem.regions[2].va;
	int none = -1, bad = 9999, log = eventfd(0, 0);

	become_owner(_metadata, self);
	EXPECT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &base));
	ASSERT_IOCTL_FAILS(EBADF, self->fd, VHOST_SET_LOG_FD, &bad);
	EXPECT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_FD, &log));
	EXPECT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_FD, &none));
}

/* From this address, the log for all guest memory exceeds the address space. */
#define SHORT_LOG	0x7fffffffffff0000ULL

static uint64_t log_features(const struct guest *g)
{
	return g->features | 1ULL << VHOST_F_LOG_ALL;
}

TEST_F(abi, refuses_a_log_too_short_for_memory_while_running)
{
	struct guest *g = &self->guest;
	uint64_t good = (uintptr_t)g->mem.regions[2].va, bad = SHORT_LOG;

	run(_metadata, self);
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &good));
	ASSERT_EQ(0, guest_set_features(g, log_features(g)));
	ASSERT_IOCTL_FAILS(EFAULT, self->fd, VHOST_SET_LOG_BASE, &bad);
	ASSERT_EQ(0, guest_set_features(g, g->cfg.features & g->offered));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &bad));
	EXPECT_EQ(-EFAULT, guest_set_features(g, log_features(g)));
}

/* The bits of 2^46 bytes of guest memory take this many bytes of the log. */
#define FAR_GPA		(1ULL << 46)
#define FAR_BITS	(FAR_GPA / 4096 / 8)

/*
 * Sets a log that suffices for the present memory and ends near the last
 * address.
 */
static int set_last_log(struct guest *g)
{
	/*
	 * The end of the address space depends on the kernel and the processor.
	 */
	static const unsigned int bits[] = { 63, 56, 47 };
	int err = -EINVAL;

	for (size_t i = 0; i < ARRAY_SIZE(bits) && err; i++) {
		uint64_t base = (1ULL << bits[i]) - FAR_BITS;

		if (ioctl(g->fd, VHOST_SET_LOG_BASE, &base))
			return -errno;
		err = guest_set_features(g, log_features(g));
	}
	return err;
}

TEST_F(abi, refuses_a_table_that_exceeds_the_log)
{
	struct guest *g = &self->guest;

	if (in_user_mode_linux())
		SKIP(return, "user-mode Linux has another end of the address space");
	run(_metadata, self);
	ASSERT_EQ(0, set_last_log(g));
	ASSERT_EQ(0, guest_mem_map(&g->mem, FAR_GPA, 0x1000));
	EXPECT_EQ(-EFAULT, guest_mem_set_table(&g->mem, self->fd));
}

TEST_F(abi, refuses_a_used_ring_that_exceeds_the_log_while_running)
{
	struct guest *g = &self->guest;
	uint64_t good = (uintptr_t)g->mem.regions[2].va, bad = SHORT_LOG;

	run(_metadata, self);
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &good));
	EXPECT_EQ(0, guest_ring_set_logged_addr(&g->rx, self->fd, 0x1000));
	EXPECT_EQ(-EINVAL, guest_ring_set_logged_addr(&g->rx, self->fd,
						      0x1002));
	ASSERT_EQ(0, guest_ring_set_addr(&g->rx, self->fd));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &bad));
	EXPECT_EQ(-EINVAL, guest_ring_set_logged_addr(&g->rx, self->fd,
						      -0x1000ULL));
}

TEST_F(abi, start_with_a_log_too_short_fails)
{
	struct guest *g = &self->guest;
	uint64_t base = SHORT_LOG;

	run(_metadata, self);
	ASSERT_EQ(0, guest_stop(g));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_SET_LOG_BASE, &base));
	ASSERT_EQ(0, guest_set_features(g, log_features(g)));
	EXPECT_EQ(-EFAULT, guest_set_running(g, 1));
}

TEST_F(abi, unknown_ioctls_return_enotty)
{
	unsigned int index = 0;

	become_owner(_metadata, self);
	ASSERT_IOCTL_FAILS(ENOTTY, self->fd, _IO(VHOST_VIRTIO, 0xfe), &index);
	ASSERT_IOCTL_FAILS(ENOTTY, self->fd, _IOW(VHOST_VIRTIO, 0x30, int),
			   &index);
	ASSERT_IOCTL_FAILS(ENOTTY, self->fd, _IO(0x12, 0x34), &index);
}

TEST_HARNESS_MAIN
