/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of a device's connections.
 */
#ifndef VSB_DEV_CONNS_H
#define VSB_DEV_CONNS_H

struct vsb_dev;

long vsb_get_conns(struct vsb_dev *dev, void *arg);
long vsb_drop_conn(struct vsb_dev *dev, void *arg);

#endif /* VSB_DEV_CONNS_H */
