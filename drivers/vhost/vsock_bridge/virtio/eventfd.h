/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The eventfds that the device signals: interrupts, errors, the dirty log.
 */
#ifndef VSB_EVENTFD_H
#define VSB_EVENTFD_H

struct eventfd_ctx;

int vsb_eventfd_set(struct eventfd_ctx **slot, int fd);
void vsb_eventfd_put(struct eventfd_ctx *ctx);

#endif /* VSB_EVENTFD_H */
