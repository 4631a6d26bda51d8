/* SPDX-License-Identifier: GPL-2.0 */
/* The exit codes of vsock-bridge. */
#ifndef VSB_CLI_EXIT_H
#define VSB_CLI_EXIT_H

/*
 * exec ends with the status of its COMMAND, so failures before that have codes
 * of their own: those of env(1), nohup(1) and timeout(1).
 */
enum exit_code {
	EXIT_OK			= 0,
	EXIT_FAILED		= 1,	/* all commands except exec */
	EXIT_USAGE		= 2,
	EXIT_NOBODY		= 3,	/* connect: no device listens on PATH */
	EXIT_REFUSED		= 4,	/* connect: the guest refuses */
	EXIT_TIMED_OUT		= 5,	/* connect, listen: timeout */
	EXIT_EXEC_FAILED	= 125,	/* exec: the device could not be set up */
	EXIT_NOT_EXECUTABLE	= 126,	/* exec: COMMAND cannot be executed */
	EXIT_NOT_FOUND		= 127,	/* exec: COMMAND does not exist */
};

#endif /* VSB_CLI_EXIT_H */
