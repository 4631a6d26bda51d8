// SPDX-License-Identifier: GPL-2.0
/*
 * A FIFO of bytes that the guest has sent and the host socket has not accepted.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "conn/txbuf.h"

/*
 * The size of a chunk, including its header, is a power of two between
 * VSB_CHUNK_MIN and VSB_CHUNK_MAX. A new chunk holds at least a quarter of the
 * FIFO's bytes, up to VSB_CHUNK_MAX, so that a long message needs few chunks
 * even if it arrives in small pieces.
 */
#define VSB_CHUNK_MIN	1024
#define VSB_CHUNK_MAX	16384
#define VSB_CHUNK_SHARE	4

/**
 * struct vsb_txbuf_chunk - a part of the FIFO
 * @next: the next younger chunk
 * @head: offset of the first used byte
 * @tail: offset after the last used byte
 * @size: number of bytes that @data can hold
 * @data: the bytes
 */
struct vsb_txbuf_chunk {
	struct vsb_txbuf_chunk *next;
	u32 head;
	u32 tail;
	u32 size;
	u8 data[];
};

static struct vsb_txbuf_chunk *vsb_txbuf_grow(struct vsb_txbuf *buf,
					      size_t want)
{
	struct vsb_txbuf_chunk *chunk;
	size_t size;

	size = max_t(size_t, want, buf->len / VSB_CHUNK_SHARE);
	size = clamp_t(size_t, size + sizeof(*chunk),
		       VSB_CHUNK_MIN, VSB_CHUNK_MAX);
	size = roundup_pow_of_two(size);
	chunk = kmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return NULL;

	chunk->next = NULL;
	chunk->head = 0;
	chunk->tail = 0;
	chunk->size = size - sizeof(*chunk);
	if (buf->last)
		buf->last->next = chunk;
	else
		buf->first = chunk;
	buf->last = chunk;
	return chunk;
}

/**
 * vsb_txbuf_reserve() - get room for bytes at the end
 * @buf: the FIFO
 * @want: number of bytes that the caller has, more than 0
 * @room: out: number of bytes that the caller may fill in, 1 to @want
 *
 * The caller's bytes are in the FIFO only after vsb_txbuf_commit().
 *
 * Return: the address to fill in, or NULL when the allocation fails.
 */
void *vsb_txbuf_reserve(struct vsb_txbuf *buf, size_t want, size_t *room)
{
	struct vsb_txbuf_chunk *chunk = buf->last;

	if (!chunk || chunk->tail == chunk->size) {
		chunk = vsb_txbuf_grow(buf, want);
		if (!chunk)
			return NULL;
	}
	*room = min_t(size_t, want, chunk->size - chunk->tail);
	return chunk->data + chunk->tail;
}

/**
 * vsb_txbuf_commit() - append the bytes that the caller wrote
 * @buf: the FIFO
 * @len: number of bytes, at most @room from vsb_txbuf_reserve()
 */
void vsb_txbuf_commit(struct vsb_txbuf *buf, size_t len)
{
	buf->last->tail += len;
	buf->len += len;
}

/**
 * vsb_txbuf_peek() - find the oldest bytes
 * @buf: the FIFO
 * @len: number of bytes, at most @buf->len
 * @parts: out: the parts that hold the bytes, oldest first
 * @max: number of entries in @parts; if the bytes need more parts, only the
 *	first @max parts are returned
 *
 * Return: number of parts; 0 when there are no bytes.
 */
unsigned int vsb_txbuf_peek(const struct vsb_txbuf *buf, size_t len,
			    struct kvec *parts, unsigned int max)
{
	struct vsb_txbuf_chunk *chunk;
	unsigned int n = 0;

	for (chunk = buf->first; chunk && len && n < max; chunk = chunk->next) {
		size_t part = min_t(size_t, len, chunk->tail - chunk->head);

		if (!part)
			continue;
		parts[n].iov_base = chunk->data + chunk->head;
		parts[n].iov_len = part;
		len -= part;
		n++;
	}
	return n;
}

/**
 * vsb_txbuf_consume() - drop the oldest bytes
 * @buf: the FIFO
 * @len: number of bytes, at most @buf->len
 */
void vsb_txbuf_consume(struct vsb_txbuf *buf, size_t len)
{
	struct vsb_txbuf_chunk *chunk;

	buf->len -= len;
	while ((chunk = buf->first)) {
		size_t part = min_t(size_t, len, chunk->tail - chunk->head);

		chunk->head += part;
		len -= part;
		if (chunk->head < chunk->tail)
			return;

		buf->first = chunk->next;
		if (!buf->first)
			buf->last = NULL;
		kfree(chunk);
	}
}

/* Drop all bytes. */
void vsb_txbuf_clear(struct vsb_txbuf *buf)
{
	vsb_txbuf_consume(buf, buf->len);
}
