/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: mmap'ed regions at chosen guest-physical addresses.
 * Inaccessible pages surround each region, so a device that exceeds it faults.
 */
#ifndef GUEST_MEM_H
#define GUEST_MEM_H

#include <stddef.h>
#include <stdint.h>

#define GUEST_MEM_MAX_REGIONS 8

struct guest_region {
	uint64_t gpa;
	size_t size;
	uint8_t *va;
};

/* @brk: bytes of region 0 that guest_mem_alloc() has allocated */
struct guest_mem {
	struct guest_region regions[GUEST_MEM_MAX_REGIONS];
	unsigned int nr;
	size_t brk;
};

/* Adds a region. @size must be a multiple of the page size. */
int guest_mem_map(struct guest_mem *mem, uint64_t gpa, size_t size);
void guest_mem_unmap(struct guest_mem *mem);

/* Allocates zeroed memory from region 0 for the guest's lifetime; or NULL. */
void *guest_mem_alloc(struct guest_mem *mem, size_t size, size_t align);

/* Returns NULL unless one region contains all of it. */
void *guest_mem_va(const struct guest_mem *mem, uint64_t gpa, size_t size);
/* @va must be in a region. */
uint64_t guest_mem_gpa(const struct guest_mem *mem, const void *va);

/* VHOST_SET_MEM_TABLE */
int guest_mem_set_table(const struct guest_mem *mem, int fd);

#endif /* GUEST_MEM_H */
