/* SPDX-License-Identifier: GPL-2.0 */
/* The exit codes of vsock-bridge. */
#ifndef VSB_CLI_EXIT_H
#define VSB_CLI_EXIT_H

/*
 * exec ends with its COMMAND's status, so what goes wrong before that has codes
 * of its own: those of env(1), nohup(1) and timeout(1).
 */
enum exit_code {
	EXIT_OK			= 0,
	EXIT_FAILED		= 1,	/* all but exec */
	EXIT_USAGE		= 2,
	EXIT_NOBODY		= 3,	/* connect: no device listens on PATH */
	EXIT_REFUSED		= 4,	/* connect: the guest does not want it */
	EXIT_TIMED_OUT		= 5,	/* connect, listen: nothing in time */
	EXIT_EXEC_FAILED	= 125,	/* exec: the device could not be set up */
	EXIT_NOT_EXECUTABLE	= 126,	/* exec: COMMAND is there but cannot run */
	EXIT_NOT_FOUND		= 127,	/* exec: there is no COMMAND */
};

#endif /* VSB_CLI_EXIT_H */
