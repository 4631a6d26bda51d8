/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The template: the module parameter uds_template names the host end of devices
 * whose VMM opens the node itself and does not configure a host end.
 */
#ifndef VSB_TEMPLATE_H
#define VSB_TEMPLATE_H

#include <linux/types.h>

struct vsb_host_end;
struct vsb_name;

bool vsb_template_expand(struct vsb_name *name, u64 cid);
long vsb_template_build(struct vsb_host_end *end, const struct vsb_name *name);

#endif /* VSB_TEMPLATE_H */
