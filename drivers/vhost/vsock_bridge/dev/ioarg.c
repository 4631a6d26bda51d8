// SPDX-License-Identifier: GPL-2.0
/*
 * Copying the structures of the module's own ioctls to and from the caller.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vsock_bridge.h>

#include "dev/ioarg.h"
#include "host/unix/name.h"

static long vsb_ioarg_size(u32 *usize, size_t min, const void __user *argp)
{
	if (get_user(*usize, (const u32 __user *)argp))
		return -EFAULT;
	if (*usize < min)
		return -EINVAL;
	return *usize > PAGE_SIZE ? -E2BIG : 0;
}

/*
 * Copies a structure of the module from the caller: its size first, then the
 * part that both sides know. Fields that only the caller knows must be 0.
 */
long vsb_ioarg_in(void *to, size_t ksize, size_t min, const void __user *argp)
{
	u32 usize;
	long ret;

	ret = vsb_ioarg_size(&usize, min, argp);
	if (ret)
		return ret;
	return copy_struct_from_user(to, ksize, argp, usize);
}

/* Copies the name of a socket: a path without NUL, or an abstract name. */
long vsb_ioarg_name(struct vsb_name *name, u64 from, u32 len)
{
	if (!len)
		return -EINVAL;
	if (len > VSOCK_BRIDGE_PATH_MAX)
		return -ENAMETOOLONG;
	if (copy_from_user(name->text, u64_to_user_ptr(from), len))
		return -EFAULT;
	name->len = len;
	if (vsb_name_is_abstract(name))
		return len > 1 ? 0 : -EINVAL;
	return memchr(name->text, '\0', len) ? -EINVAL : 0;
}

/*
 * Copies a structure of the module to the caller, up to the caller's size.
 * Fields that only the caller knows must be 0 here too, because they could be a
 * request.
 */
long vsb_ioarg_out(void __user *argp, const void *from, size_t ksize,
		   size_t min)
{
	u32 usize;
	long ret;

	ret = vsb_ioarg_size(&usize, min, argp);
	if (ret)
		return ret;
	if (usize > ksize) {
		ret = check_zeroed_user(argp + ksize, usize - ksize);
		if (ret <= 0)
			return ret ?: -E2BIG;
	}
	return copy_to_user(argp, from, min_t(size_t, usize, ksize)) ?
	       -EFAULT : 0;
}
