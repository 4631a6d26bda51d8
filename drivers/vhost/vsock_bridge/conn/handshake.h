/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handshake of a host program that connects to the guest: its line "CONNECT
 * <port>\n" and the answer "OK <host port>\n".
 */
#ifndef VSB_HANDSHAKE_H
#define VSB_HANDSHAKE_H

#include <linux/types.h>

#include "conn/pure/line.h"

struct vsb_end;

/**
 * struct vsb_handshake - the bytes of a client's line that have arrived
 * @len: number of bytes in @line
 * @line: the beginning of the line
 */
struct vsb_handshake {
	u8 len;
	char line[VSB_LINE_MAX];
};

/* Return: true if at least one byte of the line has arrived. */
static inline bool vsb_handshake_has_begun(const struct vsb_handshake *handshake)
{
	return handshake->len;
}

int vsb_handshake_read(struct vsb_handshake *handshake, struct vsb_end *end,
		       u32 *port);
int vsb_handshake_read_message(struct vsb_end *end, u32 *port);
int vsb_handshake_send_ok(struct vsb_end *end, u32 host_port);

#endif /* VSB_HANDSHAKE_H */
