// SPDX-License-Identifier: GPL-2.0
/*
 * Arbitrary memory tables from a VMM, and addresses in them: a translation
 * consists of ranges of the table, and fails only if at least one byte is in
 * none.
 */
#include <errno.h>

#include <linux/vhost.h>

#include "fuzz.h"

#include "virtio/mem.h"
#include "stub.h"

#define REGIONS	8U
#define PARTS	6U

struct table {
	struct {
		__u32 nregions;
		__u32 padding;
	} head;	/* struct vhost_memory */
	struct vhost_memory_region region[REGIONS];
};

/* An address near an edge case: 0, a page, the end of the address space. */
static u64 input_addr(struct input *in)
{
	static const u64 bases[] = {
		0, 0x1000, 0x2000, 0x80000000, 0x100000000, 1ULL << 47,
		~0ULL - 0x2000, ~0ULL - 0xfff,
	};
	u8 choice = input_u8(in);

	if (choice >= 0xf0)
		return input_u64(in);
	return bases[choice & 7] + input_u16(in) - (choice & 8 ? 0x1000 : 0);
}

static bool region_is_good(const struct vhost_memory_region *r)
{
	return r->memory_size &&
	       r->guest_phys_addr <= ~0ULL - (r->memory_size - 1) &&
	       r->memory_size <= stub.task_size &&
	       r->userspace_addr <= stub.task_size - r->memory_size;
}

static bool table_is_good(const struct table *t)
{
	u32 i;

	for (i = 0; i < t->head.nregions; i++) {
		if (!region_is_good(&t->region[i]))
			return false;
	}
	return true;
}

/*
 * Is @len at @addr within one range that maps it to @at? @at NULL: to any
 * address.
 */
static bool in_table(const struct table *t, u64 addr, u64 len, const void *at)
{
	u32 i;

	for (i = 0; i < t->head.nregions; i++) {
		const struct vhost_memory_region *r = &t->region[i];
		u64 offset = addr - r->guest_phys_addr;

		if (offset < r->memory_size && len <= r->memory_size - offset &&
		    (!at || r->userspace_addr + offset == (unsigned long)at))
			return true;
	}
	return false;
}

/* Returns the first last byte of a range that contains @addr. */
static u64 next_edge(const struct table *t, u64 addr)
{
	u64 edge = ~0ULL;
	u32 i;

	for (i = 0; i < t->head.nregions; i++) {
		const struct vhost_memory_region *r = &t->region[i];
		u64 last = r->guest_phys_addr + r->memory_size - 1;

		if (addr - r->guest_phys_addr < r->memory_size && last < edge)
			edge = last;
	}
	return edge;
}

/* Is every byte in a range? Walks from range end to range end. */
static bool all_in_table(const struct table *t, u64 addr, u32 len)
{
	u64 last = addr + len - 1;

	if (last < addr)
		return false;
	for (;;) {
		if (!in_table(t, addr, 1, NULL))
			return false;
		addr = next_edge(t, addr);
		if (addr >= last)
			return true;
		addr++;
	}
}

static void translate(const struct table *t, struct vsb_mem *mem, u64 addr,
		      u32 len, u32 max)
{
	struct iovec iov[PARTS];
	u64 done = 0;
	int nr, i;

	nr = vsb_mem_translate(mem, addr, len, iov, max);
	if (nr == -ENOBUFS)
		return;
	ORACLE(nr == -EFAULT || (nr > 0 && (u32)nr <= max));
	ORACLE((nr > 0) == all_in_table(t, addr, len));
	for (i = 0; i < nr; i++) {
		ORACLE(iov[i].iov_len && iov[i].iov_len <= len - done);
		ORACLE(in_table(t, addr + done, iov[i].iov_len,
				iov[i].iov_base));
		done += iov[i].iov_len;
	}
	ORACLE(nr < 0 || done == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned int before = stub.live;
	struct vsb_mem mem = {};
	struct table t = {};
	u32 i, len;
	int ret;

	stub_reset();
	t.head.nregions = input_below(&in, REGIONS + 1);
	for (i = 0; i < t.head.nregions; i++) {
		t.region[i].guest_phys_addr = input_addr(&in);
		/* in one of eight cases, up to the end of the address space */
		t.region[i].memory_size = input_u8(&in) & 7 ? input_addr(&in) :
					  -t.region[i].guest_phys_addr;
		t.region[i].userspace_addr = input_addr(&in);
	}
	ret = vsb_mem_load(&mem, (void *)&t);
	ORACLE(ret == (table_is_good(&t) ? 0 : -EFAULT));
	while (!ret && in.left) {
		u64 addr = input_addr(&in);

		len = input_u8(&in) & 1 ? input_u32(&in) : input_u16(&in);
		if (len)
			translate(&t, &mem, addr, len,
				  input_below(&in, PARTS + 1));
	}
	vsb_mem_free(&mem);
	ORACLE(stub.live == before);
	return 0;
}
