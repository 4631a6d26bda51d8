/* SPDX-License-Identifier: GPL-2.0 */
/* Opening device nodes, with a remedy for each failure. */
#ifndef VSB_CLI_NODE_H
#define VSB_CLI_NODE_H

struct stat;

#define DEVICE_NODE	"/dev/vsock-bridge"
#define CONTROL_NODE	"/dev/vsock-bridge-control"

/*
 * Opens @node, above stdin, stdout and stderr: the descriptor, or -1 after diag().
 * @usual is what should be given where it is no device at all.
 */
int node_open(const char *node, const char *usual);

/* What node_remedy() needs, its NUL included. */
#define NODE_REMEDY_SIZE	256

/* A remedy for a caller that may not open @node, whose status is @st. */
void node_remedy(char text[NODE_REMEDY_SIZE], const char *node,
		 const struct stat *st);

#endif /* VSB_CLI_NODE_H */
