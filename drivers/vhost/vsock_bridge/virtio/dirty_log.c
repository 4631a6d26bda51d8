// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty log: a bitmap of the guest's pages that the device wrote.
 */
#include <linux/bitops.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vhost.h>
#include <asm/barrier.h>

#include "virtio/dirty_log.h"

/* Number of guest pages that one page of the log covers. */
#define VSB_LOG_PAGE_BITS	(PAGE_SIZE * BITS_PER_BYTE)

/**
 * vsb_log_fits() - can a log at this address hold these guest addresses?
 * @base: the bitmap, or NULL
 * @first: first guest-physical address
 * @last: last guest-physical address
 *
 * The VMM does not pass the length of the bitmap. A bitmap that is too short is
 * detected later, when a write into it faults.
 *
 * Return: false when the bits would lie outside of the process's address space.
 */
bool vsb_log_fits(const void __user *base, u64 first, u64 last)
{
	u64 start = first / VHOST_PAGE_SIZE / BITS_PER_BYTE;
	u64 end = last / VHOST_PAGE_SIZE / BITS_PER_BYTE;

	if (!base)
		return true;
	if (last < first || end > ULONG_MAX - (unsigned long)base)
		return false;
	return access_ok(base + start, end - start + 1);
}

/*
 * Set @nr bits in the page of the log that holds @addr, starting at bit @bit of
 * that page. The kernel has no atomic OR for user memory, so this function pins
 * and maps the page.
 */
static int vsb_log_set_bits(unsigned long addr, unsigned int bit,
			    unsigned int nr)
{
	struct page *page;
	void *map;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	map = kmap_local_page(page);
	while (nr--)
		set_bit(bit++, map);
	kunmap_local(map);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

/* Log the guest pages @page to @last. Each step covers one page of the log. */
static int vsb_log_set_pages(const struct vsb_log *log, u64 page, u64 last)
{
	int ret = 0;

	while (page <= last && !ret) {
		unsigned long addr = (unsigned long)log->base +
				     page / BITS_PER_BYTE;
		unsigned int bit = offset_in_page(addr) * BITS_PER_BYTE +
				   page % BITS_PER_BYTE;
		unsigned int nr = min_t(u64, last - page + 1,
					VSB_LOG_PAGE_BITS - bit);

		ret = vsb_log_set_bits(addr, bit, nr);
		page += nr;
	}
	return ret;
}

/**
 * vsb_log_write() - log that the device has written a range of guest memory
 * @log: the log
 * @addr: guest-physical address; the range has passed vsb_log_fits()
 * @len: bytes
 *
 * The caller runs in the context of the owner: in its worker or in its ioctl.
 *
 * Return: 0, or -EFAULT if the log cannot be written.
 */
int vsb_log_write(struct vsb_log *log, u64 addr, u64 len)
{
	int ret;

	if (!len || !log->base)
		return 0;
	smp_wmb();	/* (E): orders the write of the page before its bit */
	ret = vsb_log_set_pages(log, addr / VHOST_PAGE_SIZE,
				(addr + len - 1) / VHOST_PAGE_SIZE);
	log->dirty = true;
	return ret;
}

/**
 * vsb_log_write_parts() - log that the beginning of a chain was written
 * @log: the log
 * @iov: the parts of the chain
 * @addr: the guest-physical addresses of the parts
 * @nr: number of parts
 * @len: number of bytes that were written
 *
 * Return: as vsb_log_write().
 */
int vsb_log_write_parts(struct vsb_log *log, const struct iovec *iov,
			const u64 *addr, unsigned int nr, size_t len)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr && len && !ret; i++) {
		size_t part = min(iov[i].iov_len, len);

		ret = vsb_log_write(log, addr[i], part);
		len -= part;
	}
	return ret;
}
