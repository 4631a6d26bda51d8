/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctls of both device nodes.
 */
#ifndef VSB_IOCTL_H
#define VSB_IOCTL_H

#include <linux/compiler.h>

struct file;
struct vsb_dev;

long vsb_ioctl(struct vsb_dev *dev, unsigned int cmd, void __user *argp);
long vsb_ioctl_control(struct file *file, unsigned int cmd,
		       void __user *argp);

#endif /* VSB_IOCTL_H */
