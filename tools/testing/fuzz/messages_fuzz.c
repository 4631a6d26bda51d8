// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the boundaries of messages with an array of lengths: the same
 * lengths in the same order. Ending a message that failed without memory may be
 * retried.
 */
#include "fuzz.h"

#include "conn/messages.h"
#include "stub.h"

#define MESSAGES	4096U

/**
 * struct messages - the boundaries, and the expected lengths
 * @b: the boundaries
 * @len: lengths of all complete messages
 * @first: index of the oldest message not dropped
 * @last: index after the newest message
 * @open: bytes of the incomplete message
 */
struct messages {
	struct vsb_messages b;
	u32 len[MESSAGES];
	u32 first;
	u32 last;
	u32 open;
};

static void end(struct messages *m)
{
	bool done = vsb_messages_end(&m->b);

	ORACLE(done || stub.alloc_fail != STUB_NEVER);
	if (!done || !m->open)
		return;
	m->len[m->last++] = m->open;
	m->open = 0;
}

static void drop(struct messages *m)
{
	if (m->first == m->last)
		return;
	vsb_messages_drop(&m->b);
	m->first++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct messages m;
	struct input in = { data, size };
	unsigned int before = stub.live;

	stub_reset();
	memset(&m, 0, sizeof(m));
	while (in.left && m.last < MESSAGES) {
		u8 choice = input_u8(&in);

		switch (choice & 7) {
		case 0:
		case 1:
			m.open += choice >> 3;
			vsb_messages_add(&m.b, choice >> 3);
			break;
		case 2:
		case 3:
		case 4:
			end(&m);
			break;
		case 5:
			drop(&m);
			break;
		case 6:
			stub.alloc_fail = choice & 8 ? stub.allocs :
						       STUB_NEVER;
			break;
		default:
			if (choice != 7)
				break;
			vsb_messages_clear(&m.b);
			m.first = m.last;
			m.open = 0;
		}
		ORACLE(m.b.open == m.open);
		ORACLE(vsb_messages_first(&m.b) ==
		       (m.first < m.last ? m.len[m.first] : 0));
		ORACLE(m.b.lens.len == (m.last - m.first) * VSB_MESSAGE_COST);
	}
	vsb_messages_clear(&m.b);
	ORACLE(stub.live == before);
	return 0;
}
