// SPDX-License-Identifier: GPL-2.0
/*
 * A FIFO of the bytes that the guest has sent and the host socket has not
 * accepted.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "conn/txbuf.h"

/*
 * The size of a chunk, including its head, is a power of two between
 * VSB_CHUNK_MIN and VSB_CHUNK_MAX. A new chunk has at least a quarter of the
 * size of the FIFO, so that few chunks hold a long message even if it arrived
 * in small pieces.
 */
#define VSB_CHUNK_MIN	1024
#define VSB_CHUNK_MAX	16384
#define VSB_CHUNK_SHARE	4

/**
 * struct vsb_txbuf_chunk - a part of the FIFO
 * @next: the next younger chunk
 * @head: offset of the first byte in use
 * @tail: offset behind the last byte in use
 * @size: size of @data in bytes
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
 * @room: out: number of bytes that the caller can write, 1 to @want
 *
 * The FIFO does not contain the bytes before vsb_txbuf_commit().
 *
 * Return: the address for the bytes, or NULL if there is no memory.
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
 * @len: number of bytes, at most the room from vsb_txbuf_reserve()
 */
void vsb_txbuf_commit(struct vsb_txbuf *buf, size_t len)
{
	buf->last->tail += len;
	buf->len += len;
}

/**
 * vsb_txbuf_peek() - get the oldest bytes without consuming them
 * @buf: the FIFO
 * @len: number of bytes, at most @buf->len
 * @parts: out: the parts of the FIFO that hold the bytes, oldest first
 * @max: entries of @parts; if they do not suffice, the parts hold fewer bytes
 *
 * Return: the number of parts; 0 if there are no bytes.
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

/* Drops all bytes. */
void vsb_txbuf_clear(struct vsb_txbuf *buf)
{
	vsb_txbuf_consume(buf, buf->len);
}
