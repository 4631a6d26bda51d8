/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device nodes: /dev/vsock-bridge and /dev/vsock-bridge-control.
 */
#ifndef VSB_NODES_H
#define VSB_NODES_H

int vsb_nodes_register(void);
void vsb_nodes_unregister(void);

#endif /* VSB_NODES_H */
