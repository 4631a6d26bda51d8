/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that go to host sockets by reference and come back when their reader
 * has freed them: they are neither allocated for each send nor zeroed before
 * they are overwritten.
 *
 * They are cut into blocks, which are filled from front to back, one after the
 * other. A block that nobody but us refers to is empty again. A reader may keep
 * what it was given for as long as it likes: there are VSB_BLOCKS at most, and
 * when none is empty the socket gets pages of the kernel's instead.
 */
#ifndef VSB_PAGES_H
#define VSB_PAGES_H

#include <linux/bvec.h>
#include <linux/types.h>

struct iov_iter;

#define VSB_BLOCKS		32U
#define VSB_BLOCK_ORDER		3U
#define VSB_BLOCK_SIZE		(PAGE_SIZE << VSB_BLOCK_ORDER)

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
