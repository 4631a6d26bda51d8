/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_BITS_H
#define UNIT_LINUX_BITS_H

#define BIT(nr)		(1UL << (nr))
#define BIT_ULL(nr)	(1ULL << (nr))

#endif /* UNIT_LINUX_BITS_H */
