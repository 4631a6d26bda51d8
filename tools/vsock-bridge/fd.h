/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that the caller of this command passes to the device. */
#ifndef VSB_CLI_FD_H
#define VSB_CLI_FD_H

struct option_spec;

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/*
 * Take for an option whose value is a descriptor; *@to is an int. The standard
 * descriptors belong to COMMAND and are refused.
 */
int fd_take(void *to, const struct option_spec *spec, const char *text);

/* Is @fd, the value of @option, a listening AF_UNIX socket of that @type? */
int fd_check_listener(const char *option, int fd, int type);

/* Is @fd, the value of --dir-fd, a directory? */
int fd_check_directory(int fd);

/* COMMAND does not inherit @fd. */
int fd_close_on_exec(int fd);

/*
 * Keeps the listening socket @fd open for COMMAND, also if the device moves to the
 * same number: before COMMAND owns the device, the device does not keep it open.
 */
int fd_keep_open(int fd, int device_fd);

/* Removes systemd's variables about passed sockets, which were for this command. */
void fd_forget_activation(void);

#endif /* VSB_CLI_FD_H */
