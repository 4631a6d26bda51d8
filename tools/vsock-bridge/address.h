/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of AF_UNIX sockets. */
#ifndef VSB_CLI_ADDRESS_H
#define VSB_CLI_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/**
 * struct address - an address
 * @un: the address as system calls take it
 * @length: length of @un in use
 * @path: the address as the user wrote it; @NAME is an abstract name
 */
struct address {
	struct sockaddr_un un;
	socklen_t length;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

/* Makes the address of @path with @suffix appended: 0, or -1 after diag(). */
int address_make(struct address *address, const char *path, const char *suffix);

#endif /* VSB_CLI_ADDRESS_H */
