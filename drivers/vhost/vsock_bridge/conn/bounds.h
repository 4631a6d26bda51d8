/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the messages of a SEQPACKET connection end, in the FIFO of its bytes.
 *
 * Only lengths are kept, and those of complete messages: four bytes for each.
 * A message without bytes leaves no trace; AF_UNIX would take it for the end.
 *
 * Pure: no locks, no sleeping besides the allocation, no globals; also builds
 * in user space.
 */
#ifndef VSB_BOUNDS_H
#define VSB_BOUNDS_H

#include <linux/types.h>

#include "conn/txbuf.h"

/* What a complete message takes. */
#define VSB_BOUND_SIZE	sizeof(u32)

/**
 * struct vsb_bounds - the ends of messages
 * @lens: lengths of the complete messages, oldest first
 * @open: bytes of the youngest one, whose end has not come
 */
struct vsb_bounds {
	struct vsb_txbuf lens;
	u32 open;
};

/* @len more bytes of the youngest message are in the FIFO. */
static inline void vsb_bounds_add(struct vsb_bounds *b, u32 len)
{
	b->open += len;
}

bool vsb_bounds_end(struct vsb_bounds *b);
u32 vsb_bounds_first(const struct vsb_bounds *b);
void vsb_bounds_drop(struct vsb_bounds *b);
void vsb_bounds_clear(struct vsb_bounds *b);

#endif /* VSB_BOUNDS_H */
