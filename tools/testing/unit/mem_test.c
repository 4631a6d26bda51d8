// SPDX-License-Identifier: GPL-2.0
/* Translation of guest-physical ranges. */
#include <stdlib.h>

#include <linux/vhost.h>
#include <linux/vhost_iotlb.h>

#include "test.h"

#include "virtio/mem.h"
#include "stub.h"

#define GIB	(1ULL << 30)

/* The tests do not access the addresses, so any will do. */
#define USER(n)	((void *)(0x10000000UL + (n)))

static int setup(void **state)
{
	(void)state;
	stub_reset();
	return 0;
}

/*
 * Loads a table of exactly @nr regions that ends at the end of its allocation.
 */
static int load(struct vsb_mem *mem, const struct vhost_memory_region *regions,
		u32 nr)
{
	size_t size = sizeof(struct vhost_memory) + nr * sizeof(*regions);
	struct vhost_memory *table = malloc(size);
	int ret;

	table->nregions = nr;
	table->padding = 0;
	if (nr)
		memcpy((char *)table + sizeof(*table), regions,
		       nr * sizeof(*regions));
	ret = vsb_mem_load(mem, table);
	free(table);
	return ret;
}

static struct vhost_memory_region region(u64 gpa, u64 size, u64 user)
{
	return (struct vhost_memory_region) {
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = 0x10000000UL + user,
	};
}

static void assert_part(const struct iovec *iov, const void *base, size_t len)
{
	assert_ptr_equal(iov->iov_base, base);
	assert_int_equal(iov->iov_len, len);
}

static void test_no_memory_without_a_table(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(vsb_mem_translate(&mem, 0, 1, iov, 1), -EFAULT);
	vsb_mem_free(&mem);
}

static void test_empty_table_has_no_memory(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(load(&mem, NULL, 0), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0, 1, iov, 1), -EFAULT);
	vsb_mem_free(&mem);
	assert_int_equal(stub.live, 0);
}

static void test_range_is_translated_by_its_offset(void **state)
{
	struct vhost_memory_region r = region(0x1000, 0x1000, 0x50000);
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(load(&mem, &r, 1), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 0x1000, iov, 1), 1);
	assert_part(iov, USER(0x50000), 0x1000);
	assert_int_equal(vsb_mem_translate(&mem, 0x1ffe, 2, iov, 1), 1);
	assert_part(iov, USER(0x50ffe), 2);
	vsb_mem_free(&mem);
}

static const struct {
	const char *name;
	u64 addr;
	u32 len;
} outside_rows[] = {
	{ "before the region", 0xfff, 1 },
	{ "across its start", 0xfff, 2 },
	{ "across its end", 0x1fff, 2 },
	{ "behind it", 0x2000, 1 },
	{ "around it", 0, 0x4000 },
	{ "far away", 0x8000000000000000ULL, 1 },
	{ "to the last address", U64_MAX, 1 },
	{ "around the last address", U64_MAX, 2 },
	{ "around it to the region", U64_MAX - 0xfff, 0x2100 },
	{ "the longest", 0x1000, U32_MAX },
};

static void test_range_outside_is_refused(void **state)
{
	struct vhost_memory_region r = region(0x1000, 0x1000, 0x50000);
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[4];
	unsigned int i;

	(void)state;
	assert_int_equal(load(&mem, &r, 1), 0);
	for (i = 0; i < ARRAY_SIZE(outside_rows); i++)
		assert_row(vsb_mem_translate(&mem, outside_rows[i].addr,
					     outside_rows[i].len, iov, 4) ==
			   -EFAULT, outside_rows[i].name);
	vsb_mem_free(&mem);
}

/* Adjacent in the guest, but not in the process. */
static const struct vhost_memory_region adjacent[] = {
	{ .guest_phys_addr = 0x2000, .memory_size = 0x1000,
	  .userspace_addr = 0x10000000 },
	{ .guest_phys_addr = 0x1000, .memory_size = 0x1000,
	  .userspace_addr = 0x20000000 },
	{ .guest_phys_addr = 0x3000, .memory_size = 0x1000,
	  .userspace_addr = 0x10001000 },
	{ .guest_phys_addr = 0x5000, .memory_size = 0x1000,
	  .userspace_addr = 0x10002000 },
};

static void test_range_across_regions_has_a_part_of_each(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[4];

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0x1ff0, 0x1020, iov, 4), 3);
	assert_part(&iov[0], (void *)0x20000ff0, 0x10);
	assert_part(&iov[1], (void *)0x10000000, 0x1000);
	assert_part(&iov[2], (void *)0x10001000, 0x10);
	vsb_mem_free(&mem);
}

static void test_range_into_a_hole_is_refused(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[4];

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0x3fff, 1, iov, 4), 1);
	assert_int_equal(vsb_mem_translate(&mem, 0x3fff, 2, iov, 4), -EFAULT);
	assert_int_equal(vsb_mem_translate(&mem, 0x3000, 0x2001, iov, 4),
			 -EFAULT);
	assert_int_equal(vsb_mem_translate(&mem, 0x4fff, 2, iov, 4), -EFAULT);
	assert_int_equal(vsb_mem_translate(&mem, 0x5000, 1, iov, 4), 1);
	vsb_mem_free(&mem);
}

static void test_too_many_parts_are_refused(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[4];

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	memset(iov, 0, sizeof(iov));
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 0x3000, iov, 2),
			 -ENOBUFS);
	assert_null(iov[2].iov_base);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 0),
			 -ENOBUFS);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 0x3000, iov, 3), 3);
	vsb_mem_free(&mem);
}

/* Either region may be used, but only within its bounds. */
static void test_overlapping_regions_use_either_region(void **state)
{
	const struct vhost_memory_region r[] = {
		region(0x1000, 0x2000, 0x100000),
		region(0x2000, 0x2000, 0x200000),
	};
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[4];
	int nr, i;
	u64 addr;

	(void)state;
	assert_int_equal(load(&mem, r, 2), 0);
	for (addr = 0x1000; addr < 0x3f00; addr += 0x80) {
		u64 at = addr;

		nr = vsb_mem_translate(&mem, addr, 0x100, iov, 4);
		assert_in_range(nr, 1, 2);
		for (i = 0; i < nr; i++) {
			u64 base = (unsigned long)iov[i].iov_base - 0x10000000;
			u64 n = base >= 0x200000;

			assert_true(base - (n ? 0x200000 : 0x100000) ==
				    at - r[n].guest_phys_addr);
			assert_true(at + iov[i].iov_len <=
				    r[n].guest_phys_addr + 0x2000);
			at += iov[i].iov_len;
		}
		assert_true(at == addr + 0x100);
	}
	vsb_mem_free(&mem);
}

static void test_last_byte_of_the_address_space_may_be_memory(void **state)
{
	struct vhost_memory_region r = region(0 - 0x1000ULL, 0x1000, 0);
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[2];

	(void)state;
	assert_int_equal(load(&mem, &r, 1), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0 - 2ULL, 2, iov, 2), 1);
	assert_part(iov, USER(0xffe), 2);
	assert_int_equal(vsb_mem_translate(&mem, 0 - 2ULL, 3, iov, 2),
			 -EFAULT);
	vsb_mem_free(&mem);
}

static void test_region_may_exceed_4_gib(void **state)
{
	struct vhost_memory_region r = region(4 * GIB, 64 * GIB, 0);
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(load(&mem, &r, 1), 0);
	assert_int_equal(vsb_mem_translate(&mem, 40 * GIB, U32_MAX, iov, 1),
			 1);
	assert_part(iov, USER(36 * GIB), U32_MAX);
	vsb_mem_free(&mem);
}

static const struct {
	const char *name;
	struct vhost_memory_region r;
} bad_rows[] = {
	{ "no bytes", { .guest_phys_addr = 0x1000,
			.userspace_addr = 0x1000 } },
	{ "guest range wraps", { .guest_phys_addr = 0 - 0x1000ULL,
				 .memory_size = 0x1001,
				 .userspace_addr = 0x1000 } },
	{ "guest range wraps by far", { .guest_phys_addr = 0x1000,
					.memory_size = 0 - 0x1000ULL,
					.userspace_addr = 0x1000 } },
	{ "user range wraps", { .memory_size = 0x2000,
				.userspace_addr = 0 - 0x1000ULL } },
	{ "user range wraps to 0", { .memory_size = 0x1000,
				     .userspace_addr = 0 - 0x1000ULL } },
	{ "not the process's", { .memory_size = 0x1000,
				 .userspace_addr = 1ULL << 47 } },
	{ "ends behind the process's", { .memory_size = 0x1001,
					 .userspace_addr =
					 (1ULL << 47) - 0x1000 } },
	{ "everything", { .memory_size = U64_MAX } },
};

static void test_bad_region_is_refused(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad_rows); i++) {
		const struct vhost_memory_region r[] = {
			region(0x100000, 0x1000, 0), bad_rows[i].r,
		};

		assert_row(load(&mem, &r[1], 1) == -EFAULT, bad_rows[i].name);
		assert_row(load(&mem, r, 2) == -EFAULT, bad_rows[i].name);
		assert_row(!mem.tlb && !stub.live, bad_rows[i].name);
	}
}

static void test_at_most_512_regions_are_accepted(void **state)
{
	static struct vhost_memory_region r[513];
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[513];
	u32 i;

	(void)state;
	for (i = 0; i < 513; i++)
		r[i] = region(i * 0x1000ULL, 0x1000, (600 - i) * 0x2000ULL);
	assert_int_equal(load(&mem, r, 513), -E2BIG);
	assert_null(mem.tlb);
	assert_int_equal(load(&mem, r, 512), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0, 512 * 0x1000, iov, 513),
			 512);
	for (i = 0; i < 512; i++)
		assert_part(&iov[i], USER((600 - i) * 0x2000UL), 0x1000);
	vsb_mem_free(&mem);
	assert_int_equal(stub.live, 0);
}

/* A table that claims 4294967295 regions is refused before it is allocated. */
static void test_huge_count_is_refused_before_allocating(void **state)
{
	struct vhost_memory table = { .nregions = U32_MAX };
	struct vsb_mem mem = { .tlb = NULL };

	(void)state;
	assert_int_equal(vsb_mem_load(&mem, &table), -E2BIG);
	assert_int_equal(stub.allocs, 0);
}

static void test_nonzero_padding_is_refused(void **state)
{
	struct vhost_memory table = { .padding = 1 };
	struct vsb_mem mem = { .tlb = NULL };

	(void)state;
	assert_int_equal(vsb_mem_load(&mem, &table), -EOPNOTSUPP);
	assert_null(mem.tlb);
}

static void test_unreadable_table_is_refused(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	unsigned int fail;

	(void)state;
	for (fail = 0; fail < 2; fail++) {
		stub_reset();
		stub.user_fail = fail;
		assert_int_equal(load(&mem, adjacent, 4), -EFAULT);
		assert_null(mem.tlb);
		assert_int_equal(stub.live, 0);
	}
}

/* The count is read once: growing the table later has no effect. */
static void grow(void *arg)
{
	struct vhost_memory *table = arg;

	if (stub.user == 1)
		table->nregions = 512;
}

static void test_table_that_grows_while_read_is_harmless(void **state)
{
	struct vhost_memory *table;
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	table = calloc(1, sizeof(*table) + sizeof(adjacent[0]));
	table->nregions = 1;
	memcpy((char *)table + sizeof(*table), adjacent, sizeof(adjacent[0]));
	stub.hook = grow;
	stub.hook_arg = table;
	assert_int_equal(vsb_mem_load(&mem, table), 0);
	stub.hook = NULL;
	assert_int_equal(vsb_mem_translate(&mem, 0x2000, 1, iov, 1), 1);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 1), -EFAULT);
	vsb_mem_free(&mem);
	free(table);
}

static void test_failed_allocation_leaks_nothing(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	unsigned int fail;

	(void)state;
	for (fail = 0; fail < 6; fail++) {
		stub_reset();
		stub.alloc_fail = fail;
		assert_int_equal(load(&mem, adjacent, 4), -ENOMEM);
		assert_null(mem.tlb);
		assert_int_equal(stub.live, 0);
	}
	stub_reset();
	assert_int_equal(load(&mem, adjacent, 4), 0);
	assert_int_equal(stub.allocs, 6);
	vsb_mem_free(&mem);
}

static void test_failed_load_keeps_the_old_memory(void **state)
{
	struct vsb_mem mem = { .tlb = NULL }, old;

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	old = mem;
	assert_int_equal(load(&mem, &bad_rows[0].r, 1), -EFAULT);
	assert_memory_equal(&mem, &old, sizeof(mem));
	vsb_mem_free(&mem);
	assert_int_equal(stub.live, 0);
}

static void test_free_also_clears_the_cache(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 1), 1);
	vsb_mem_free(&mem);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 1), -EFAULT);
	vsb_mem_free(&mem);
	assert_int_equal(stub.live, 0);
}

static void test_last_region_is_found_without_a_search(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];
	unsigned int i;

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	for (i = 0; i < 10; i++)
		vsb_mem_translate(&mem, 0x1000 + i, 0x100, iov, 1);
	assert_int_equal(stub.lookups, 1);
	vsb_mem_translate(&mem, 0x5000, 1, iov, 1);
	assert_int_equal(stub.lookups, 2);
	vsb_mem_translate(&mem, 0x5fff, 1, iov, 1);
	assert_int_equal(stub.lookups, 2);
	vsb_mem_free(&mem);
}

static void test_miss_keeps_the_last_region(void **state)
{
	struct vsb_mem mem = { .tlb = NULL };
	struct iovec iov[1];

	(void)state;
	assert_int_equal(load(&mem, adjacent, 4), 0);
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 1), 1);
	assert_int_equal(vsb_mem_translate(&mem, 0x9000, 1, iov, 1), -EFAULT);
	stub.lookups = 0;
	assert_int_equal(vsb_mem_translate(&mem, 0x1000, 1, iov, 1), 1);
	assert_int_equal(stub.lookups, 0);
	vsb_mem_free(&mem);
}

/* Compares small random tables with a map of every byte. */
static void random_table(struct rng *rng)
{
	struct vhost_memory_region r[6];
	unsigned long byte[256] = { 0 };
	struct vsb_mem mem = { .tlb = NULL };
	u32 nr = 0, at = 0, i, j, k;

	while (nr < 6) {
		u32 size = 1 + rng_below(rng, 30);

		at += rng_one_in(rng, 2) ? 0 : rng_below(rng, 20);
		if (at + size > 256)
			break;
		r[nr] = region(at, size, 0x1000 * rng_below(rng, 1000));
		for (i = 0; i < size; i++)
			byte[at + i] = r[nr].userspace_addr + i;
		at += size;
		nr++;
	}
	assert_int_equal(load(&mem, r, nr), 0);
	for (i = 0; i < 200; i++) {
		u32 addr = rng_below(rng, 256);
		u32 len = 1 + rng_below(rng, 40);
		struct iovec iov[8];
		bool all = true;
		int n, p;

		for (j = addr; j < addr + len; j++)
			all = all && j < 256 && byte[j];
		n = vsb_mem_translate(&mem, addr, len, iov, 8);
		assert_int_equal(n > 0, all);
		assert_true(all || n == -EFAULT);
		for (p = 0, j = addr; p < n; p++)
			for (k = 0; k < iov[p].iov_len; k++)
				assert_true((unsigned long)iov[p].iov_base + k
					    == byte[j++]);
		assert_true(!all || j == addr + len);
	}
	vsb_mem_free(&mem);
}

static void test_random_tables_translate_every_byte(void **state)
{
	struct rng rng = rng_seed(1);
	unsigned int i;

	(void)state;
	for (i = 0; i < 500; i++)
		random_table(&rng);
	assert_int_equal(stub.live, 0);
}

#define TEST(name)	cmocka_unit_test_setup(test_##name, setup)

static const struct CMUnitTest tests[] = {
	TEST(no_memory_without_a_table),
	TEST(empty_table_has_no_memory),
	TEST(range_is_translated_by_its_offset),
	TEST(range_outside_is_refused),
	TEST(range_across_regions_has_a_part_of_each),
	TEST(range_into_a_hole_is_refused),
	TEST(too_many_parts_are_refused),
	TEST(overlapping_regions_use_either_region),
	TEST(last_byte_of_the_address_space_may_be_memory),
	TEST(region_may_exceed_4_gib),
	TEST(bad_region_is_refused),
	TEST(at_most_512_regions_are_accepted),
	TEST(huge_count_is_refused_before_allocating),
	TEST(nonzero_padding_is_refused),
	TEST(unreadable_table_is_refused),
	TEST(table_that_grows_while_read_is_harmless),
	TEST(failed_allocation_leaks_nothing),
	TEST(failed_load_keeps_the_old_memory),
	TEST(free_also_clears_the_cache),
	TEST(last_region_is_found_without_a_search),
	TEST(miss_keeps_the_last_region),
	TEST(random_tables_translate_every_byte),
};

run_all(tests)
