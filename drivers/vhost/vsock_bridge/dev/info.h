/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capabilities of the module and the counters of a device.
 */
#ifndef VSB_INFO_H
#define VSB_INFO_H

struct vsb_dev;

long vsb_get_info(struct vsb_dev *dev, void *arg);
long vsb_get_stats(struct vsb_dev *dev, void *arg);

#endif /* VSB_INFO_H */
