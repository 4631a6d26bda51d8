/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that exec runs. It is looked up before a device is opened for it.
 */
#ifndef VSB_CLI_COMMAND_H
#define VSB_CLI_COMMAND_H

/*
 * Checks whether execvp() of @name can be expected to succeed: 0, or an exit
 * code after diag().
 */
int command_find(const char *name);

/*
 * Reports why execvp() of @name failed, although command_find() had found it.
 */
int command_failed(const char *name, int error);

#endif /* VSB_CLI_COMMAND_H */
