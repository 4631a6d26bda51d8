/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A slice of an array of iovecs.
 */
#ifndef VSB_IOV_H
#define VSB_IOV_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/uio.h>

/**
 * vsb_iov_slice() - cut a range of bytes out of an array of parts
 * @to: out: the parts of the range; has room for @nr entries
 * @from: the array of parts
 * @nr: number of entries of @from
 * @skip: number of bytes before the range
 * @len: length of the range; the slice is shorter if @from is shorter
 *
 * Return: the number of entries of @to.
 */
static inline unsigned int vsb_iov_slice(struct iovec *to,
					 const struct iovec *from,
					 unsigned int nr, size_t skip,
					 size_t len)
{
	unsigned int i, out = 0;

	if (likely(nr && len && skip + len <= from->iov_len)) {
		to->iov_base = from->iov_base + skip;
		to->iov_len = len;
		return 1;
	}
	for (i = 0; i < nr && len; i++) {
		size_t part;

		if (skip >= from[i].iov_len) {
			skip -= from[i].iov_len;
			continue;
		}
		part = min_t(size_t, from[i].iov_len - skip, len);
		to[out].iov_base = from[i].iov_base + skip;
		to[out].iov_len = part;
		out++;
		len -= part;
		skip = 0;
	}
	return out;
}

#endif /* VSB_IOV_H */
