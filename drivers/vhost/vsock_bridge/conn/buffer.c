// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's bytes that the host end of a connection has not accepted.
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/uio.h>

#include "base/ctx.h"
#include "conn/buffer.h"

/**
 * vsb_buffer_fill() - append bytes
 * @buffer: the buffer
 * @ctx: the context of its device
 * @from: the bytes; advanced by the number of bytes that were appended
 *
 * Return: 0; -ENOMEM; or -EFAULT if the bytes cannot be read.
 */
int vsb_buffer_fill(struct vsb_buffer *buffer, struct vsb_ctx *ctx,
		    struct iov_iter *from)
{
	size_t room, len;
	void *to;

	while (iov_iter_count(from)) {
		to = vsb_txbuf_reserve(&buffer->bytes, iov_iter_count(from),
				       &room);
		if (!to)
			return -ENOMEM;
		len = copy_from_iter(to, room, from);
		vsb_txbuf_commit(&buffer->bytes, len);
		ctx->stats.buffered_bytes += len;
		if (len < room)
			return -EFAULT;
	}
	return 0;
}

/* The youngest message is complete and may be sent. Return: 0 or -ENOMEM. */
int vsb_buffer_end_message(struct vsb_buffer *buffer, struct vsb_ctx *ctx)
{
	struct vsb_messages *messages = &buffer->messages;
	size_t before = messages->lens.len;

	if (!vsb_messages_end(messages))
		return -ENOMEM;
	ctx->stats.buffered_bytes += messages->lens.len - before;
	return 0;
}

/* The host end has accepted the oldest @len bytes. */
void vsb_buffer_consume(struct vsb_buffer *buffer, struct vsb_ctx *ctx, u32 len)
{
	ctx->stats.buffered_bytes -= len;
	vsb_txbuf_consume(&buffer->bytes, len);
}

/* The host end has accepted the oldest complete message. */
void vsb_buffer_drop_message(struct vsb_buffer *buffer, struct vsb_ctx *ctx)
{
	ctx->stats.buffered_bytes -= VSB_MESSAGE_COST;
	vsb_messages_drop(&buffer->messages);
}

/* Drops all bytes, because no host end accepts them any more. */
void vsb_buffer_clear(struct vsb_buffer *buffer, struct vsb_ctx *ctx)
{
	ctx->stats.buffered_bytes -= vsb_buffer_size(buffer);
	vsb_txbuf_clear(&buffer->bytes);
	vsb_messages_clear(&buffer->messages);
	list_del_init(&buffer->node);
}

/**
 * vsb_buffer_progress() - restart the time without progress
 * @buffer: the buffer
 * @list: the list of the connections that hold bytes
 * @unread: unread bytes in the host end
 */
void vsb_buffer_progress(struct vsb_buffer *buffer, struct list_head *list,
			 u32 unread)
{
	buffer->progress_at = ktime_get_ns();
	buffer->unread = unread;
	list_move_tail(&buffer->node, list);
}
