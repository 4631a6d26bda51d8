/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VMM needs to save a guest and to restore it with another device.
 */
#ifndef VSB_SNAPSHOT_H
#define VSB_SNAPSHOT_H

struct vsb_dev;

long vsb_send_event(struct vsb_dev *dev, void *arg);
long vsb_get_state(struct vsb_dev *dev, void *arg);
long vsb_set_state(struct vsb_dev *dev, void *arg);

#endif /* VSB_SNAPSHOT_H */
