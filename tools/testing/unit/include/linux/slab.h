/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_SLAB_H
#define UNIT_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL		1U
#define GFP_KERNEL_ACCOUNT	2U

void *kmalloc(size_t size, unsigned int flags);
void *kvcalloc(size_t n, size_t size, unsigned int flags);
void kfree(const void *p);
void kvfree(const void *p);

#endif /* UNIT_LINUX_SLAB_H */
