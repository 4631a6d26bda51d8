/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The owner of a device: VHOST_SET_OWNER.
 */
#ifndef VSB_OWNER_H
#define VSB_OWNER_H

struct vsb_dev;

long vsb_set_owner(struct vsb_dev *dev, void *arg);

#endif /* VSB_OWNER_H */
