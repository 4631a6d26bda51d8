/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reasons why a connection ends, a request is refused or a packet is
 * dropped.
 *
 * The list is VSOCK_BRIDGE_STATS in the uapi header. Its ERROR entries are the
 * errors; its END entries are the other reasons why a connection ends. Each
 * reason has a counter and a name in trace events.
 */
#ifndef VSB_REASON_H
#define VSB_REASON_H

#include <linux/vsock_bridge.h>

struct vsb_ctx;

#define VSB_REASON(NAME, name, text)	VSB_REASON_##NAME,
#define VSB_NO_REASON(NAME, name, text)

/* enum vsb_reason - an END or ERROR entry of VSOCK_BRIDGE_STATS */
enum vsb_reason {
	VSB_REASON_NONE,
	VSOCK_BRIDGE_STATS(VSB_NO_REASON, VSB_NO_REASON, VSB_REASON, VSB_REASON)
};

#define VSB_REASON_IS_END(NAME, name, text)	case VSB_REASON_##NAME:

/* Return: true for an END entry, false for an ERROR entry. */
static inline bool vsb_reason_is_end(enum vsb_reason reason)
{
	switch (reason) {
	VSOCK_BRIDGE_STATS(VSB_NO_REASON, VSB_NO_REASON, VSB_REASON_IS_END,
			   VSB_NO_REASON)
		return true;
	default:
		return false;
	}
}

const char *vsb_reason_name(enum vsb_reason reason);
void vsb_count(struct vsb_ctx *ctx, enum vsb_reason reason);
void vsb_error(struct vsb_ctx *ctx, enum vsb_reason reason, u32 host_port,
	       u32 guest_port);

#endif /* VSB_REASON_H */
