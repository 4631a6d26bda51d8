// SPDX-License-Identifier: GPL-2.0
/*
 * The trace events are made here.
 */
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/vsock_bridge.h>

#define CREATE_TRACE_POINTS
#include "base/trace.h"

/* Also those that never happen here have their counter. */
#define VSB_ERROR_HAS_COUNTER(name)	\
	static_assert(sizeof_field(struct vsock_bridge_stats, name) == \
		      sizeof(u64));

VSB_ERRORS(VSB_ERROR_HAS_COUNTER)
