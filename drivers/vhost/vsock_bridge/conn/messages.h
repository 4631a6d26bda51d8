/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The message boundaries in the FIFO of bytes of a SEQPACKET connection.
 *
 * The structure stores only the lengths of complete messages, four bytes for
 * each length. It does not store a message without bytes, because an AF_UNIX
 * reader takes a message without bytes for EOF.
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
 * struct vsb_messages - message boundaries
 * @lens: lengths of the complete messages, oldest first
 * @open: number of bytes of the youngest message, whose end has not arrived
 */
struct vsb_messages {
	struct vsb_txbuf lens;
	u32 open;
};

/* Account for @len more bytes of the youngest message. */
static inline void vsb_messages_add(struct vsb_messages *messages, u32 len)
{
	messages->open += len;
}

bool vsb_messages_end(struct vsb_messages *messages);
u32 vsb_messages_first(const struct vsb_messages *messages);
void vsb_messages_drop(struct vsb_messages *messages);
void vsb_messages_clear(struct vsb_messages *messages);

#endif /* VSB_MESSAGES_H */
