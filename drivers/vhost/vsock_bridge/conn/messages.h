/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The message boundaries in a SEQPACKET connection's FIFO of bytes.
 *
 * Only the lengths of complete messages are stored, four bytes for each
 * message. An empty message is not stored, because an AF_UNIX reader would take
 * it for EOF.
 *
 * Pure: no locks, no sleeping except for the allocation, no globals; also
 * builds in user space.
 */
#ifndef VSB_MESSAGES_H
#define VSB_MESSAGES_H

#include <linux/types.h>

#include "conn/txbuf.h"

/* Number of bytes that the length of a complete message takes. */
#define VSB_MESSAGE_COST	sizeof(u32)

/**
 * struct vsb_messages - the message boundaries
 * @lens: lengths of the complete messages, oldest first
 * @open: number of bytes of the youngest message, whose end has not arrived
 */
struct vsb_messages {
	struct vsb_txbuf lens;
	u32 open;
};

/* @len more bytes of the youngest message were added to the FIFO of bytes. */
static inline void vsb_messages_add(struct vsb_messages *messages, u32 len)
{
	messages->open += len;
}

bool vsb_messages_end(struct vsb_messages *messages);
u32 vsb_messages_first(const struct vsb_messages *messages);
void vsb_messages_drop(struct vsb_messages *messages);
void vsb_messages_clear(struct vsb_messages *messages);

#endif /* VSB_MESSAGES_H */
