/* SPDX-License-Identifier: GPL-2.0 */
/* The program that exec runs: found before anything is set up for it. */
#ifndef VSB_CLI_COMMAND_H
#define VSB_CLI_COMMAND_H

/* Can execvp() be expected to run @name? 0, else an exit code after diag(). */
int command_find(const char *name);

/* Tells why execvp() of @name, which command_find() had found, failed. */
int command_failed(const char *name, int error);

#endif /* VSB_CLI_COMMAND_H */
