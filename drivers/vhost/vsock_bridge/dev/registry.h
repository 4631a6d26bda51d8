/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The open devices, by number.
 */
#ifndef VSB_REGISTRY_H
#define VSB_REGISTRY_H

#include <linux/types.h>

struct vsb_dev;

int vsb_registry_add(struct vsb_dev *dev);
void vsb_registry_remove(struct vsb_dev *dev);
struct vsb_dev *vsb_registry_find(u32 number);
struct vsb_dev *vsb_registry_next(u32 after);

#endif /* VSB_REGISTRY_H */
