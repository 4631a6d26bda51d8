/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of a process: here the memory itself. */
#ifndef UNIT_LINUX_MM_H
#define UNIT_LINUX_MM_H

#include <linux/types.h>

#define PAGE_SIZE		4096UL
#define FOLL_WRITE		0x01
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))

struct page;

int pin_user_pages_fast(unsigned long start, int nr_pages,
			unsigned int gup_flags, struct page **pages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages,
				 bool make_dirty);

#endif /* UNIT_LINUX_MM_H */
