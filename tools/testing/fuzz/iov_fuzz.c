// SPDX-License-Identifier: GPL-2.0
/*
 * A slice has exactly the requested bytes in order, as far as they exist, and
 * no more entries than there is room for.
 */
#include "fuzz.h"

#include "virtio/iov.h"

#define PARTS	16U
#define SPACE	4096U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u32 nr = input_below(&in, PARTS + 1), i, out;
	struct iovec *from = calloc(nr + 1, sizeof(*from));
	struct iovec *to = calloc(nr + 1, sizeof(*to));
	size_t skip = input_u16(&in), len = input_u16(&in), j, at = 0;
	/* the address of each byte of the whole */
	static u8 space[SPACE], *where[SPACE];
	size_t total = 0, want;

	if (!from || !to)
		abort();
	for (i = 0; i < nr; i++) {
		from[i].iov_base = space + input_below(&in, SPACE / 2);
		from[i].iov_len = input_u8(&in);
		for (j = 0; j < from[i].iov_len; j++)
			where[total++] = (u8 *)from[i].iov_base + j;
	}
	out = vsb_iov_slice(to, from, nr, skip, len);
	ORACLE(out <= nr);
	want = skip < total ? total - skip : 0;
	want = want < len ? want : len;
	for (i = 0; i < out; i++) {
		ORACLE(to[i].iov_len && to[i].iov_len <= want - at);
		for (j = 0; j < to[i].iov_len; j++, at++)
			ORACLE((u8 *)to[i].iov_base + j == where[skip + at]);
	}
	ORACLE(at == want);
	free(from);
	free(to);
	return 0;
}
