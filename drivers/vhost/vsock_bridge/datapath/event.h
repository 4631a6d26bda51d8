/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events to the guest, and the gate that they close.
 */
#ifndef VSB_EVENT_H
#define VSB_EVENT_H

#include <linux/types.h>

struct vsb_datapath;

int vsb_event_send(struct vsb_datapath *dp, u32 id);
void vsb_event_check_answer(struct vsb_datapath *dp);
void vsb_event_start(struct vsb_datapath *dp, bool anew);

#endif /* VSB_EVENT_H */
