// SPDX-License-Identifier: GPL-2.0
/* VSOCK_BRIDGE_SET_PORT, VSOCK_BRIDGE_GET_PORTS: where each guest port leads. */
#include "harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#define NOBODY 65534

FIXTURE(port)
{
	struct bed bed;
	int prefix;	/* listens on PATH_7 */
	int mapped;	/* listens on a path of its own */
	char path[BED_PATH_SIZE];
};

FIXTURE_SETUP(port)
{
	BED_SETUP(&self->bed, NULL);
	self->prefix = bed_listen(&self->bed, 7);
	snprintf(self->path, sizeof(self->path), "%s/mapped", self->bed.dir);
	self->mapped = uds_listen(self->path);
	ASSERT_LE(0, self->prefix);
	ASSERT_LE(0, self->mapped);
}

FIXTURE_TEARDOWN(port)
{
	close(self->prefix);
	close(self->mapped);
	BED_TEARDOWN(&self->bed);
}

static int set_port(struct bed *bed, struct vsock_bridge_port arg)
{
	arg.size = sizeof(arg);
	return ioctl(bed->guest.fd, VSOCK_BRIDGE_SET_PORT, &arg) ? -errno : 0;
}

#define PORT(...) ((struct vsock_bridge_port){ __VA_ARGS__ })

static int map_port(struct bed *bed, uint32_t port, const char *path)
{
	return set_port(bed, PORT(.port = port, .path = (uintptr_t)path,
				  .path_len = strlen(path)));
}

static int others(struct bed *bed, uint32_t action)
{
	return set_port(bed, PORT(.flags = VSOCK_BRIDGE_PORT_OTHERS,
				  .action = action));
}

TEST_F(port, mapped_port_leads_to_its_path)
{
	ASSERT_EQ(0, map_port(&self->bed, 9, self->path));
	EXPECT_TRUE(bed_reaches(&self->bed, 9, self->mapped));
	EXPECT_EQ(0, BED_STAT(&self->bed, ports_denied));
}

TEST_F(port, map_accepts_the_smallest_and_largest_port)
{
	ASSERT_EQ(0, map_port(&self->bed, 0, self->path));
	ASSERT_EQ(0, map_port(&self->bed, UINT32_MAX, self->path));
	EXPECT_TRUE(bed_reaches(&self->bed, 0, self->mapped));
	EXPECT_TRUE(bed_reaches(&self->bed, UINT32_MAX, self->mapped));
}

TEST_F(port, unmapped_port_is_denied_once_a_map_exists)
{
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->prefix));
	ASSERT_EQ(0, map_port(&self->bed, 9, self->path));
	EXPECT_FALSE(bed_reaches(&self->bed, 7, self->prefix));
	EXPECT_EQ(1, BED_STAT(&self->bed, ports_denied));
	EXPECT_EQ(0, BED_STAT(&self->bed, unix_connect_fails));
	EXPECT_EQ(0, BED_STAT(&self->bed, connects_pending));
}

TEST_F(port, unmapped_port_stays_denied_with_an_empty_map)
{
	ASSERT_EQ(0, map_port(&self->bed, 9, self->path));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 9,
				.action = VSOCK_BRIDGE_PORT_REMOVE)));
	EXPECT_FALSE(bed_reaches(&self->bed, 9, self->mapped));
	EXPECT_FALSE(bed_reaches(&self->bed, 7, self->prefix));
	EXPECT_EQ(2, BED_STAT(&self->bed, ports_denied));
}

TEST_F(port, unmapped_port_may_use_the_prefix)
{
	ASSERT_EQ(0, map_port(&self->bed, 9, self->path));
	ASSERT_EQ(0, others(&self->bed, VSOCK_BRIDGE_PORT_PREFIX));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->prefix));
	EXPECT_TRUE(bed_reaches(&self->bed, 9, self->mapped));
}

TEST_F(port, single_port_may_be_denied_or_use_the_prefix)
{
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 7,
				.action = VSOCK_BRIDGE_PORT_DENY)));
	ASSERT_EQ(0, others(&self->bed, VSOCK_BRIDGE_PORT_PREFIX));
	EXPECT_FALSE(bed_reaches(&self->bed, 7, self->prefix));
	ASSERT_EQ(0, others(&self->bed, VSOCK_BRIDGE_PORT_DENY));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 7,
				.action = VSOCK_BRIDGE_PORT_PREFIX)));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->prefix));
}

TEST_F(port, removing_the_map_restores_the_prefix)
{
	ASSERT_EQ(0, map_port(&self->bed, 7, self->path));
	ASSERT_EQ(0, others(&self->bed, VSOCK_BRIDGE_PORT_REMOVE));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->prefix));
}

TEST_F(port, mapped_path_may_be_replaced)
{
	ASSERT_EQ(0, map_port(&self->bed, 7, "/none"));
	EXPECT_FALSE(bed_reaches(&self->bed, 7, self->mapped));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
	ASSERT_EQ(0, map_port(&self->bed, 7, self->path));
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->mapped));
}

TEST_F(port, map_works_without_another_host_end)
{
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, "/none/in",
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN)));
	ASSERT_EQ(0, map_port(&self->bed, 9, self->path));
	EXPECT_TRUE(bed_reaches(&self->bed, 9, self->mapped));
}

TEST_F(port, map_uses_the_rights_and_directory_of_its_caller)
{
	int dir = open(self->bed.dir, O_PATH | O_DIRECTORY);
	char *old = getcwd(NULL, 0);

	ASSERT_EQ(0, chmod(self->path, 0700));
	ASSERT_EQ(0, chmod(self->bed.dir, 0755));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 1, .dir_fd = dir,
				.flags = VSOCK_BRIDGE_PORT_DIR_FD,
				.path = (uintptr_t)"mapped", .path_len = 6)));
	ASSERT_EQ(0, chdir(self->bed.dir));
	ASSERT_EQ(0, map_port(&self->bed, 2, "mapped"));
	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, map_port(&self->bed, 3, "mapped"));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, chdir(old));
	close(dir);
	EXPECT_TRUE(bed_reaches(&self->bed, 1, self->mapped));
	EXPECT_TRUE(bed_reaches(&self->bed, 2, self->mapped));
	EXPECT_FALSE(bed_reaches(&self->bed, 3, self->mapped));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
}

TEST_F(port, map_size_is_limited)
{
	for (unsigned int i = 0; i < VSOCK_BRIDGE_MAX_PORTS; i++)
		ASSERT_EQ(0, map_port(&self->bed, i * 4000000, self->path));
	EXPECT_EQ(-ENOSPC, map_port(&self->bed, 1, self->path));
	EXPECT_EQ(0, map_port(&self->bed, 0, self->path));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 4000000,
				.action = VSOCK_BRIDGE_PORT_REMOVE)));
	EXPECT_EQ(0, map_port(&self->bed, 1, self->path));
	EXPECT_TRUE(bed_reaches(&self->bed, 1, self->mapped));
}

TEST_F(port, refuses_invalid_arguments)
{
	const __u64 path = (uintptr_t)"x";
	struct vsock_bridge_port wrong[] = {
		PORT(.flags = 1U << 31, .path = path, .path_len = 1),
		PORT(.action = 4),
		PORT(.path = path),
		PORT(.path = path, .path_len = 1, .dir_fd = 1),
		PORT(.action = VSOCK_BRIDGE_PORT_DENY, .path = path),
		PORT(.action = VSOCK_BRIDGE_PORT_REMOVE, .path_len = 1),
		PORT(.action = VSOCK_BRIDGE_PORT_DENY,
		     .flags = VSOCK_BRIDGE_PORT_DIR_FD),
		PORT(.flags = VSOCK_BRIDGE_PORT_OTHERS, .path = path,
		     .path_len = 1),
		PORT(.flags = VSOCK_BRIDGE_PORT_OTHERS, .port = 1,
		     .action = VSOCK_BRIDGE_PORT_DENY),
	};
	struct vsock_bridge_port arg = PORT(.size = sizeof(arg) - 1);

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, set_port(&self->bed, wrong[i]))
			TH_LOG("case %zu", i);
	}
	EXPECT_EQ(-1, ioctl(self->bed.guest.fd, VSOCK_BRIDGE_SET_PORT, &arg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-EFAULT, set_port(&self->bed, PORT(.path_len = 1)));
	EXPECT_EQ(-ENAMETOOLONG, set_port(&self->bed, PORT(.path = path,
				.path_len = VSOCK_BRIDGE_PATH_MAX + 1)));
	EXPECT_EQ(-ENOENT, set_port(&self->bed, PORT(.port = 9,
				.action = VSOCK_BRIDGE_PORT_REMOVE)));
	EXPECT_EQ(-EBADF, set_port(&self->bed, PORT(.path = path,
				.path_len = 1, .dir_fd = 999,
				.flags = VSOCK_BRIDGE_PORT_DIR_FD)));
	/* None of these calls has made a map. */
	EXPECT_TRUE(bed_reaches(&self->bed, 7, self->prefix));
}

static int get_ports(int fd, struct vsock_bridge_port_entry *entries, uint32_t room,
		     struct vsock_bridge_ports *map)
{
	*map = (struct vsock_bridge_ports) {
		.size = sizeof(*map),
		.entry_size = sizeof(*entries),
		.entries = (uintptr_t)entries,
		.nr = room,
	};
	return ioctl(fd, VSOCK_BRIDGE_GET_PORTS, map) ? -errno : 0;
}

TEST_F(port, map_without_entries_uses_the_prefix)
{
	struct vsock_bridge_port_entry entries[1];
	struct vsock_bridge_ports map;

	ASSERT_EQ(0, get_ports(self->bed.guest.fd, entries, 1, &map));
	EXPECT_EQ(0, map.nr);
	EXPECT_EQ(VSOCK_BRIDGE_PORT_PREFIX, map.others);
}

TEST_F(port, entries_are_returned_in_port_order)
{
	struct vsock_bridge_port_entry entries[4];
	struct vsock_bridge_ports map;
	int fd = self->bed.guest.fd;

	ASSERT_EQ(0, map_port(&self->bed, UINT32_MAX, self->path));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 9,
				.action = VSOCK_BRIDGE_PORT_DENY)));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 10,
				.action = VSOCK_BRIDGE_PORT_PREFIX)));
	memset(entries, 0xff, sizeof(entries));
	ASSERT_EQ(0, get_ports(fd, entries, 4, &map));
	ASSERT_EQ(3, map.nr);
	EXPECT_EQ(VSOCK_BRIDGE_PORT_DENY, map.others);
	EXPECT_EQ(9, entries[0].port);
	EXPECT_EQ(VSOCK_BRIDGE_PORT_DENY, entries[0].action);
	EXPECT_EQ(0, entries[0].path_len);
	EXPECT_EQ(0, entries[0].reserved);
	EXPECT_EQ(10, entries[1].port);
	EXPECT_EQ(VSOCK_BRIDGE_PORT_PREFIX, entries[1].action);
	EXPECT_EQ(UINT32_MAX, entries[2].port);
	EXPECT_EQ(VSOCK_BRIDGE_PORT_CONNECT, entries[2].action);
	ASSERT_EQ(strlen(self->path), entries[2].path_len);
	EXPECT_EQ(0, memcmp(self->path, entries[2].path, entries[2].path_len));
	EXPECT_EQ(UINT32_MAX, entries[3].port);
	ASSERT_EQ(0, others(&self->bed, VSOCK_BRIDGE_PORT_PREFIX));
	ASSERT_EQ(0, get_ports(fd, entries, 4, &map));
	EXPECT_EQ(VSOCK_BRIDGE_PORT_PREFIX, map.others);
}

TEST_F(port, abstract_name_and_longest_path_are_returned_unchanged)
{
	struct vsock_bridge_port_entry entries[2];
	char longest[VSOCK_BRIDGE_PATH_MAX + 1];
	struct vsock_bridge_ports map;

	memset(longest, 'x', VSOCK_BRIDGE_PATH_MAX);
	longest[VSOCK_BRIDGE_PATH_MAX] = '\0';
	ASSERT_EQ(0, map_port(&self->bed, 1, longest));
	ASSERT_EQ(0, set_port(&self->bed, PORT(.port = 2,
				.path = (uintptr_t)"\0log", .path_len = 4)));
	ASSERT_EQ(0, get_ports(self->bed.guest.fd, entries, 2, &map));
	ASSERT_EQ(VSOCK_BRIDGE_PATH_MAX, entries[0].path_len);
	EXPECT_EQ(0, memcmp(longest, entries[0].path, VSOCK_BRIDGE_PATH_MAX));
	ASSERT_EQ(4, entries[1].path_len);
	EXPECT_EQ(0, memcmp("\0log", entries[1].path, 4));
}

TEST_F(port, map_larger_than_the_array_is_truncated_and_counted)
{
	struct vsock_bridge_port_entry entries[2] = { [1].port = 77 };
	struct vsock_bridge_ports map;

	for (uint32_t i = 0; i < VSOCK_BRIDGE_MAX_PORTS; i++)
		ASSERT_EQ(0, map_port(&self->bed, i, self->path));
	ASSERT_EQ(0, get_ports(self->bed.guest.fd, entries, 1, &map));
	EXPECT_EQ(VSOCK_BRIDGE_MAX_PORTS, map.nr);
	EXPECT_EQ(0, entries[0].port);
	EXPECT_EQ(77, entries[1].port);
	ASSERT_EQ(0, get_ports(self->bed.guest.fd, NULL, 0, &map));
	EXPECT_EQ(VSOCK_BRIDGE_MAX_PORTS, map.nr);
}

TEST_F(port, entries_of_a_newer_caller_end_with_zeros)
{
	struct {
		struct vsock_bridge_port_entry entry;
		uint64_t later;
	} newer = { .later = 1 };
	struct vsock_bridge_ports map = {
		.size = sizeof(map),
		.entry_size = sizeof(newer),
		.entries = (uintptr_t)&newer,
		.nr = 1,
	};

	ASSERT_EQ(0, map_port(&self->bed, 5, self->path));
	ASSERT_EQ(0, ioctl(self->bed.guest.fd, VSOCK_BRIDGE_GET_PORTS, &map));
	EXPECT_EQ(5, newer.entry.port);
	EXPECT_EQ(0, newer.later);
}

TEST_F(port, entry_sizes_and_addresses_are_checked)
{
	struct vsock_bridge_port_entry entry;
	struct vsock_bridge_ports map = {
		.size = sizeof(map),
		.entry_size = sizeof(entry) - 1,
		.entries = (uintptr_t)&entry,
		.nr = 1,
	};
	int fd = self->bed.guest.fd;

	ASSERT_IOCTL_FAILS(EINVAL, fd, VSOCK_BRIDGE_GET_PORTS, &map);
	map.entry_size = sysconf(_SC_PAGESIZE) + 1;
	ASSERT_IOCTL_FAILS(EINVAL, fd, VSOCK_BRIDGE_GET_PORTS, &map);
	ASSERT_EQ(0, map_port(&self->bed, 5, self->path));
	map.entry_size = sizeof(entry);
	map.entries = 0;
	ASSERT_IOCTL_FAILS(EFAULT, fd, VSOCK_BRIDGE_GET_PORTS, &map);
}

TEST_HARNESS_MAIN
