/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_ALIGN_H
#define UNIT_LINUX_ALIGN_H

#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)

#endif /* UNIT_LINUX_ALIGN_H */
