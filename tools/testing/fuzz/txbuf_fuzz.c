// SPDX-License-Identifier: GPL-2.0
/*
 * The FIFO of bytes: byte N of the stream has value N, whatever the sizes of
 * the pieces; a failed allocation changes nothing; an empty FIFO has no memory.
 */
#include <linux/uio.h>

#include "fuzz.h"

#include "stub.h"
#include "conn/txbuf.h"

#define PARTS	8U
#define MOST	(1U << 18)	/* the default credit */

/**
 * struct stream - the FIFO, and its expected content
 * @buf: the FIFO
 * @in: number of bytes appended
 * @out: number of bytes consumed
 */
struct stream {
	struct vsb_txbuf buf;
	u32 in;
	u32 out;
};

static u8 byte_at(u32 at)
{
	return at ^ at >> 8 ^ at >> 16;
}

static void put(struct stream *s, u32 want, u32 use)
{
	size_t room = 0, i, len;
	u8 *to;

	if (!want || s->in - s->out + want > MOST)
		return;
	to = vsb_txbuf_reserve(&s->buf, want, &room);
	ORACLE(s->buf.len == s->in - s->out);
	if (!to) {
		ORACLE(stub.alloc_fail != STUB_NEVER);
		return;
	}
	ORACLE(room && room <= want);
	len = use < room ? use : room;
	for (i = 0; i < len; i++)
		to[i] = byte_at(s->in + i);
	vsb_txbuf_commit(&s->buf, len);
	s->in += len;
}

/* Peeks at the oldest @len bytes. Returns how many were visible. */
static u32 look(const struct stream *s, u32 len, u32 max)
{
	struct kvec parts[PARTS];
	u32 n, i, seen = 0;
	size_t j;

	n = vsb_txbuf_peek(&s->buf, len, parts, max);
	ORACLE(n <= max);
	for (i = 0; i < n; i++) {
		const u8 *from = parts[i].iov_base;

		ORACLE(parts[i].iov_len && parts[i].iov_len <= len - seen);
		for (j = 0; j < parts[i].iov_len; j++, seen++)
			ORACLE(from[j] == byte_at(s->out + seen));
	}
	/* all of them, if the parts suffice */
	ORACLE(seen == len || n == max);
	return seen;
}

static void take(struct stream *s, u32 want, u32 max, bool all)
{
	u32 there = s->in - s->out;
	u32 len = look(s, want < there ? want : there, max % (PARTS + 1));

	if (all)
		len = want < there ? want : there;
	vsb_txbuf_consume(&s->buf, len);
	s->out += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct stream s = {};
	unsigned int before = stub.live;
	u32 len;

	stub_reset();
	while (in.left) {
		u8 choice = input_u8(&in);

		len = input_u16(&in) & 0x3fff;
		switch (choice & 3) {
		case 0:
			put(&s, len, len);
			break;
		case 1:
			put(&s, len, input_u16(&in));
			break;
		case 2:
			take(&s, len, choice >> 3, choice & 4);
			break;
		default:
			/* the next allocation fails, or no allocation does */
			stub.alloc_fail = choice & 4 ? stub.allocs :
						       STUB_NEVER;
		}
		ORACLE(s.buf.len == s.in - s.out);
		ORACLE(vsb_txbuf_empty(&s.buf) == (s.in == s.out));
	}
	vsb_txbuf_clear(&s.buf);
	ORACLE(!s.buf.len && stub.live == before);
	return 0;
}
