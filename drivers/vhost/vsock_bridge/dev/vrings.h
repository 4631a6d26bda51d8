/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtqueue ioctls of the VMM.
 */
#ifndef VSB_VRINGS_H
#define VSB_VRINGS_H

struct vsb_dev;

long vsb_set_vring_num(struct vsb_dev *dev, void *arg);
long vsb_set_vring_base(struct vsb_dev *dev, void *arg);
long vsb_get_vring_base(struct vsb_dev *dev, void *arg);
long vsb_set_vring_addr(struct vsb_dev *dev, void *arg);
long vsb_set_vring_kick(struct vsb_dev *dev, void *arg);
long vsb_set_vring_call(struct vsb_dev *dev, void *arg);
long vsb_set_vring_err(struct vsb_dev *dev, void *arg);
long vsb_set_vring_busyloop(struct vsb_dev *dev, void *arg);
long vsb_get_vring_busyloop(struct vsb_dev *dev, void *arg);
long vsb_set_running(struct vsb_dev *dev, void *arg);

#endif /* VSB_VRINGS_H */
