/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a device.
 */
#ifndef VSB_LIMITS_H
#define VSB_LIMITS_H

struct vsb_dev;

long vsb_set_limits(struct vsb_dev *dev, void *arg);
long vsb_get_limits(struct vsb_dev *dev, void *arg);

#endif /* VSB_LIMITS_H */
