/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of a data path, and the unlock that performs it.
 */
#ifndef VSB_QUENCH_H
#define VSB_QUENCH_H

struct vsb_datapath;

void vsb_datapath_unlock(struct vsb_datapath *dp);
void vsb_datapath_quench(struct vsb_datapath *dp);
void vsb_datapath_killed(void *arg);
void vsb_datapath_release(struct vsb_datapath *dp);
void vsb_datapath_let_go(struct vsb_datapath *dp);

#endif /* VSB_QUENCH_H */
