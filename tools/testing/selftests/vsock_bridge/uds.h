/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's side: non-blocking AF_UNIX sockets, SOCK_STREAM unless a type is
 * given. Errors are negative errno values. A function that waits returns
 * -ETIMEDOUT after WAIT_MS.
 */
#ifndef UDS_H
#define UDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A path that begins with @ is an abstract address. */
int uds_connect(const char *path);
int uds_listen(const char *path);
int uds_connect_type(const char *path, int type);
int uds_listen_type(const char *path, int type);
int uds_accept(int fd);

/* Waits for poll() events. */
int uds_wait(int fd, short events);
int uds_wait_ms(int fd, short events, unsigned int ms);
/* Sends all of it. */
int uds_send(int fd, const void *data, size_t len);
/* Receives exactly @len bytes; -EPIPE if the stream ends early. */
int uds_recv(int fd, void *data, size_t len);
/*
 * Returns 0 if the stream ends as the name says, by EOF or by ECONNRESET. The
 * other end is an error, with -EPIPE for EOF, and so is a byte, with -EEXIST.
 */
int uds_recv_eof(int fd);
int uds_recv_reset(int fd);
/* Receives a line with its newline, as a string. */
int uds_recv_line(int fd, char *line, size_t size);
/* Receives the next SEQPACKET message: its length, 0 at the end. */
ssize_t uds_recv_message(int fd, void *data, size_t len);
/*
 * Transfers without waiting: a count, 0 at the end of the stream, or -EAGAIN.
 */
ssize_t uds_recv_now(int fd, void *data, size_t len);
ssize_t uds_send_now(int fd, const void *data, size_t len);
/*
 * Sends one byte with a descriptor; -EPERM where the receiver refuses
 * descriptors.
 */
int uds_send_fd(int fd, int passed);

#endif /* UDS_H */
