// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake of a host program that connects to the guest.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "conn/handshake.h"
#include "conn/pure/line.h"
#include "host/end.h"

static long vsb_handshake_recv(struct vsb_end *end, char *text, size_t len)
{
	struct kvec kvec = { .iov_base = text, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, len);
	return vsb_end_recv(end, &iter);
}

static long vsb_handshake_peek(struct vsb_end *end, char *text, size_t len)
{
	struct kvec kvec = { .iov_base = text, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, len);
	return vsb_end_peek(end, &iter, 0);
}

/*
 * Receives the available bytes of the line up to and including its newline, and
 * no byte behind it. A peek of AF_UNIX stops before an urgent byte, which a
 * receive drops. Therefore one byte is received if the peek finds none.
 *
 * Return: number of bytes, an error, or 0 at EOF.
 */
static long vsb_handshake_take(struct vsb_handshake *handshake,
			       struct vsb_end *end)
{
	char *to = handshake->line + handshake->len;
	long len = sizeof(handshake->line) - handshake->len;
	const char *newline;

	len = vsb_handshake_peek(end, to, len);
	if (!len || (len < 0 && len != -EAGAIN))
		return len;
	newline = len > 0 ? memchr(to, '\n', len) : NULL;
	if (newline)
		len = newline + 1 - to;
	len = vsb_handshake_recv(end, to, len > 0 ? len : 1);
	if (len > 0)
		handshake->len += len;
	return len;
}

/**
 * vsb_handshake_read() - read the line of a stream, which may arrive in pieces
 * @handshake: the bytes of the line that have arrived
 * @end: the client
 * @port: out: the guest port
 *
 * Bytes behind the line stay in @end. Each step takes at least one of the
 * VSB_LINE_MAX bytes.
 *
 * Return: 0; -EAGAIN if the line is not complete; -EBADMSG if it is not a
 * CONNECT line, or if the client has closed before its end; or an error of the
 * receive.
 */
int vsb_handshake_read(struct vsb_handshake *handshake, struct vsb_end *end,
		       u32 *port)
{
	enum vsb_line line = VSB_LINE_PARTIAL;
	u32 line_len;
	long len;

	while (line == VSB_LINE_PARTIAL) {
		len = vsb_handshake_take(handshake, end);
		if (len <= 0)
			return len ? len : -EBADMSG;
		line = vsb_line_parse(handshake->line, handshake->len,
				      &line_len, port);
	}
	return line == VSB_LINE_OK ? 0 : -EBADMSG;
}

/**
 * vsb_handshake_read_message() - read the line of SEQPACKET, the first message
 * @end: the client
 * @port: out: the guest port
 *
 * Return: as vsb_handshake_read(); -EAGAIN if no message has arrived.
 */
int vsb_handshake_read_message(struct vsb_end *end, u32 *port)
{
	/* one byte more than a line can have reveals a longer message */
	char line[VSB_LINE_MAX + 1];
	long len = vsb_handshake_recv(end, line, sizeof(line));

	if (len <= 0)
		return len ? len : -EBADMSG;
	if (vsb_line_parse_message(line, len, port) != VSB_LINE_OK)
		return -EBADMSG;
	return 0;
}

/**
 * vsb_handshake_send_ok() - send the client the OK line: the guest has accepted
 * @end: the client
 * @host_port: the host port of the connection
 *
 * Return: 0; -EPIPE if the client reads no more; -EIO if it did not get the
 * whole line for another reason.
 */
int vsb_handshake_send_ok(struct vsb_end *end, u32 host_port)
{
	char text[VSB_OK_MAX];
	int len = scnprintf(text, sizeof(text), "OK %u\n", host_port);
	struct kvec kvec = { .iov_base = text, .iov_len = len };
	struct iov_iter iter;
	long sent;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	sent = vsb_end_send(end, &iter);
	if (sent == len)
		return 0;
	return sent == -EPIPE || sent == -ECONNRESET ? -EPIPE : -EIO;
}
