/* SPDX-License-Identifier: GPL-2.0 */
/* Device nodes: opening one, or telling why that cannot be. */
#ifndef VSB_CLI_NODE_H
#define VSB_CLI_NODE_H

#define DEVICE_NODE	"/dev/vsock-bridge"
#define CONTROL_NODE	"/dev/vsock-bridge-control"

/*
 * Opens @node, above stdin, stdout and stderr: a descriptor, or -1, told by diag.
 * @usual is what should be given where it is no device at all.
 */
int node_open(const char *node, const char *usual);

#endif /* VSB_CLI_NODE_H */
