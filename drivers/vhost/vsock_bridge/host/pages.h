/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that the device sends to host sockets by reference and reuses after the
 * readers have released them: they are neither allocated for each send nor
 * zeroed before they are overwritten.
 *
 * The pages form blocks. The device fills the blocks one after the other, each
 * from front to back. A block that only the device refers to is empty again. A
 * reader may keep its bytes for any time: there are at most VSB_BLOCKS blocks,
 * and if none is empty, the socket allocates pages instead. The blocks live as
 * long as the device. If each reset of the guest made new blocks, a reader that
 * keeps bytes could pin memory without a limit.
 */
#ifndef VSB_PAGES_H
#define VSB_PAGES_H

#include <linux/bvec.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/page.h>

struct iov_iter;

/*
 * Size of a block in bytes, for any page size; all blocks together have 1 MiB.
 */
#if PAGE_SHIFT > 15
#define VSB_BLOCK_SIZE		PAGE_SIZE
#else
#define VSB_BLOCK_SIZE		((size_t)SZ_32K)
#endif
#define VSB_BLOCKS		(SZ_1M / VSB_BLOCK_SIZE)

/**
 * struct vsb_pages - the blocks of a device
 * @block: the blocks; the first @nr are allocated
 * @nr: number of allocated blocks
 * @at: index of the block that is being filled
 * @used: number of bytes of that block in use
 *
 * A zeroed structure is ready for use.
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
