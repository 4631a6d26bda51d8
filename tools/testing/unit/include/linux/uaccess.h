/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses to the memory of a process: here plain memory, of which parts can
 * be made inaccessible, and which may change before each access.
 */
#ifndef UNIT_LINUX_UACCESS_H
#define UNIT_LINUX_UACCESS_H

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/types.h>

bool access_ok(const void *addr, unsigned long size);
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
unsigned long copy_to_user(void *to, const void *from, unsigned long n);

#define get_user(x, ptr) ({						\
	__typeof__(*(ptr)) _value;					\
	unsigned long _left;						\
	_left = copy_from_user(&_value, (ptr), sizeof(_value));		\
	(x) = _value;							\
	_left ? -EFAULT : 0; })

#define put_user(x, ptr) ({						\
	__typeof__(*(ptr)) _value = (x);				\
	copy_to_user((ptr), &_value, sizeof(_value)) ? -EFAULT : 0; })

/* A window of accesses; only reading is asked for here. */
#define user_read_access_begin(ptr, size)	access_ok((ptr), (size))
#define user_read_access_end()			((void)0)
#define unsafe_get_user(x, ptr, label)					\
do {									\
	if (copy_from_user(&(x), (ptr), sizeof(*(ptr))))		\
		goto label;						\
} while (0)

#endif /* UNIT_LINUX_UACCESS_H */
