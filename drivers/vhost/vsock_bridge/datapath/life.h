/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a data path: initialization, attachment to its owner, start, stop
 * and destruction.
 */
#ifndef VSB_LIFE_H
#define VSB_LIFE_H

#include <linux/types.h>

struct vsb_busy;
struct vsb_datapath;

int vsb_datapath_init(struct vsb_datapath *dp,
		      void (*idle)(struct vsb_busy *busy));
int vsb_datapath_attach(struct vsb_datapath *dp);
void vsb_datapath_set_features(struct vsb_datapath *dp, u64 features);
int vsb_datapath_set_cid(struct vsb_datapath *dp, u64 cid);
int vsb_datapath_start(struct vsb_datapath *dp);
void vsb_datapath_stop(struct vsb_datapath *dp);
void vsb_datapath_destroy(struct vsb_datapath *dp);

#endif /* VSB_LIFE_H */
