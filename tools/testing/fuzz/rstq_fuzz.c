// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the queue of RSTs with an array that only grows: the same order and
 * entries, never more than VSB_RSTQ_MAX.
 */
#include "fuzz.h"

#include "conn/pure/rstq.h"

#define ALL	65536U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vsb_rst all[ALL];
	static struct vsb_rstq q;
	struct input in = { data, size };
	u32 first = 0, last = 0;

	memset(&q, 0, sizeof(q));
	q.first = input_below(&in, VSB_RSTQ_MAX);
	while (in.left && last + 256 < ALL) {
		const struct vsb_rst *rst;
		u8 choice = input_u8(&in);
		u32 many = choice & 0x3f;

		switch (choice >> 6) {
		case 0:
		case 1:
			while (many--) {
				struct vsb_rst r = { last, ~last, many };
				bool room = last - first < VSB_RSTQ_MAX;

				ORACLE(vsb_rstq_add(&q, r) == room);
				if (room)
					all[last++] = r;
			}
			break;
		case 2:
			while (many-- && (rst = vsb_rstq_peek(&q))) {
				ORACLE(first < last);
				ORACLE(rst->host_port == all[first].host_port);
				ORACLE(rst->guest_port ==
				       all[first].guest_port);
				ORACLE(rst->type == all[first].type);
				vsb_rstq_drop(&q);
				first++;
			}
			break;
		default:
			if (many != 1)
				break;
			vsb_rstq_clear(&q);
			first = last;
		}
		ORACLE(q.count == last - first && q.count <= VSB_RSTQ_MAX);
		ORACLE(!vsb_rstq_peek(&q) == (first == last));
	}
	return 0;
}
