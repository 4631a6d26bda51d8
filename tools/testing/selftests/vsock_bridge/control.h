/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/vsock-bridge-control: devices as an administrator sees them. Errors are
 * negative errno values.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <linux/vsock_bridge.h>
#include <stdint.h>

#define CONTROL_NODE "/dev/vsock-bridge-control"

int control_open(void);
/* The number of a device, from its own descriptor. */
uint32_t control_number(int device);
/* Reads the entry of device @number; -ENOENT if it is not listed. */
int control_device(int fd, uint32_t number, struct vsock_bridge_device *dev);
int control_select(int fd, uint32_t number);
/* Opens the control node and selects the open device @device. */
int control_of(int device);
/*
 * Reads up to @nr connections that opened after connection @after; returns how
 * many.
 */
int control_conns(int fd, uint64_t after, struct vsock_bridge_conn *conns,
		  uint32_t nr);
/* Finds the connection with these ports; -ENOENT if there is none. */
int control_conn(int fd, uint32_t host_port, uint32_t guest_port,
		 struct vsock_bridge_conn *conn);
int control_drop(int fd, uint64_t id);

#endif /* CONTROL_H */
