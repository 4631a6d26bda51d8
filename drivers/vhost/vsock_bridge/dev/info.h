/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module can do, and what a device has counted.
 */
#ifndef VSB_INFO_H
#define VSB_INFO_H

struct vsb_dev;

long vsb_get_info(struct vsb_dev *dev, void *arg);
long vsb_get_stats(struct vsb_dev *dev, void *arg);

#endif /* VSB_INFO_H */
