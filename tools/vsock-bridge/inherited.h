/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that the caller left open for the device. */
#ifndef VSB_CLI_INHERITED_H
#define VSB_CLI_INHERITED_H

/*
 * Each: 0 or -1, what is wrong is told by diag.
 */

/*
 * Takes the @text of @option, a descriptor that is none of the standard ones:
 * those are COMMAND's.
 */
int inherited_take(const char *option, const char *text, int *fd);

/*
 * Is @fd, the value of @option, a socket of that @type, such as SOCK_STREAM,
 * from which the device can take its clients?
 */
int inherited_check_listener(const char *option, int fd, int type);

/* Is @fd a directory? */
int inherited_check_directory(int fd);

/* COMMAND does not get @fd: it is the device's now. */
int inherited_hand_over(int fd);
/*
 * Keep a listening socket open for COMMAND, under another number where the device
 * takes @place: before COMMAND owns the device, that does not keep it open.
 */
int inherited_keep(int fd, int place);

/* COMMAND is not told of sockets that systemd passed: they were for us. */
void inherited_forget_activation(void);

#endif /* VSB_CLI_INHERITED_H */
