// SPDX-License-Identifier: GPL-2.0
/*
 * The message boundaries in a SEQPACKET connection's FIFO of bytes.
 */
#include <linux/string.h>
#include <linux/uio.h>

#include "conn/messages.h"

/**
 * vsb_messages_end() - the youngest message is complete
 * @messages: the message boundaries
 *
 * Return: false if there is no memory; then the message stays open.
 */
bool vsb_messages_end(struct vsb_messages *messages)
{
	size_t room;
	void *to;

	if (!messages->open)
		return true;
	/*
	 * the FIFO holds only lengths, so no length is split between two
	 * chunks.
	 */
	to = vsb_txbuf_reserve(&messages->lens, VSB_MESSAGE_COST, &room);
	if (!to)
		return false;
	memcpy(to, &messages->open, VSB_MESSAGE_COST);
	vsb_txbuf_commit(&messages->lens, VSB_MESSAGE_COST);
	messages->open = 0;
	return true;
}

/* Return: length of the oldest complete message; 0 if there is none. */
u32 vsb_messages_first(const struct vsb_messages *messages)
{
	struct kvec part;
	u32 len = 0;

	if (vsb_txbuf_peek(&messages->lens, VSB_MESSAGE_COST, &part, 1))
		memcpy(&len, part.iov_base, VSB_MESSAGE_COST);
	return len;
}

/* Removes the oldest complete message, which has left the FIFO of bytes. */
void vsb_messages_drop(struct vsb_messages *messages)
{
	vsb_txbuf_consume(&messages->lens, VSB_MESSAGE_COST);
}

void vsb_messages_clear(struct vsb_messages *messages)
{
	vsb_txbuf_clear(&messages->lens);
	messages->open = 0;
}
