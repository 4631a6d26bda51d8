// SPDX-License-Identifier: GPL-2.0
/*
 * The eventfds that the device signals: interrupts, errors, the dirty log.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/vhost.h>

#include "virtio/eventfd.h"

/**
 * vsb_eventfd_set() - replace an eventfd
 * @slot: the eventfd, with a reference, or NULL
 * @fd: a descriptor of the current process, or VHOST_FILE_UNBIND for no eventfd
 *
 * Return: 0, or an error of eventfd_ctx_fdget(). On error @slot does not
 * change.
 */
int vsb_eventfd_set(struct eventfd_ctx **slot, int fd)
{
	struct eventfd_ctx *ctx = NULL;

	if (fd != VHOST_FILE_UNBIND) {
		ctx = eventfd_ctx_fdget(fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	}
	vsb_eventfd_put(*slot);
	*slot = ctx;
	return 0;
}

/* @ctx may be NULL. */
void vsb_eventfd_put(struct eventfd_ctx *ctx)
{
	if (ctx)
		eventfd_ctx_put(ctx);
}
