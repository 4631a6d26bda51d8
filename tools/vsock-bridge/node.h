/* SPDX-License-Identifier: GPL-2.0 */
/* Opening device nodes, with a remedy for each failure. */
#ifndef VSB_CLI_NODE_H
#define VSB_CLI_NODE_H

struct stat;

#define DEVICE_NODE	"/dev/vsock-bridge"
#define CONTROL_NODE	"/dev/vsock-bridge-control"

/*
 * Opens @node, above stdin, stdout and stderr. Returns the descriptor, or -1
 * after diag(), which names the node @usual if @node is not a device.
 */
int node_open(const char *node, const char *usual);

/* Size of the buffer of node_remedy(), including the NUL. */
#define NODE_REMEDY_SIZE	256

/* Writes a remedy for a caller that may not open @node, whose status is @st. */
void node_remedy(char text[NODE_REMEDY_SIZE], const char *node,
		 const struct stat *st);

#endif /* VSB_CLI_NODE_H */
