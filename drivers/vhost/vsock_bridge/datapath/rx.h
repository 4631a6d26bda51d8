/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host to guest: host socket -> connection -> RX virtqueue.
 */
#ifndef VSB_RX_H
#define VSB_RX_H

struct vsb_datapath;

void vsb_rx_run(struct vsb_datapath *dp);

#endif /* VSB_RX_H */
