/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's bytes that the host end of a connection has not accepted: a FIFO,
 * its message boundaries, and the time of its last progress.
 *
 * The caller of each function holds the data path's lock. The functions update
 * the gauge of all buffered bytes in the device's context.
 */
#ifndef VSB_BUFFER_H
#define VSB_BUFFER_H

#include <linux/list.h>
#include <linux/types.h>

#include "conn/messages.h"
#include "conn/txbuf.h"

struct iov_iter;
struct vsb_ctx;

/**
 * struct vsb_buffer - the buffer of a connection
 * @bytes: the bytes
 * @messages: for SEQPACKET, the message boundaries in @bytes
 * @node: entry in a list of connections that hold bytes, longest without
 *	progress first; not in a list while @bytes is empty
 * @progress_at: time in ns of the host program's last progress, or of the first
 *	buffered byte
 * @unread: unread bytes in the host end at the last check for progress
 */
struct vsb_buffer {
	struct vsb_txbuf bytes;
	struct vsb_messages messages;
	struct list_head node;
	u64 progress_at;
	u32 unread;
};

static inline void vsb_buffer_init(struct vsb_buffer *buffer)
{
	INIT_LIST_HEAD(&buffer->node);
}

static inline bool vsb_buffer_is_empty(const struct vsb_buffer *buffer)
{
	return vsb_txbuf_empty(&buffer->bytes);
}

/* Return: the share of this buffer in the gauge of buffered bytes. */
static inline size_t vsb_buffer_size(const struct vsb_buffer *buffer)
{
	return buffer->bytes.len + buffer->messages.lens.len;
}

int vsb_buffer_fill(struct vsb_buffer *buffer, struct vsb_ctx *ctx,
		    struct iov_iter *from);
int vsb_buffer_end_message(struct vsb_buffer *buffer, struct vsb_ctx *ctx);
void vsb_buffer_consume(struct vsb_buffer *buffer, struct vsb_ctx *ctx, u32 len);
void vsb_buffer_drop_message(struct vsb_buffer *buffer, struct vsb_ctx *ctx);
void vsb_buffer_clear(struct vsb_buffer *buffer, struct vsb_ctx *ctx);
void vsb_buffer_progress(struct vsb_buffer *buffer, struct list_head *list,
			 u32 unread);

#endif /* VSB_BUFFER_H */
