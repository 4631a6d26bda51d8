/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines in the kernel log: "vsock_bridge: dev 3: vq 1: event, effect".
 */
#ifndef VSB_LOG_LINE_H
#define VSB_LOG_LINE_H

#include <linux/printk.h>

#include "base/ctx.h"

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

/* Warns about a device. A guest can provoke the line, so it is rate-limited. */
#define vsb_dev_warn(ctx, fmt, ...)					\
	pr_warn_ratelimited("dev %u: " fmt, (ctx)->stats.device, ##__VA_ARGS__)

#endif /* VSB_LOG_LINE_H */
