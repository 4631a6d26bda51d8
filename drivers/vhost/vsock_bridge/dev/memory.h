/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's memory and the log of writes to it.
 */
#ifndef VSB_MEMORY_H
#define VSB_MEMORY_H

struct vsb_dev;

long vsb_set_mem_table(struct vsb_dev *dev, void *arg);
long vsb_set_log_base(struct vsb_dev *dev, void *arg);
long vsb_set_log_fd(struct vsb_dev *dev, void *arg);

#endif /* VSB_MEMORY_H */
