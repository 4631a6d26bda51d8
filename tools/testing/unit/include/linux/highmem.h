/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_HIGHMEM_H
#define UNIT_LINUX_HIGHMEM_H

struct page;

static inline void *kmap_local_page(struct page *page)
{
	return page;
}

static inline void kunmap_local(const void *addr)
{
	(void)addr;
}

#endif /* UNIT_LINUX_HIGHMEM_H */
