/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_BITOPS_H
#define UNIT_LINUX_BITOPS_H

#define BITS_PER_BYTE	8

static inline void set_bit(long nr, volatile void *addr)
{
	__atomic_fetch_or((unsigned char *)addr + nr / 8, 1U << (nr % 8),
			  __ATOMIC_RELAXED);
}

#endif /* UNIT_LINUX_BITOPS_H */
