/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host end that VSOCK_BRIDGE_SET_UDS describes.
 */
#ifndef VSB_UDS_H
#define VSB_UDS_H

struct vsb_dev;

long vsb_set_uds(struct vsb_dev *dev, void *arg);

#endif /* VSB_UDS_H */
