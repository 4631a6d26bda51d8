// SPDX-License-Identifier: GPL-2.0
/*
 * Where the messages of a SEQPACKET connection end, in the FIFO of its bytes.
 */
#include <linux/string.h>
#include <linux/uio.h>

#include "conn/bounds.h"

/**
 * vsb_bounds_end() - the youngest message is complete
 * @b: the bounds
 *
 * Return: false when there is no memory; the message stays open.
 */
bool vsb_bounds_end(struct vsb_bounds *b)
{
	size_t room;
	void *to;

	if (!b->open)
		return true;
	/* nothing else is put there, so a length is never cut in two */
	to = vsb_txbuf_reserve(&b->lens, VSB_BOUND_SIZE, &room);
	if (!to)
		return false;
	memcpy(to, &b->open, VSB_BOUND_SIZE);
	vsb_txbuf_commit(&b->lens, VSB_BOUND_SIZE);
	b->open = 0;
	return true;
}

/* Length of the oldest complete message; 0 when there is none. */
u32 vsb_bounds_first(const struct vsb_bounds *b)
{
	struct kvec part;
	u32 len = 0;

	if (vsb_txbuf_peek(&b->lens, VSB_BOUND_SIZE, &part, 1))
		memcpy(&len, part.iov_base, VSB_BOUND_SIZE);
	return len;
}

/* The oldest complete message has left the FIFO. */
void vsb_bounds_drop(struct vsb_bounds *b)
{
	vsb_txbuf_consume(&b->lens, VSB_BOUND_SIZE);
}

void vsb_bounds_clear(struct vsb_bounds *b)
{
	vsb_txbuf_clear(&b->lens);
	b->open = 0;
}
