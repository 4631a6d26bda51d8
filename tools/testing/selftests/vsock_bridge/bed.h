/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test bed: a device with a UDS in a folder of its own, and a guest that
 * runs behind it.
 */
#ifndef BED_H
#define BED_H

#include <linux/vsock_bridge.h>
#include <stddef.h>

#include "guest_conn.h"
#include "uds.h"

#define BED_FIRST_PORT	1073741824U	/* first host port */
#define BED_PATH_SIZE	128

/**
 * struct bed - a test bed
 * @dir: the folder
 * @path: the UDS
 * @type: SOCK_STREAM or SOCK_SEQPACKET, for new connections
 * @guest: the guest
 * @mux: its connections
 * @spare_port: next guest port to use where the test names none
 */
struct bed {
	char dir[64];
	char path[BED_PATH_SIZE];
	int type;
	struct guest guest;
	struct guest_mux mux;
	uint32_t spare_port;
};

/* bed_prepare() opens and configures the device; bed_open() also starts it. */
int bed_prepare(struct bed *bed, const struct guest_config *cfg);
int bed_open(struct bed *bed, const struct guest_config *cfg);
/* The same with SEQPACKET negotiated; new connections are SEQPACKET. */
int bed_open_seqpacket(struct bed *bed, const struct guest_config *cfg);
/* Closes the device and removes the folder. May be called twice. */
void bed_close(struct bed *bed);
/* Removes a folder and the files in it. */
void bed_remove_dir(const char *path);

/* Sets the host end; a path that begins with @ is an abstract address. */
int bed_set_uds(int fd, const char *path);
/* The same with the other fields of @uds; it fills in size and path. */
int bed_set_uds_with(int fd, const char *path, struct vsock_bridge_uds uds);
#define BED_UDS(...) ((struct vsock_bridge_uds){ __VA_ARGS__ })
int bed_set_limits(struct bed *bed, const struct vsock_bridge_limits *limits);
#define BED_LIMITS(...) (&(struct vsock_bridge_limits){			\
	.size = sizeof(struct vsock_bridge_limits), __VA_ARGS__ })

int bed_stats(int fd, struct vsock_bridge_stats *stats);
/* Reads one counter by its offset; UINT64_MAX if it cannot be read. */
uint64_t bed_stat_at(struct bed *bed, size_t offset);
/* Waits until the counter has this value; returns the value last read. */
uint64_t bed_await_stat_at(struct bed *bed, size_t offset, uint64_t value);
#define BED_STAT(bed, name)						\
	bed_stat_at(bed, offsetof(struct vsock_bridge_stats, name))
#define BED_AWAIT_STAT(bed, name, value)				\
	bed_await_stat_at(bed, offsetof(struct vsock_bridge_stats, name), value)

/* The path of the listener for guest connections to @port. */
void bed_port_path(const struct bed *bed, uint32_t port,
		   char path[BED_PATH_SIZE]);
int bed_listen(struct bed *bed, uint32_t port);
/* Connects a host client and sends its CONNECT line; does not wait for OK. */
int bed_client(struct bed *bed, uint32_t port);

/* Both ends of one connection. */
struct bed_pair {
	int fd;
	struct guest_conn *conn;
};

/*
 * Opens a connection: from the host to guest port @port, or from the guest to a
 * new listener on @port.
 */
int bed_host_pair(struct bed *bed, struct bed_pair *pair, uint32_t port);
int bed_guest_pair(struct bed *bed, struct bed_pair *pair, uint32_t port);

/* Does a guest connection to @port arrive at @listener? */
bool bed_reaches(struct bed *bed, uint32_t port, int listener);

/* Byte @at of stream @seed. */
uint8_t bed_byte(uint32_t seed, size_t at);
void bed_fill(void *data, uint32_t seed, size_t at, size_t len);
/* Compares @data with the bytes of stream @seed from @at on. */
bool bed_match(const void *data, uint32_t seed, size_t at, size_t len);

/**
 * struct bed_flow - how to move bytes through a connection
 * @to_host: how many bytes the guest sends
 * @to_guest: how many bytes the host program sends
 * @packet: largest payload of a TX packet; 0 for GUEST_TX_BUF
 * @chunk: bytes of one write or read of the host program; 0 for 64 KiB
 * @seed: selects the content
 */
struct bed_flow {
	size_t to_host;
	size_t to_guest;
	uint32_t packet;
	size_t chunk;
	uint32_t seed;
};

/*
 * Moves and compares all bytes, both ways at once. Returns -EILSEQ where the
 * content differs.
 */
int bed_move(struct bed *bed, struct bed_pair *pair,
	     const struct bed_flow *flow);
/* Sends one byte to the host and one back over an open connection. */
int bed_echo(struct bed *bed, struct bed_pair *pair);
/* The same over two new connections, one opened by each side. */
int bed_works(struct bed *bed);

/*
 * Fills every RX buffer with one byte from the host program and keeps the
 * buffers in @held, which has room for guest.nr_rx. The RX ring is then empty.
 */
int bed_use_up_rx(struct bed *bed, struct bed_pair *pair,
		  struct guest_buf **held);

/*
 * Returns when the device has processed everything that the guest sent before.
 * @pair must be open. Replies are then in the RX ring or on their way to it.
 */
int bed_fence(struct bed *bed, struct bed_pair *pair);

/*
 * Returns when the device has processed everything that either side sent
 * before. Uses only the TX ring.
 */
int bed_settle(struct bed *bed);

/*
 * The guest sends bytes of stream 1 that the host program does not read, until the
 * host socket and the device's buffer are full. Return: number of bytes sent.
 */
size_t bed_send_until_stalled(struct bed *bed, struct bed_pair *pair);

#endif /* BED_H */
