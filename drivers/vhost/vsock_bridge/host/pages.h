/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that go to host sockets by reference and come back when their reader
 * has freed them: they are neither allocated for each send nor zeroed before
 * they are overwritten.
 *
 * They are cut into blocks, which are filled from front to back, one after the
 * other. A block to which only the device refers is empty again. A reader may keep
 * what it was given for as long as it likes: there are VSB_BLOCKS at most, and
 * when none is empty the socket gets pages of the kernel's instead. The blocks
 * live as long as the device: with new ones after each reset of the guest, a reader
 * that keeps bytes could pin as many as it likes.
 */
#ifndef VSB_PAGES_H
#define VSB_PAGES_H

#include <linux/bvec.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/page.h>

struct iov_iter;

/* In bytes, whatever the size of a page is: 1 MiB in all. */
#if PAGE_SHIFT > 15
#define VSB_BLOCK_SIZE		PAGE_SIZE
#else
#define VSB_BLOCK_SIZE		((size_t)SZ_32K)
#endif
#define VSB_BLOCKS		(SZ_1M / VSB_BLOCK_SIZE)

/**
 * struct vsb_pages - the blocks of a device
 * @block: the first @nr are there
 * @nr: how many
 * @at: the one that is being filled
 * @used: how much of it is
 *
 * Zeroed, it is ready for use.
 */
struct vsb_pages {
	struct page *block[VSB_BLOCKS];
	unsigned int nr;
	unsigned int at;
	size_t used;
};

unsigned int vsb_pages_fill(struct vsb_pages *pages, struct iov_iter *from,
			    struct bio_vec *parts, unsigned int max);
void vsb_pages_put(const struct bio_vec *parts, unsigned int nr);
void vsb_pages_free(struct vsb_pages *pages);

#endif /* VSB_PAGES_H */
