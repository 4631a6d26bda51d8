// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/vhost.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest_mem.h"

int guest_mem_map(struct guest_mem *mem, uint64_t gpa, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct guest_region *r;
	uint8_t *va;

	if (mem->nr == GUEST_MEM_MAX_REGIONS)
		return -ENOSPC;
	va = mmap(NULL, size + 2 * page, PROT_NONE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (va == MAP_FAILED)
		return -errno;
	if (mprotect(va + page, size, PROT_READ | PROT_WRITE)) {
		int err = -errno;

		munmap(va, size + 2 * page);
		return err;
	}
	r = &mem->regions[mem->nr++];
	r->gpa = gpa;
	r->size = size;
	r->va = va + page;
	return 0;
}

void guest_mem_unmap(struct guest_mem *mem)
{
	size_t page = sysconf(_SC_PAGESIZE);

	while (mem->nr) {
		struct guest_region *r = &mem->regions[--mem->nr];

		munmap(r->va - page, r->size + 2 * page);
	}
	mem->brk = 0;
}

void *guest_mem_alloc(struct guest_mem *mem, size_t size, size_t align)
{
	size_t start = (mem->brk + align - 1) & ~(align - 1);

	if (!mem->nr || start > mem->regions[0].size ||
	    size > mem->regions[0].size - start)
		return NULL;
	mem->brk = start + size;
	return mem->regions[0].va + start;
}

void *guest_mem_va(const struct guest_mem *mem, uint64_t gpa, size_t size)
{
	for (unsigned int i = 0; i < mem->nr; i++) {
		const struct guest_region *r = &mem->regions[i];
		uint64_t offset = gpa - r->gpa;

		if (gpa >= r->gpa && offset <= r->size &&
		    size <= r->size - offset)
			return r->va + offset;
	}
	return NULL;
}

uint64_t guest_mem_gpa(const struct guest_mem *mem, const void *va)
{
	const uint8_t *p = va;

	for (unsigned int i = 0; i < mem->nr; i++) {
		const struct guest_region *r = &mem->regions[i];

		if (p >= r->va && p < r->va + r->size)
			return r->gpa + (p - r->va);
	}
	abort();
}

int guest_mem_set_table(const struct guest_mem *mem, int fd)
{
	union {
		struct vhost_memory table;
		char space[sizeof(struct vhost_memory) +
			   GUEST_MEM_MAX_REGIONS *
			   sizeof(struct vhost_memory_region)];
	} u;

	memset(&u, 0, sizeof(u));
	u.table.nregions = mem->nr;
	for (unsigned int i = 0; i < mem->nr; i++) {
		u.table.regions[i].guest_phys_addr = mem->regions[i].gpa;
		u.table.regions[i].memory_size = mem->regions[i].size;
		u.table.regions[i].userspace_addr =
			(uintptr_t)mem->regions[i].va;
	}
	return ioctl(fd, VHOST_SET_MEM_TABLE, &u.table) ? -errno : 0;
}
