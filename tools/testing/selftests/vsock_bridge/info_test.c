// SPDX-License-Identifier: GPL-2.0
/* The device's own ioctls: GET_INFO, SET_LIMITS, GET_LIMITS, GET_STATS. */
#include "harness.h"

#include <fcntl.h>

BED_FIXTURE(running)

/* A newly opened device. */
FIXTURE(fresh)
{
	int fd;
};

FIXTURE_SETUP(fresh)
{
	SKIP_WITHOUT(guest_device());
	self->fd = open(guest_device(), O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(fresh)
{
	close(self->fd);
}

TEST_F(fresh, info_has_version_and_limits)
{
	struct vsock_bridge_info info = { .size = sizeof(info) };

	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_INFO, &info));
	EXPECT_EQ(VSOCK_BRIDGE_ABI_VERSION, info.abi_version);
	EXPECT_LE(sizeof(info), info.size);
	EXPECT_EQ(0, info.features);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_CONNECTIONS, info.max_connections);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_HANDSHAKES, info.max_handshakes);
	EXPECT_EQ(VSOCK_BRIDGE_MIN_BUF_ALLOC, info.min_buf_alloc);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_BUF_ALLOC, info.max_buf_alloc);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_TIMEOUT_MS, info.max_timeout_ms);
	EXPECT_EQ(VSOCK_BRIDGE_PATH_MAX, info.max_path);
	EXPECT_NE(0, info.version[0]);
	EXPECT_EQ(0, info.version[sizeof(info.version) - 1]);
	EXPECT_EQ(VSOCK_BRIDGE_MIN_BUFFERED, info.min_buffered);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_BUFFERED, info.max_buffered);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_HOST_PORT, info.max_host_port);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_PORTS, info.max_ports);
	EXPECT_EQ(VSOCK_BRIDGE_MAX_MESSAGE, info.max_message);
	EXPECT_EQ(0, info.reserved);
}

TEST_F(fresh, info_lists_the_features_that_vhost_offers)
{
	struct vsock_bridge_info info = { .size = sizeof(info) };
	uint64_t offered;

	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_INFO, &info));
	ASSERT_EQ(0, ioctl(self->fd, VHOST_GET_FEATURES, &offered));
	EXPECT_EQ(offered, info.virtio_features);
}

/* The first version of each structure, whose sizes never grow. */
static const struct {
	unsigned long request;
	__u32 size;
} sizes[] = {
	{ VSOCK_BRIDGE_GET_INFO, 104 },
	{ VSOCK_BRIDGE_SET_UDS, 48 },
	{ VSOCK_BRIDGE_SET_PORT, 32 },
	{ VSOCK_BRIDGE_GET_PORTS, 24 },
	{ VSOCK_BRIDGE_SET_LIMITS, 48 },
	{ VSOCK_BRIDGE_GET_LIMITS, 48 },
	{ VSOCK_BRIDGE_GET_CONNS, 32 },
	{ VSOCK_BRIDGE_DROP_CONN, 16 },
	{ VSOCK_BRIDGE_GET_STATE, 16 },
	{ VSOCK_BRIDGE_SET_STATE, 16 },
};

TEST_F(fresh, structure_shorter_than_first_version_is_einval)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		__u64 arg[16] = { sizes[i].size - 1 };

		ASSERT_IOCTL_FAILS(EINVAL, self->fd, sizes[i].request, arg);
	}
}

TEST_F(fresh, stats_shorter_than_first_version_are_einval)
{
	struct vsock_bridge_stats stats = {
		.size = offsetof(struct vsock_bridge_stats, empty_queue),
	};

	ASSERT_IOCTL_FAILS(EINVAL, self->fd, VSOCK_BRIDGE_GET_STATS, &stats);
}

TEST_F(fresh, structure_of_first_version_is_accepted)
{
	__u64 arg[16] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i].request != VSOCK_BRIDGE_GET_INFO &&
		    sizes[i].request != VSOCK_BRIDGE_GET_LIMITS &&
		    sizes[i].request != VSOCK_BRIDGE_GET_STATE)
			continue;
		arg[0] = sizes[i].size;
		ASSERT_EQ(0, ioctl(self->fd, sizes[i].request, arg));
	}
}

/* A structure of a later version: with a tail that this one does not know. */
struct later {
	union {
		__u32 size;
		struct vsock_bridge_info info;
		struct vsock_bridge_limits limits;
		struct vsock_bridge_stats stats;
	};
	__u64 tail[4];
};

static const unsigned long requests[] = {
	VSOCK_BRIDGE_GET_INFO, VSOCK_BRIDGE_SET_LIMITS,
	VSOCK_BRIDGE_GET_LIMITS, VSOCK_BRIDGE_GET_STATS,
};

TEST_F(fresh, accepts_a_longer_structure_with_a_zero_tail)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct later later = { .size = sizeof(later) };

		ASSERT_EQ(0, ioctl(self->fd, requests[i], &later))
			TH_LOG("request %zu: %m", i);
	}
}

TEST_F(fresh, refuses_a_longer_structure_with_a_nonzero_tail)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct later later = { .size = sizeof(later), .tail[3] = 1 };

		ASSERT_IOCTL_FAILS(E2BIG, self->fd, requests[i], &later);
	}
}

TEST_F(fresh, inaccessible_argument_gives_efault)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u32 size = 1000;

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, mprotect(p + page, page, PROT_NONE));
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		/* Only the size is readable. */
		memcpy(p + page - sizeof(size), &size, sizeof(size));
		ASSERT_IOCTL_FAILS(EFAULT, self->fd, requests[i], NULL);
		ASSERT_IOCTL_FAILS(EFAULT, self->fd, requests[i],
				   p + page - sizeof(size));
	}
}

TEST_F(fresh, limits_have_their_defaults)
{
	struct vsock_bridge_limits l = { .size = sizeof(l) };

	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_LIMITS, &l));
	EXPECT_EQ(VSOCK_BRIDGE_DEF_CONNECTIONS, l.max_connections);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_HANDSHAKES, l.max_handshakes);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, l.buf_alloc);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_HANDSHAKE_MS, l.handshake_timeout_ms);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_TIMEOUT_MS, l.connect_timeout_ms);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_TIMEOUT_MS, l.shutdown_timeout_ms);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_HOST_PORT_MIN, l.host_port_min);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_HOST_PORT_MAX, l.host_port_max);
	EXPECT_EQ(0, l.flags);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUFFERED, l.max_buffered);
}

/* A person has enough time to type the CONNECT line. */
TEST_F(fresh, handshake_timeout_leaves_time_to_type)
{
	enum { TYPING_MS = 30000 };
	struct vsock_bridge_limits l = { .size = sizeof(l) };

	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_LIMITS, &l));
	EXPECT_LE(TYPING_MS, l.handshake_timeout_ms);
}

TEST_F(fresh, zero_keeps_a_limit)
{
	struct vsock_bridge_limits l = {
		.size = sizeof(l), .max_connections = 7, .buf_alloc = 8192,
	};

	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_SET_LIMITS, &l));
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_SET_LIMITS,
			   BED_LIMITS(.max_connections = 9)));
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_LIMITS, &l));
	EXPECT_EQ(9, l.max_connections);
	EXPECT_EQ(8192, l.buf_alloc);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_HANDSHAKES, l.max_handshakes);
}

#define OVER(field, max) { .size = sizeof(struct vsock_bridge_limits), \
			   .field = (max) + 1 }

TEST_F(fresh, limit_out_of_range_changes_nothing)
{
	struct vsock_bridge_limits bad[] = {
		OVER(max_connections, VSOCK_BRIDGE_MAX_CONNECTIONS),
		OVER(max_handshakes, VSOCK_BRIDGE_MAX_HANDSHAKES),
		OVER(buf_alloc, VSOCK_BRIDGE_MAX_BUF_ALLOC),
		OVER(buf_alloc, VSOCK_BRIDGE_MIN_BUF_ALLOC - 2),
		OVER(handshake_timeout_ms, VSOCK_BRIDGE_MAX_TIMEOUT_MS),
		OVER(connect_timeout_ms, VSOCK_BRIDGE_MAX_TIMEOUT_MS),
		OVER(shutdown_timeout_ms, VSOCK_BRIDGE_MAX_TIMEOUT_MS),
	};
	struct vsock_bridge_limits l = { .size = sizeof(l) };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (i)
			bad[i].max_connections = 5;
		ASSERT_IOCTL_FAILS(EINVAL, self->fd, VSOCK_BRIDGE_SET_LIMITS,
				   &bad[i]);
	}
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_GET_LIMITS, &l));
	EXPECT_EQ(VSOCK_BRIDGE_DEF_CONNECTIONS, l.max_connections);
}

#define LIMITS(conns, handshakes, bytes, ms)				\
	BED_LIMITS(.max_connections = (conns),				\
		   .max_handshakes = (handshakes), .buf_alloc = (bytes), \
		   .handshake_timeout_ms = (ms), .connect_timeout_ms = (ms), \
		   .shutdown_timeout_ms = (ms))

TEST_F(fresh, accepts_the_bounds_of_each_limit)
{
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_SET_LIMITS,
			   LIMITS(VSOCK_BRIDGE_MAX_CONNECTIONS,
				  VSOCK_BRIDGE_MAX_HANDSHAKES,
				  VSOCK_BRIDGE_MAX_BUF_ALLOC,
				  VSOCK_BRIDGE_MAX_TIMEOUT_MS)));
	ASSERT_EQ(0, ioctl(self->fd, VSOCK_BRIDGE_SET_LIMITS,
			   LIMITS(1, 1, VSOCK_BRIDGE_MIN_BUF_ALLOC, 1)));
}

TEST_F(fresh, stats_are_zero_except_the_device_number)
{
	struct vsock_bridge_stats s, zero = { .size = 0 };

	ASSERT_EQ(0, bed_stats(self->fd, &s));
	EXPECT_LE(sizeof(s), s.size);
	EXPECT_LE(1, s.device);
	s.size = 0;
	s.device = 0;
	EXPECT_EQ(0, memcmp(&s, &zero, sizeof(s)));
}

TEST_F(fresh, refuses_an_unknown_ioctl)
{
	__u64 arg[8] = { sizeof(arg) };

	EXPECT_EQ(-1, ioctl(self->fd, _IO(VSOCK_BRIDGE_IOC_TYPE, 0x7f), arg));
}

TEST_F(running, info_and_limits_work_while_running)
{
	struct vsock_bridge_info info = { .size = sizeof(info) };
	int fd = self->bed.guest.fd;

	EXPECT_EQ(0, ioctl(fd, VSOCK_BRIDGE_GET_INFO, &info));
	EXPECT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(.buf_alloc = 8192)));
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(2, BED_STAT(&self->bed, conns_added));
}

/* All error counters are adjacent. */
TEST_F(running, no_error_is_counted_in_normal_use)
{
	const size_t first = offsetof(struct vsock_bridge_stats,
				      desc_chain_too_short_for_header);
	const size_t last = offsetof(struct vsock_bridge_stats, over_buffered);

	for (int i = 0; i < 10; i++)
		ASSERT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	for (size_t at = first; at <= last; at += sizeof(__u64)) {
		EXPECT_EQ(0, bed_stat_at(&self->bed, at))
			TH_LOG("at offset %zu", at);
	}
}

TEST_F(running, counts_bytes_packets_and_connections)
{
	struct bed_flow flow = { .to_host = 5000, .to_guest = 7000 };
	struct bed *bed = &self->bed;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(bed, &pair, 80));
	ASSERT_EQ(0, bed_move(bed, &pair, &flow));
	ASSERT_EQ(0, bed_fence(bed, &pair));
	EXPECT_EQ(5000, BED_STAT(bed, tx_bytes_count));
	EXPECT_EQ(7000, BED_STAT(bed, rx_bytes_count));
	EXPECT_EQ(1, BED_STAT(bed, conns_added));
	EXPECT_EQ(1, BED_STAT(bed, connections));
	EXPECT_EQ(0, BED_STAT(bed, handshakes));
	/* At least RESPONSE, one RW and CREDIT_REQUEST. */
	EXPECT_LE(3, BED_STAT(bed, tx_packets_count));
	/* At least REQUEST, two RW and CREDIT_UPDATE. */
	EXPECT_LE(4, BED_STAT(bed, rx_packets_count));
	EXPECT_LE(1, BED_STAT(bed, tx_queue_event_count));
	EXPECT_LE(1, BED_STAT(bed, rx_calls));
	close(pair.fd);
}

TEST_HARNESS_MAIN
