/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FIFO of bytes that the guest has sent and the host socket has not accepted.
 *
 * An empty FIFO holds no memory. The FIFO grows by chunks; the caller bounds
 * its size by the guest's credit. The caller copies bytes directly into and out
 * of the chunks, so that it can choose how to copy.
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
 * @first: the oldest chunk; NULL when the FIFO is empty
 * @last: the youngest chunk; NULL when the FIFO is empty
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
