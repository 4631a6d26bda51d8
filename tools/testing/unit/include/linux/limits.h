/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_LIMITS_H
#define UNIT_LINUX_LIMITS_H

#include_next <linux/limits.h>
#include <limits.h>

#define U16_MAX	0xffffU
#define U32_MAX	0xffffffffU
#define U64_MAX	0xffffffffffffffffULL

#endif /* UNIT_LINUX_LIMITS_H */
