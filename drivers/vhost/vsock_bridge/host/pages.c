// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that go to host sockets by reference and come back.
 */
#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/uio.h>

#include "host/pages.h"

/* Does nobody else refer to it? Then nobody else can begin to. */
static bool vsb_block_is_empty(struct page *block)
{
	if (page_ref_count(block) != 1)
		return false;
	smp_mb();	/* (N): the reader has read before it let go */
	return true;
}

/* Another block. Return: false when there may be no more, or no memory. */
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
 * Find an empty block, always from the first one on: so few are in use, and
 * those are warm. Return: false when there is none.
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

/* Is there room to go on with? */
static bool vsb_pages_room(struct vsb_pages *pages)
{
	/* the one at hand is warm, if it came back already */
	if (pages->nr && vsb_block_is_empty(pages->block[pages->at]))
		pages->used = 0;
	else if (!pages->nr || pages->used == VSB_BLOCK_SIZE)
		return vsb_pages_next(pages);
	return true;
}

/**
 * vsb_pages_fill() - copy bytes into pages
 * @pages: the pages
 * @from: the bytes; it is advanced
 * @parts: out: where they are; each holds a reference, see vsb_pages_put()
 * @max: entries of @parts
 *
 * Return: entries in use. @from holds the rest, for which there is no page, or
 * which cannot be read.
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

/* The socket has its own references by now. */
void vsb_pages_put(const struct bio_vec *parts, unsigned int nr)
{
	while (nr--)
		put_page(parts[nr].bv_page);
}

/* The device ends. What readers still have stays theirs. */
void vsb_pages_free(struct vsb_pages *pages)
{
	while (pages->nr)
		__free_pages(pages->block[--pages->nr], get_order(VSB_BLOCK_SIZE));
	pages->at = 0;
	pages->used = 0;
}
