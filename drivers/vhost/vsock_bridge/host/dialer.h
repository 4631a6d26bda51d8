/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel thread that makes host connects for a jailed owner, one at a time.
 */
#ifndef VSB_DIALER_H
#define VSB_DIALER_H

#include <linux/types.h>

struct vsb_dialer;
struct vsb_end;
struct vsb_route;

struct vsb_dialer *vsb_dialer_new(void);
struct vsb_end *vsb_dialer_connect(struct vsb_dialer *dialer,
				   struct vsb_route *route, u32 port, int type);
void vsb_dialer_cancel(struct vsb_dialer *dialer);
void vsb_dialer_end(struct vsb_dialer *dialer);

#endif /* VSB_DIALER_H */
