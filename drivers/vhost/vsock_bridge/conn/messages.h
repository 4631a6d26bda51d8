/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bounds of the messages in a SEQPACKET connection's FIFO of bytes.
 *
 * Only the lengths of complete messages are kept, four bytes for each. A message
 * without bytes is not kept, because AF_UNIX would take it for the end.
 *
 * Pure: no locks, no sleeping except for the allocation, no globals; also builds
 * in user space.
 */
#ifndef VSB_MESSAGES_H
#define VSB_MESSAGES_H

#include <linux/types.h>

#include "conn/txbuf.h"

/* Number of bytes that a complete message takes here. */
#define VSB_MESSAGE_COST	sizeof(u32)

/**
 * struct vsb_messages - the bounds of messages
 * @lens: lengths of the complete messages, oldest first
 * @open: number of bytes of the youngest message, whose end has not come
 */
struct vsb_messages {
	struct vsb_txbuf lens;
	u32 open;
};

/* The FIFO has got @len more bytes of the youngest message. */
static inline void vsb_messages_add(struct vsb_messages *messages, u32 len)
{
	messages->open += len;
}

bool vsb_messages_end(struct vsb_messages *messages);
u32 vsb_messages_first(const struct vsb_messages *messages);
void vsb_messages_drop(struct vsb_messages *messages);
void vsb_messages_clear(struct vsb_messages *messages);

#endif /* VSB_MESSAGES_H */
