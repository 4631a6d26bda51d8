/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest to host: TX virtqueue -> connection -> host socket.
 */
#ifndef VSB_TX_H
#define VSB_TX_H

struct vsb_busy_poll_watch;
struct vsb_datapath;

void vsb_tx_run(struct vsb_datapath *dp, struct vsb_busy_poll_watch *watch);

#endif /* VSB_TX_H */
