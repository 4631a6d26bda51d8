/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's side: non-blocking AF_UNIX sockets, streams where no type is said.
 * Errors are negative
 * errno values; what waits does so until WAIT_MS has passed: -ETIMEDOUT.
 */
#ifndef UDS_H
#define UDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A path that begins with @ is an abstract name. */
int uds_connect(const char *path);
int uds_listen(const char *path);
int uds_connect_type(const char *path, int type);
int uds_listen_type(const char *path, int type);
int uds_accept(int fd);

/* Waits for poll() events. */
int uds_wait(int fd, short events);
int uds_wait_ms(int fd, short events, unsigned int ms);
/* All of it. */
int uds_send(int fd, const void *data, size_t len);
/* Exactly @len bytes; -EPIPE if the stream ends before. */
int uds_recv(int fd, void *data, size_t len);
/*
 * How it ends: 0 when that is by EOF, or by ECONNRESET. The other one of them,
 * EOF being -EPIPE, is an error here; so is -EEXIST, for a byte instead.
 */
int uds_recv_eof(int fd);
int uds_recv_reset(int fd);
/* A line with its newline, byte by byte, as a string. */
int uds_recv_line(int fd, char *line, size_t size);
/* The next message of SEQPACKET: its length, 0 at the end. */
ssize_t uds_recv_message(int fd, void *data, size_t len);
/* What is there now: a count, 0 at the end, -EAGAIN. */
ssize_t uds_recv_now(int fd, void *data, size_t len);
ssize_t uds_send_now(int fd, const void *data, size_t len);
/* One byte with a descriptor; -EPERM where the receiver refuses descriptors. */
int uds_send_fd(int fd, int passed);

#endif /* UDS_H */
