/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's CID.
 */
#ifndef VSB_CID_H
#define VSB_CID_H

struct vsb_dev;

long vsb_set_guest_cid(struct vsb_dev *dev, void *arg);

#endif /* VSB_CID_H */
