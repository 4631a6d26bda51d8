/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying the structures of the module's own ioctls to and from the caller.
 */
#ifndef VSB_IOARG_H
#define VSB_IOARG_H

#include <linux/compiler.h>
#include <linux/types.h>

struct vsb_name;

long vsb_ioarg_in(void *to, size_t ksize, size_t min, const void __user *argp);
long vsb_ioarg_name(struct vsb_name *name, u64 from, u32 len);
long vsb_ioarg_out(void __user *argp, const void *from, size_t ksize,
		   size_t min);

#endif /* VSB_IOARG_H */
