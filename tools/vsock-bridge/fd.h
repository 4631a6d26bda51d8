/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that the caller of this program passes to the device. */
#ifndef VSB_CLI_FD_H
#define VSB_CLI_FD_H

struct option_spec;

/* Functions that return int return 0, or -1 after diag(). */

/*
 * The take function of an option whose value is a descriptor; *@to is an int.
 * The standard descriptors belong to COMMAND and are refused.
 */
int fd_take(void *to, const struct option_spec *spec, const char *text);

/*
 * Checks that @fd, the value of @option, is a listening AF_UNIX socket of
 * @type.
 */
int fd_check_listener(const char *option, int fd, int type);

/* Checks that @fd, the value of --dir-fd, is a directory. */
int fd_check_directory(int fd);

/* Sets close-on-exec, so that COMMAND does not inherit @fd. */
int fd_close_on_exec(int fd);

/*
 * Keeps the listening socket @fd open for COMMAND, even if the device moves to
 * the same number: before COMMAND owns the device, the device does not keep it
 * open.
 */
int fd_keep_open(int fd, int device_fd);

/*
 * Removes systemd's environment variables about passed sockets, which are for
 * this program and not for COMMAND.
 */
void fd_forget_activation(void);

#endif /* VSB_CLI_FD_H */
