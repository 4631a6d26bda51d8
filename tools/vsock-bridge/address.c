// SPDX-License-Identifier: GPL-2.0
/* Addresses of AF_UNIX sockets. */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "diag.h"
#include "uds.h"

int address_make(struct address *address, const char *path, const char *suffix)
{
	int length;

	memset(address, 0, sizeof(*address));
	length = snprintf(address->path, sizeof(address->path), "%s%s", path, suffix);
	if (!*path || (uds_is_abstract(path) && !path[1])) {
		diag("PATH '%s' is empty: give a socket, such as /run/vm1.sock or @vm1",
		     path);
		return -1;
	}
	if (length >= (int)sizeof(address->path)) {
		diag("%s%s is %d bytes, and an AF_UNIX socket takes %zu: use a path relative to the working directory",
		     path, suffix, length, sizeof(address->path) - 1);
		return -1;
	}
	address->un.sun_family = AF_UNIX;
	memcpy(address->un.sun_path, address->path, length);
	address->length = offsetof(struct sockaddr_un, sun_path) + length;
	if (uds_is_abstract(path))
		address->un.sun_path[0] = '\0';
	else
		address->length++;
	return 0;
}
