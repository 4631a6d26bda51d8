/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ioctls for a VMM that saves a guest and restores it with another device.
 */
#ifndef VSB_SNAPSHOT_H
#define VSB_SNAPSHOT_H

struct vsb_dev;

long vsb_send_event(struct vsb_dev *dev, void *arg);
long vsb_get_state(struct vsb_dev *dev, void *arg);
long vsb_set_state(struct vsb_dev *dev, void *arg);

#endif /* VSB_SNAPSHOT_H */
