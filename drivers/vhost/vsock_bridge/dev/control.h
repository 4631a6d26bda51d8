/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctls of /dev/vsock-bridge-control that find a device.
 */
#ifndef VSB_CONTROL_H
#define VSB_CONTROL_H

struct file;
struct vsb_dev;

long vsb_next_device(struct vsb_dev *dev, void *arg);
long vsb_select(struct file *file, void *arg);

#endif /* VSB_CONTROL_H */
