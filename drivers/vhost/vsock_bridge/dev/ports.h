/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map from the guest's ports to sockets.
 */
#ifndef VSB_PORTS_H
#define VSB_PORTS_H

struct vsb_dev;

long vsb_set_port(struct vsb_dev *dev, void *arg);
long vsb_get_ports(struct vsb_dev *dev, void *arg);

#endif /* VSB_PORTS_H */
