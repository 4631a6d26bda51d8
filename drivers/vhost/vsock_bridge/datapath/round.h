/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rounds of a data path, which the worker runs.
 */
#ifndef VSB_ROUND_H
#define VSB_ROUND_H

struct vsb_datapath;

void vsb_rounds_init(struct vsb_datapath *dp);
void vsb_rounds_drain_ready(struct vsb_datapath *dp);

#endif /* VSB_ROUND_H */
