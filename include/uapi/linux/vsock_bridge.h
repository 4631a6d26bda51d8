/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vsock_bridge: the ioctls of /dev/vsock-bridge beside those of vhost-vsock.
 *
 * The device takes every ioctl that /dev/vhost-vsock takes, with the same
 * numbers, structures and errors (<linux/vhost.h>). This header holds what
 * vhost does not know: where the host end of the bridge is, its limits and its
 * counters.
 *
 * Every structure starts with its own size, as the caller knows it. A caller
 * that is older than the module sends a shorter one: missing fields read as 0.
 * A caller that is newer sends a longer one: it is accepted when the bytes that
 * the module does not know are 0, else it fails with E2BIG. Fields are only
 * ever appended.
 *
 * All of these ioctls may be issued before VHOST_SET_OWNER, by any process that
 * holds the descriptor; so a launcher configures the device and then hands it
 * to a VMM that speaks plain vhost.
 *
 * Errors that every ioctl below can return:
 *   EFAULT  the argument, or memory it points to, cannot be accessed
 *   EINVAL  @size is smaller than the first published structure, or as told
 *   E2BIG   the structure is longer than known here, with non-zero extra bytes
 *   EIO     the process that owned the device was killed
 */
#ifndef _UAPI_LINUX_VSOCK_BRIDGE_H
#define _UAPI_LINUX_VSOCK_BRIDGE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* The version of this interface; it changes only if a field changes meaning. */
#define VSOCK_BRIDGE_ABI_VERSION	1

/* The ioctl type; Documentation/userspace-api/ioctl/ioctl-number.rst. */
#define VSOCK_BRIDGE_IOC_TYPE		0xBE

/**
 * enum vsock_bridge_limit_values - bounds and defaults of the limits
 * @VSOCK_BRIDGE_PATH_MAX: longest UDS path in bytes, without its NUL: the
 *	path with ``_4294967295`` behind it must fit sockaddr_un.sun_path
 * @VSOCK_BRIDGE_DEF_CONNECTIONS: default of max_connections (Firecracker's)
 * @VSOCK_BRIDGE_MAX_CONNECTIONS: largest max_connections
 * @VSOCK_BRIDGE_DEF_HANDSHAKES: default of max_handshakes
 * @VSOCK_BRIDGE_MAX_HANDSHAKES: largest max_handshakes
 * @VSOCK_BRIDGE_DEF_BUF_ALLOC: default of buf_alloc (the Linux guest's own)
 * @VSOCK_BRIDGE_MIN_BUF_ALLOC: smallest buf_alloc
 * @VSOCK_BRIDGE_MAX_BUF_ALLOC: largest buf_alloc
 * @VSOCK_BRIDGE_DEF_TIMEOUT_MS: default of each timeout (Firecracker's)
 * @VSOCK_BRIDGE_MAX_TIMEOUT_MS: largest timeout
 */
enum vsock_bridge_limit_values {
	VSOCK_BRIDGE_PATH_MAX		= 96,
	VSOCK_BRIDGE_DEF_CONNECTIONS	= 1023,
	VSOCK_BRIDGE_MAX_CONNECTIONS	= 65535,
	VSOCK_BRIDGE_DEF_HANDSHAKES	= 256,
	VSOCK_BRIDGE_MAX_HANDSHAKES	= 4096,
	VSOCK_BRIDGE_DEF_BUF_ALLOC	= 262144,
	VSOCK_BRIDGE_MIN_BUF_ALLOC	= 4096,
	VSOCK_BRIDGE_MAX_BUF_ALLOC	= 16777216,
	VSOCK_BRIDGE_DEF_TIMEOUT_MS	= 2000,
	VSOCK_BRIDGE_MAX_TIMEOUT_MS	= 3600000,
};

/* Bits of vsock_bridge_info.features: what this build of the module can do. */
#define VSOCK_BRIDGE_F_UDS_PATH		(1ULL << 0)	/* SET_UDS by path */

/**
 * struct vsock_bridge_info - what the module is and can (VSOCK_BRIDGE_GET_INFO)
 * @size: in: sizeof the caller's structure; out: sizeof the module's. The
 *	module fills in no more than the caller has room for.
 * @abi_version: VSOCK_BRIDGE_ABI_VERSION of the module
 * @features: VSOCK_BRIDGE_F_* bits
 * @virtio_features: the virtio and vhost feature bits that VHOST_GET_FEATURES
 *	offers
 * @max_connections: largest value that VSOCK_BRIDGE_SET_LIMITS takes
 * @max_handshakes: likewise
 * @min_buf_alloc: smallest buf_alloc in bytes
 * @max_buf_alloc: largest buf_alloc in bytes
 * @max_timeout_ms: largest timeout in milliseconds
 * @max_path: longest UDS path in bytes, without its NUL
 * @version: version of the module as text, NUL-terminated
 */
struct vsock_bridge_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u64 virtio_features;
	__u32 max_connections;
	__u32 max_handshakes;
	__u32 min_buf_alloc;
	__u32 max_buf_alloc;
	__u32 max_timeout_ms;
	__u32 max_path;
	char version[32];
};

/* Bits of vsock_bridge_uds.flags */
#define VSOCK_BRIDGE_UDS_MODE		(1U << 0)	/* @mode is given */

/**
 * struct vsock_bridge_uds - the host end (VSOCK_BRIDGE_SET_UDS)
 * @size: sizeof(struct vsock_bridge_uds)
 * @flags: VSOCK_BRIDGE_UDS_* bits, others must be 0
 * @path: address of the path's bytes (they need no NUL)
 * @path_len: number of bytes, 1 to VSOCK_BRIDGE_PATH_MAX
 * @mode: with VSOCK_BRIDGE_UDS_MODE: permissions of the socket file, 0 to
 *	0777, set exactly whatever the umask; without: 0777 less the umask
 *
 * Binds a listening AF_UNIX stream socket to @path. Host programs connect to
 * it and write ``CONNECT <port>\n``. The guest's connections to CID 2, port P,
 * are connected to ``<path>_<P>``. The caller's credentials, root directory,
 * working directory and network namespace are kept, and every path that the
 * device resolves later is resolved with them.
 *
 * Set once in a device's life. The file is not removed when the device is
 * closed, as with Firecracker.
 *
 * Errors: EINVAL (flags, mode, an empty path or one with a NUL byte in it),
 * ENAMETOOLONG, EBUSY (the device has a UDS), EADDRINUSE (the file exists), and
 * what bind(2) returns: EACCES, ENOENT, ENOTDIR, ELOOP, EROFS, ENOMEM.
 */
struct vsock_bridge_uds {
	__u32 size;
	__u32 flags;
	__u64 path;
	__u32 path_len;
	__u32 mode;
};

/**
 * struct vsock_bridge_limits - limits of a device (VSOCK_BRIDGE_SET_LIMITS,
 *	VSOCK_BRIDGE_GET_LIMITS)
 * @size: sizeof(struct vsock_bridge_limits)
 * @max_connections: connections that the guest's and the host's programs can
 *	have at once, 1 to VSOCK_BRIDGE_MAX_CONNECTIONS. One more is refused:
 *	a guest gets RST, a host client EOF.
 * @max_handshakes: host clients that have not finished their CONNECT line, 1
 *	to VSOCK_BRIDGE_MAX_HANDSHAKES. The next ones wait in the backlog.
 * @buf_alloc: bytes that a guest may send on one connection before the host
 *	program has read them, VSOCK_BRIDGE_MIN_BUF_ALLOC to
 *	VSOCK_BRIDGE_MAX_BUF_ALLOC. Taken by connections made from then on.
 * @handshake_timeout_ms: time for a host client's CONNECT line, in
 *	milliseconds, 1 to VSOCK_BRIDGE_MAX_TIMEOUT_MS, as those below
 * @connect_timeout_ms: time for the guest's answer to a connection request
 * @shutdown_timeout_ms: time for the guest to confirm a shutdown, and for what
 *	it sent before its own shutdown to be read by the host program
 *
 * SET: a field that is 0 leaves its limit as it is. All fields are checked
 * before any is taken. They may be changed while the device runs; connections
 * over a lowered limit stay. GET fills all fields, as VSOCK_BRIDGE_GET_INFO.
 *
 * Errors of SET: EINVAL (a value out of its range).
 */
struct vsock_bridge_limits {
	__u32 size;
	__u32 max_connections;
	__u32 max_handshakes;
	__u32 buf_alloc;
	__u32 handshake_timeout_ms;
	__u32 connect_timeout_ms;
	__u32 shutdown_timeout_ms;
	__u32 reserved;
};

/**
 * struct vsock_bridge_stats - gauges and counters (VSOCK_BRIDGE_GET_STATS)
 * @size: in: sizeof the caller's structure; out: sizeof the module's
 * @reserved: 0
 *
 * @connections: gauge: connections known to the guest, of any state
 * @handshakes: gauge: host clients before the end of their CONNECT line
 * @lingering: gauge: connections that the guest is done with, whose last bytes
 *	the host program has not read
 * @sockets: gauge: host sockets that the device holds, its listener included
 * @connects_pending: gauge: guest requests whose host connect is under way
 * @buffered_bytes: gauge: bytes taken from the guest that no host socket has
 *	accepted so far
 * @rsts_pending: gauge: RST packets without a connection, waiting for an RX
 *	buffer
 *
 * @rx_queue_event_count: RX kicks (Firecracker's name, as are those below)
 * @tx_queue_event_count: TX kicks
 * @rx_packets_count: packets given to the guest
 * @tx_packets_count: well-formed packets taken from the guest
 * @rx_bytes_count: payload bytes given to the guest
 * @tx_bytes_count: payload bytes taken from the guest
 * @conns_added: connections made in the table
 * @conns_killed: connections ended by the device with an RST to the guest
 * @conns_removed: connections that left the table
 * @rx_calls: interrupts sent for the RX queue
 * @tx_calls: interrupts sent for the TX queue
 * @rsts_sent: RST packets given to the guest
 *
 * @desc_chain_too_short_for_header: TX or RX chains below 44 bytes
 * @desc_chain_too_short_for_packet: TX chains shorter than the header's len
 * @invalid_pkt_len: TX packets with len above 64 KiB
 * @unreadable_descriptor: TX chains with a device-writable descriptor
 * @unwritable_descriptor: RX chains with a device-readable descriptor
 * @desc_chain_overflow: chains with a loop, an index out of range, a bad
 *	indirect table, or more bytes than 2^32 - 1
 * @iov_overflow: chains of more parts, or with a longer indirect table, than
 *	the device takes (1024)
 * @guest_memory: chains that point outside the guest's memory, or to memory
 *	that cannot be accessed
 * @vring_broken: virtqueues stopped because the ring itself was broken: an
 *	avail index that jumps, a head out of range, ring memory that cannot
 *	be accessed, or a dirty log for it that cannot
 * @bad_src_cid: packets with a source CID that is not the guest's
 * @bad_dst_cid: packets for a CID other than 2
 * @bad_type: packets of a socket type that is not offered
 * @bad_op: packets with an operation that is unknown, or wrong in the state of
 *	its connection
 * @unknown_flow: packets for a connection that is not there, but REQUEST and
 *	RST
 * @over_credit: connections ended because the guest sent more than buf_alloc
 * @tx_write_fails: connections ended because the host socket failed on a write
 * @rx_read_fails: connections ended because the host socket failed on a read
 * @too_many_connections: refused because of max_connections
 * @rst_overflow: RST packets not sent because too many were waiting
 * @no_memory: requests refused because memory ran out
 * @unix_connect_fails: guest requests whose host connect failed
 * @unix_accept_fails: accepts that failed
 * @invalid_port_request: CONNECT lines that were malformed, too long or cut
 * @handshake_timeouts: CONNECT lines that did not come in time
 * @connect_timeouts: connection requests that the guest did not answer
 * @shutdown_timeouts: shutdowns that ended by their timeout
 *
 * Counters start at 0 when the device is opened, and wrap at 2^64.
 */
struct vsock_bridge_stats {
	__u32 size;
	__u32 reserved;

	__u64 connections;
	__u64 handshakes;
	__u64 lingering;
	__u64 sockets;
	__u64 connects_pending;
	__u64 buffered_bytes;
	__u64 rsts_pending;

	__u64 rx_queue_event_count;
	__u64 tx_queue_event_count;
	__u64 rx_packets_count;
	__u64 tx_packets_count;
	__u64 rx_bytes_count;
	__u64 tx_bytes_count;
	__u64 conns_added;
	__u64 conns_killed;
	__u64 conns_removed;
	__u64 rx_calls;
	__u64 tx_calls;
	__u64 rsts_sent;

	__u64 desc_chain_too_short_for_header;
	__u64 desc_chain_too_short_for_packet;
	__u64 invalid_pkt_len;
	__u64 unreadable_descriptor;
	__u64 unwritable_descriptor;
	__u64 desc_chain_overflow;
	__u64 iov_overflow;
	__u64 guest_memory;
	__u64 vring_broken;
	__u64 bad_src_cid;
	__u64 bad_dst_cid;
	__u64 bad_type;
	__u64 bad_op;
	__u64 unknown_flow;
	__u64 over_credit;
	__u64 tx_write_fails;
	__u64 rx_read_fails;
	__u64 too_many_connections;
	__u64 rst_overflow;
	__u64 no_memory;
	__u64 unix_connect_fails;
	__u64 unix_accept_fails;
	__u64 invalid_port_request;
	__u64 handshake_timeouts;
	__u64 connect_timeouts;
	__u64 shutdown_timeouts;
};

/* Argument: struct vsock_bridge_info */
#define VSOCK_BRIDGE_GET_INFO	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x00)
/* Argument: struct vsock_bridge_uds */
#define VSOCK_BRIDGE_SET_UDS	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x01)
/* Argument: struct vsock_bridge_limits */
#define VSOCK_BRIDGE_SET_LIMITS	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x02)
/* Argument: struct vsock_bridge_limits */
#define VSOCK_BRIDGE_GET_LIMITS	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x03)
/* Argument: struct vsock_bridge_stats */
#define VSOCK_BRIDGE_GET_STATS	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x04)

#endif /* _UAPI_LINUX_VSOCK_BRIDGE_H */
