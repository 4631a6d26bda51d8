// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that the device sends to host sockets by reference and reuses.
 */
#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/uio.h>

#include "host/pages.h"

/*
 * Return: true if only the device refers to the block. Then no other reference
 * can appear.
 */
static bool vsb_block_is_empty(struct page *block)
{
	if (page_ref_count(block) != 1)
		return false;
	smp_mb();	/* (N): orders the reader's reads before the reuse */
	return true;
}

/* Adds a block. Return: false at the limit, or if there is no memory. */
static bool vsb_pages_grow(struct vsb_pages *pages)
{
	struct page *block;

	if (pages->nr == VSB_BLOCKS)
		return false;
	block = alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_COMP | __GFP_NORETRY |
			    __GFP_NOWARN, get_order(VSB_BLOCK_SIZE));
	if (!block)
		return false;
	pages->at = pages->nr;
	pages->used = 0;
	pages->block[pages->nr++] = block;
	return true;
}

/*
 * Finds an empty block, beginning with the first block, so that few blocks are
 * in use and stay in the cache. Return: false if there is none.
 */
static bool vsb_pages_next(struct vsb_pages *pages)
{
	unsigned int at;

	for (at = 0; at < pages->nr; at++) {
		if (vsb_block_is_empty(pages->block[at])) {
			pages->at = at;
			pages->used = 0;
			return true;
		}
	}
	return vsb_pages_grow(pages);
}

/* Finds room for more bytes. Return: false if there is none. */
static bool vsb_pages_room(struct vsb_pages *pages)
{
	/* the current block is in the cache, if its readers have released it */
	if (pages->nr && vsb_block_is_empty(pages->block[pages->at]))
		pages->used = 0;
	else if (!pages->nr || pages->used == VSB_BLOCK_SIZE)
		return vsb_pages_next(pages);
	return true;
}

/**
 * vsb_pages_fill() - copy bytes into pages
 * @pages: the pages
 * @from: the bytes; advanced by the number of bytes that were copied
 * @parts: out: the parts of pages with the bytes; each part holds a reference,
 *	see vsb_pages_put()
 * @max: entries of @parts
 *
 * Return: number of entries in use. @from keeps the rest, for which there is no
 * page or which cannot be read.
 */
unsigned int vsb_pages_fill(struct vsb_pages *pages, struct iov_iter *from,
			    struct bio_vec *parts, unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && iov_iter_count(from) && vsb_pages_room(pages)) {
		struct page *block = pages->block[pages->at];
		size_t len = min(iov_iter_count(from),
				 VSB_BLOCK_SIZE - pages->used);
		size_t got = copy_from_iter(page_address(block) + pages->used,
					    len, from);

		if (!got)
			break;
		get_page(block);
		bvec_set_page(&parts[nr++], block, got, pages->used);
		pages->used = min(ALIGN(pages->used + got, L1_CACHE_BYTES),
				  VSB_BLOCK_SIZE);
		if (got < len)
			break;
	}
	return nr;
}

/* Called after the send: the socket has its own references. */
void vsb_pages_put(const struct bio_vec *parts, unsigned int nr)
{
	while (nr--)
		put_page(parts[nr].bv_page);
}

/*
 * Called at the device's end. Pages that readers still hold stay valid for
 * them.
 */
void vsb_pages_free(struct vsb_pages *pages)
{
	while (pages->nr)
		__free_pages(pages->block[--pages->nr], get_order(VSB_BLOCK_SIZE));
	pages->at = 0;
	pages->used = 0;
}
