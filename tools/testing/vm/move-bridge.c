// SPDX-License-Identifier: GPL-2.0
/*
 * move-bridge PID PATH: the bridge that process PID, a VMM, has open is at PATH
 * from now on, while its guest runs.
 */
#define _GNU_SOURCE
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "borrow.h"

int main(int argc, char **argv)
{
	struct vsock_bridge_uds uds = { .size = sizeof(uds) };
	int fd;

	if (argc != 3) {
		fputs("usage: move-bridge PID PATH\n", stderr);
		return EXIT_FAILURE;
	}
	fd = borrow_device(argv[1]);
	if (fd < 0)
		return EXIT_FAILURE;
	uds.path = (uintptr_t)argv[2];
	uds.path_len = strlen(argv[2]);
	if (ioctl(fd, VSOCK_BRIDGE_SET_UDS, &uds)) {
		perror("VSOCK_BRIDGE_SET_UDS");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
