/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_UIO_H
#define UNIT_LINUX_UIO_H

#include_next <linux/uio.h>

struct kvec {
	void *iov_base;
	size_t iov_len;
};

#endif /* UNIT_LINUX_UIO_H */
