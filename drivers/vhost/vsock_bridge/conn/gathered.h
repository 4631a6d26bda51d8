/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The payload that one round of TX has gathered for a connection. The parts are
 * in the data path's struct vsb_gather; this structure says which are the
 * connection's.
 */
#ifndef VSB_GATHERED_H
#define VSB_GATHERED_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct vsb_gathered - what was gathered for one connection
 * @node: place in the gather's list
 * @first: its first part
 * @last: its last part
 * @nr: how many
 * @len: bytes in all
 *
 * Of SEQPACKET they are of one message.
 */
struct vsb_gathered {
	struct list_head node;
	u16 first;
	u16 last;
	u16 nr;
	u32 len;
};

static inline void vsb_gathered_init(struct vsb_gathered *own)
{
	INIT_LIST_HEAD(&own->node);
}

#endif /* VSB_GATHERED_H */
