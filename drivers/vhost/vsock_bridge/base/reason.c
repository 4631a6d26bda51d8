// SPDX-License-Identifier: GPL-2.0
/*
 * The reasons why a connection ends, a request is refused or a packet is
 * dropped.
 */
#include <linux/stddef.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"

/**
 * struct vsb_reason_entry - a reason
 * @name: the reason's name in trace events
 * @counter: offset of its counter in struct vsock_bridge_stats
 */
struct vsb_reason_entry {
	const char *name;
	size_t counter;
};

#define VSB_REASON_ENTRY(NAME, name_, text)				\
	[VSB_REASON_##NAME] = {						\
		.name = #name_,						\
		.counter = offsetof(struct vsock_bridge_stats, name_),	\
	},

static const struct vsb_reason_entry vsb_reasons[] = {
	VSOCK_BRIDGE_STATS(VSB_NO_REASON, VSB_NO_REASON, VSB_REASON_ENTRY,
			   VSB_REASON_ENTRY)
};

const char *vsb_reason_name(enum vsb_reason reason)
{
	return vsb_reasons[reason].name;
}

/* The caller holds the data path's lock. */
void vsb_count(struct vsb_ctx *ctx, enum vsb_reason reason)
{
	u64 *counter = (void *)&ctx->stats + vsb_reasons[reason].counter;

	++*counter;
}

/**
 * vsb_error() - count and trace an error
 * @ctx: the context; the caller holds the data path's lock
 * @reason: an ERROR entry of VSOCK_BRIDGE_STATS
 * @host_port: host port of the connection or packet; 0 if not known
 * @guest_port: guest port of the connection or packet; 0 if not known
 */
void vsb_error(struct vsb_ctx *ctx, enum vsb_reason reason, u32 host_port,
	       u32 guest_port)
{
	vsb_count(ctx, reason);
	trace_vsb_error(ctx->stats.device, host_port, guest_port,
			vsb_reason_name(reason));
}
