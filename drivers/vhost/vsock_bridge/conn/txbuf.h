/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FIFO of the bytes that the guest has sent and the host socket has not
 * accepted.
 *
 * The FIFO uses no memory while it is empty, and grows by chunks. The caller
 * limits its size to the credit of the guest. The caller writes and reads the
 * bytes in place and so decides how they are copied.
 *
 * Pure: no locks, no sleeping except for the allocation, no globals; also
 * builds in user space.
 */
#ifndef VSB_TXBUF_H
#define VSB_TXBUF_H

#include <linux/types.h>

struct kvec;
struct vsb_txbuf_chunk;

/**
 * struct vsb_txbuf - the FIFO
 * @first: oldest chunk; NULL if the FIFO is empty
 * @last: youngest chunk
 * @len: number of bytes in all chunks
 */
struct vsb_txbuf {
	struct vsb_txbuf_chunk *first;
	struct vsb_txbuf_chunk *last;
	size_t len;
};

void *vsb_txbuf_reserve(struct vsb_txbuf *buf, size_t want, size_t *room);
void vsb_txbuf_commit(struct vsb_txbuf *buf, size_t len);
unsigned int vsb_txbuf_peek(const struct vsb_txbuf *buf, size_t len,
			    struct kvec *parts, unsigned int max);
void vsb_txbuf_consume(struct vsb_txbuf *buf, size_t len);
void vsb_txbuf_clear(struct vsb_txbuf *buf);

static inline bool vsb_txbuf_empty(const struct vsb_txbuf *buf)
{
	return !buf->len;
}

#endif /* VSB_TXBUF_H */
