/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vsock_bridge: the ioctls of /dev/vsock-bridge beside those of vhost-vsock, and
 * those of /dev/vsock-bridge-control.
 *
 * The device takes the ioctls of /dev/vhost-vsock, with the same numbers,
 * structures and errors (<linux/vhost.h>); which, is in
 * Documentation/userspace-api/vsock_bridge.rst. This header holds what vhost
 * does not know: where the host end of the bridge is, its map of ports, its
 * limits and counters, an event for the guest, and what a snapshot needs.
 *
 * Every structure starts with its own size, as the caller knows it. A caller
 * that is older than the module sends a shorter one: missing fields read as 0.
 * A caller that is newer sends a longer one: it is accepted when the bytes that
 * the module does not know are 0, else it fails with E2BIG. Fields are only
 * ever appended.
 *
 * All of these ioctls but VSOCK_BRIDGE_SEND_EVENT may be issued before
 * VHOST_SET_OWNER, by any process that holds the descriptor; so a launcher
 * configures the device and then hands it to a VMM that speaks plain vhost.
 *
 * /dev/vsock-bridge-control is for tools: it finds devices that others have open,
 * and is about one of them. It is a node of its own so that a VMM, which has the
 * device's descriptor, cannot reach other devices through it.
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
 *	path with ``_4294967295``, or ``_seqpacket``, behind it must fit
 *	sockaddr_un.sun_path
 * @VSOCK_BRIDGE_DEF_CONNECTIONS: default of max_connections (Firecracker's)
 * @VSOCK_BRIDGE_MAX_CONNECTIONS: largest max_connections
 * @VSOCK_BRIDGE_DEF_HANDSHAKES: default of max_handshakes
 * @VSOCK_BRIDGE_MAX_HANDSHAKES: largest max_handshakes
 * @VSOCK_BRIDGE_DEF_BUF_ALLOC: default of buf_alloc (the Linux guest's own)
 * @VSOCK_BRIDGE_MIN_BUF_ALLOC: smallest buf_alloc
 * @VSOCK_BRIDGE_MAX_BUF_ALLOC: largest buf_alloc
 * @VSOCK_BRIDGE_MAX_MESSAGE: largest message of a SEQPACKET connection that a
 *	guest can send, in bytes; where buf_alloc is smaller, it is that
 * @VSOCK_BRIDGE_DEF_TIMEOUT_MS: default of connect_timeout_ms and
 *	shutdown_timeout_ms (Firecracker's)
 * @VSOCK_BRIDGE_DEF_HANDSHAKE_MS: default of handshake_timeout_ms: long enough
 *	for a person who types the line; max_handshakes bounds how many wait
 * @VSOCK_BRIDGE_MAX_TIMEOUT_MS: largest timeout
 * @VSOCK_BRIDGE_DEF_BUFFERED: default of max_buffered
 * @VSOCK_BRIDGE_MIN_BUFFERED: smallest max_buffered
 * @VSOCK_BRIDGE_MAX_BUFFERED: largest max_buffered
 * @VSOCK_BRIDGE_MAX_PORTS: entries of the map from ports to sockets
 * @VSOCK_BRIDGE_MAX_CONNS: connections that one VSOCK_BRIDGE_GET_CONNS brings
 * @VSOCK_BRIDGE_DEF_HOST_PORT_MIN: default of host_port_min (Firecracker's)
 * @VSOCK_BRIDGE_DEF_HOST_PORT_MAX: default of host_port_max (likewise)
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
	VSOCK_BRIDGE_MAX_MESSAGE	= 262144,
	VSOCK_BRIDGE_DEF_TIMEOUT_MS	= 2000,
	VSOCK_BRIDGE_DEF_HANDSHAKE_MS	= 60000,
	VSOCK_BRIDGE_MAX_TIMEOUT_MS	= 3600000,
	VSOCK_BRIDGE_DEF_BUFFERED	= 67108864,
	VSOCK_BRIDGE_MIN_BUFFERED	= 65536,
	VSOCK_BRIDGE_MAX_BUFFERED	= 1073741824,
	VSOCK_BRIDGE_MAX_PORTS		= 1024,
	VSOCK_BRIDGE_MAX_CONNS		= 512,
	VSOCK_BRIDGE_DEF_HOST_PORT_MIN	= 0x40000000,
	VSOCK_BRIDGE_DEF_HOST_PORT_MAX	= 0x7fffffff,
};

/* Largest host port, for the next one means "any"; too large for the enum. */
#define VSOCK_BRIDGE_MAX_HOST_PORT	0xfffffffeU

/* Bits of vsock_bridge_info.features: what this build of the module can do. */
#define VSOCK_BRIDGE_F_UDS_PATH		(1ULL << 0)	/* SET_UDS by path */
#define VSOCK_BRIDGE_F_UDS_ABSTRACT	(1ULL << 1)	/* by abstract name */
#define VSOCK_BRIDGE_F_UDS_OWNER	(1ULL << 2)	/* UDS_UID, UDS_GID */
#define VSOCK_BRIDGE_F_UDS_REPLACE	(1ULL << 3)	/* SET_UDS again */
#define VSOCK_BRIDGE_F_EVICTION		(1ULL << 4)	/* of silent clients */
#define VSOCK_BRIDGE_F_HOST_PORTS	(1ULL << 5)	/* limits.host_port_* */
#define VSOCK_BRIDGE_F_UDS_FDS		(1ULL << 6)	/* UDS_*_FD, UDS_PREFIX */
#define VSOCK_BRIDGE_F_UDS_ONE_WAY	(1ULL << 7)	/* UDS_NO_* */
#define VSOCK_BRIDGE_F_PORT_MAP		(1ULL << 8)	/* SET_PORT */
#define VSOCK_BRIDGE_F_MAX_BUFFERED	(1ULL << 9)	/* limits.max_buffered */
#define VSOCK_BRIDGE_F_SEQPACKET	(1ULL << 10)	/* UDS_SEQPACKET* */
#define VSOCK_BRIDGE_F_EVENT_QUEUE	(1ULL << 11)	/* queue 2, SEND_EVENT, *_STATE */
#define VSOCK_BRIDGE_F_CONTROL		(1ULL << 12)	/* the control node, *_CONN* */

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
 * @min_buffered: smallest max_buffered in bytes
 * @max_buffered: largest max_buffered in bytes
 * @max_host_port: largest host_port_max; the smallest host_port_min is 1
 * @max_ports: entries of the map from ports to sockets
 * @max_message: largest message of a SEQPACKET connection that a guest can
 *	send, in bytes; where buf_alloc is smaller, it is that
 * @reserved: 0
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
	__u32 min_buffered;
	__u32 max_buffered;
	__u32 max_host_port;
	__u32 max_ports;
	__u32 max_message;
	__u32 reserved;
};

/* Bits of vsock_bridge_uds.flags */
#define VSOCK_BRIDGE_UDS_MODE		(1U << 0)	/* @mode is given */
#define VSOCK_BRIDGE_UDS_UID		(1U << 1)	/* @uid is given */
#define VSOCK_BRIDGE_UDS_GID		(1U << 2)	/* @gid is given */
#define VSOCK_BRIDGE_UDS_LISTEN_FD	(1U << 3)	/* @fd is given */
#define VSOCK_BRIDGE_UDS_DIR_FD		(1U << 4)	/* @dir_fd is given */
#define VSOCK_BRIDGE_UDS_NO_LISTEN	(1U << 5)	/* for the guest only */
#define VSOCK_BRIDGE_UDS_NO_CONNECT	(1U << 6)	/* for the host only */
#define VSOCK_BRIDGE_UDS_PREFIX		(1U << 7)	/* <path><P>, without _ */
#define VSOCK_BRIDGE_UDS_SEQPACKET	(1U << 8)	/* <path>_seqpacket, too */
#define VSOCK_BRIDGE_UDS_SEQPACKET_FD	(1U << 9)	/* @seqpacket_fd is given */

/**
 * struct vsock_bridge_uds - the host end (VSOCK_BRIDGE_SET_UDS)
 * @size: sizeof(struct vsock_bridge_uds)
 * @flags: VSOCK_BRIDGE_UDS_* bits, others must be 0
 * @path: address of the path's bytes (they need no NUL), or of an abstract
 *	name, whose first byte is NUL
 * @path_len: number of bytes, 1 to VSOCK_BRIDGE_PATH_MAX; that of an abstract
 *	name counts its first byte and is 2 at least
 * @mode: with VSOCK_BRIDGE_UDS_MODE: permissions of the socket file, 0 to
 *	0777, set exactly whatever the umask; without: 0777 less the umask
 * @uid: with VSOCK_BRIDGE_UDS_UID: owner of the socket file, else 0
 * @gid: with VSOCK_BRIDGE_UDS_GID: group of the socket file, else 0
 * @fd: with VSOCK_BRIDGE_UDS_LISTEN_FD: a listening AF_UNIX stream socket, else
 *	0
 * @dir_fd: with VSOCK_BRIDGE_UDS_DIR_FD: a directory, opened in any way (O_PATH
 *	too), from which a relative @path starts, else 0
 * @seqpacket_fd: with VSOCK_BRIDGE_UDS_SEQPACKET_FD: a listening AF_UNIX
 *	SEQPACKET socket, else 0
 * @reserved: 0
 *
 * Binds a listening AF_UNIX stream socket to @path. Host programs connect to
 * it and write ``CONNECT <port>\n``. The guest's connections to CID 2, port P,
 * are connected to ``<path>_<P>``. The caller's credentials, root directory,
 * working directory and network namespace are kept, and every path or abstract
 * name that the device looks up later is looked up with them.
 *
 * Owner and group are set as by chown(2), with the caller's rights, before the
 * socket listens: nobody connects to a file that is not yet as it shall be.
 * When they cannot be set the file is removed again.
 *
 * A host program that connects before a process has become the owner of the
 * device (VHOST_SET_OWNER) gets ECONNREFUSED, as when no VMM runs. From then on
 * it waits in the backlog until the device runs.
 *
 * Instead of binding, with VSOCK_BRIDGE_UDS_LISTEN_FD, the device takes its
 * clients from the socket @fd, which it shares with whoever else has it: it is
 * neither closed nor shut down for them when the device goes, and other
 * programs that accept on it take clients away. Clients that wait in its backlog
 * are served. Before there is an owner the device does not keep it open: another
 * process does so until VHOST_SET_OWNER, which fails with EBADF when the socket
 * was closed everywhere; then another host end can be set. With VSOCK_BRIDGE_UDS_NO_LISTEN
 * there is no socket for host programs at all. In both cases nothing is bound,
 * @path only says where the guest goes, and with VSOCK_BRIDGE_UDS_PREFIX that
 * is ``<path><P>``, where @path may be empty.
 *
 * With VSOCK_BRIDGE_UDS_NO_CONNECT the guest's connections are refused, but
 * those to ports that VSOCK_BRIDGE_SET_PORT maps. Together with
 * VSOCK_BRIDGE_UDS_LISTEN_FD no path is given.
 *
 * SEQPACKET, where the guest negotiated VIRTIO_VSOCK_F_SEQPACKET: its
 * connections to port P go to the same ``<path>_<P>``, which must be a
 * SOCK_SEQPACKET socket then. With VSOCK_BRIDGE_UDS_SEQPACKET the device binds a
 * second socket, SOCK_SEQPACKET, to ``<path>_seqpacket``, with the same mode and
 * owner, for host programs: their first message is ``CONNECT <port>``, with or
 * without newline, and the first one that they get is ``OK <port>\n``. Instead
 * of binding a second one, VSOCK_BRIDGE_UDS_SEQPACKET_FD gives such a socket,
 * which is shared as @fd is; not with VSOCK_BRIDGE_UDS_NO_LISTEN.
 *
 * The directory is where a path starts, not a jail: symbolic links and
 * ``..`` in @path lead out of it, as with openat(2). The guest chooses nothing
 * but the number.
 *
 * May be issued again, also while the device runs. The new host end takes the
 * place of the old one: connections, and clients whose CONNECT line is awaited,
 * live on; clients in the backlog of the old socket see ECONNRESET; the
 * guest's next connections go to the new place. When the call fails the old
 * host end stays as it is. No file is ever removed, neither that of the old
 * socket nor, when the device is closed, the last one (as with Firecracker).
 *
 * Errors: EINVAL (flags, mode, an id that the caller's user namespace does not
 * map, an empty path or one with a NUL byte in it, an abstract name with
 * @mode, @uid, @gid or @dir_fd; flags that contradict each other: neither
 * direction, two listeners, a file's attributes, SEQPACKET or PREFIX without or
 * with binding, a path or descriptor without a use; @fd does not listen), EBADF
 * and ENOTSOCK (@fd), EAFNOSUPPORT (@fd is not AF_UNIX), ESOCKTNOSUPPORT (@fd is
 * no stream socket, or @seqpacket_fd no SEQPACKET socket), EBADF and ENOTDIR
 * (@dir_fd), ENAMETOOLONG, EBUSY (another call is under way), EADDRINUSE (a file
 * exists, or an abstract name is in use), what bind(2) returns: EACCES, ENOENT,
 * ENOTDIR, ELOOP, EROFS, ENOMEM; and what chown(2) returns: EPERM. When one of
 * the two sockets cannot be bound, the other's file is removed again.
 */
struct vsock_bridge_uds {
	__u32 size;
	__u32 flags;
	__u64 path;
	__u32 path_len;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__s32 fd;
	__s32 dir_fd;
	__s32 seqpacket_fd;
	__u32 reserved;
};

/* Bits of vsock_bridge_port.flags */
#define VSOCK_BRIDGE_PORT_DIR_FD	(1U << 0)	/* @dir_fd is given */
#define VSOCK_BRIDGE_PORT_OTHERS	(1U << 1)	/* all but the mapped ones */

/**
 * enum vsock_bridge_port_action - what a guest that connects to a port gets
 * @VSOCK_BRIDGE_PORT_CONNECT: the socket at @path
 * @VSOCK_BRIDGE_PORT_DENY: a reset
 * @VSOCK_BRIDGE_PORT_PREFIX: what VSOCK_BRIDGE_SET_UDS says
 * @VSOCK_BRIDGE_PORT_REMOVE: the port has no entry any more
 */
enum vsock_bridge_port_action {
	VSOCK_BRIDGE_PORT_CONNECT,
	VSOCK_BRIDGE_PORT_DENY,
	VSOCK_BRIDGE_PORT_PREFIX,
	VSOCK_BRIDGE_PORT_REMOVE,
};

/**
 * struct vsock_bridge_port - an entry of the map from the guest's ports to
 *	sockets (VSOCK_BRIDGE_SET_PORT)
 * @size: sizeof(struct vsock_bridge_port)
 * @flags: VSOCK_BRIDGE_PORT_* bits, others must be 0
 * @port: the port on CID 2 that the guest connects to; any number
 * @action: enum vsock_bridge_port_action
 * @path: with VSOCK_BRIDGE_PORT_CONNECT: address of the path's bytes, or of
 *	an abstract name, as in struct vsock_bridge_uds; else 0
 * @path_len: number of bytes, 1 to VSOCK_BRIDGE_PATH_MAX; else 0
 * @dir_fd: with VSOCK_BRIDGE_PORT_DIR_FD: a directory from which a relative
 *	@path starts, else 0
 *
 * Adds, replaces or removes the entry of @port, for the guest's next connections
 * to it. There are VSOCK_BRIDGE_MAX_PORTS entries at most. What is kept of the
 * caller is what VSOCK_BRIDGE_SET_UDS keeps, for each entry that of its call.
 *
 * A port without an entry goes by VSOCK_BRIDGE_SET_UDS as long as there was no
 * entry at all; from the first entry on it is denied, also when entries are
 * removed. With VSOCK_BRIDGE_PORT_OTHERS, and @port 0, the call says what
 * happens to ports without an entry instead: VSOCK_BRIDGE_PORT_DENY,
 * VSOCK_BRIDGE_PORT_PREFIX, or VSOCK_BRIDGE_PORT_REMOVE, which removes all
 * entries and puts everything back to the beginning.
 *
 * May be issued at any time, with or without VSOCK_BRIDGE_SET_UDS.
 *
 * Errors: EINVAL (flags, action, a path as there, a field without a use),
 * ENAMETOOLONG, EBADF and ENOTDIR (@dir_fd), ENOSPC (the map is full), ENOENT
 * (REMOVE: there is no such entry), ENOMEM. Whether something is at @path
 * shows when the guest connects.
 */
struct vsock_bridge_port {
	__u32 size;
	__u32 flags;
	__u32 port;
	__u32 action;
	__u64 path;
	__u32 path_len;
	__s32 dir_fd;
};

/* Bits of vsock_bridge_limits.flags */
#define VSOCK_BRIDGE_LIMITS_RANDOM_PORTS	(1U << 0)

/**
 * struct vsock_bridge_limits - limits of a device (VSOCK_BRIDGE_SET_LIMITS,
 *	VSOCK_BRIDGE_GET_LIMITS)
 * @size: sizeof(struct vsock_bridge_limits)
 * @max_connections: connections that the guest's and the host's programs can
 *	have at once, 1 to VSOCK_BRIDGE_MAX_CONNECTIONS. One more is refused:
 *	a guest gets RST, a host client EOF.
 * @max_handshakes: host clients that have not finished their CONNECT line, 1
 *	to VSOCK_BRIDGE_MAX_HANDSHAKES. For the next one, the client that has
 *	been silent for longest is ended; when all have sent a part of their
 *	line, the one that began first.
 * @buf_alloc: bytes that a guest may send on one connection before the host
 *	program has read them, VSOCK_BRIDGE_MIN_BUF_ALLOC to
 *	VSOCK_BRIDGE_MAX_BUF_ALLOC. Taken by connections made from then on.
 * @handshake_timeout_ms: time for a host client's CONNECT line, in
 *	milliseconds, 1 to VSOCK_BRIDGE_MAX_TIMEOUT_MS, as those below. By
 *	default a minute, so that a person can type it
 * @connect_timeout_ms: time for the guest's answer to a connection request, and to
 *	an event (struct vsock_bridge_event)
 * @shutdown_timeout_ms: time for the guest to confirm the close of a host
 *	program. Also, when @max_connections is reached: the time without
 *	progress after which a connection that the guest has closed, and whose
 *	last bytes the host program does not read, ends to make room.
 * @reserved: 0
 * @host_port_min: smallest host port of a connection that a host program
 *	makes, 1 to @host_port_max
 * @host_port_max: largest one, at most VSOCK_BRIDGE_MAX_HOST_PORT. Host ports
 *	are taken in turn. When all are taken towards a guest port, a client
 *	that asks for it is refused by EOF.
 * @flags: VSOCK_BRIDGE_LIMITS_RANDOM_PORTS: host ports are random instead
 * @flags_mask: SET: flags that shall be as in @flags; others stay as they are.
 *	GET: flags that the module knows
 * @max_buffered: bytes that the device keeps, for all connections together,
 *	because host sockets do not take them (@buf_alloc bounds those of one),
 *	VSOCK_BRIDGE_MIN_BUFFERED to VSOCK_BRIDGE_MAX_BUFFERED. When more is
 *	needed, the connection whose host program has read nothing for the
 *	longest time is reset; the others continue.
 *
 * SET: a field that is 0 leaves its limit as it is. All fields are checked
 * before any is taken. They may be changed while the device runs; connections
 * over a lowered limit stay. GET fills all fields, as VSOCK_BRIDGE_GET_INFO.
 *
 * Errors of SET: EINVAL (a value out of its range, @host_port_min above
 * @host_port_max, @reserved not 0, a flag that is unknown or not in the mask).
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
	__u32 host_port_min;
	__u32 host_port_max;
	__u32 flags;
	__u32 flags_mask;
	__u32 max_buffered;
};

/*
 * The gauges and counters of a device, in the order of struct vsock_bridge_stats:
 * NAME, name and what the value counts. New values are appended.
 *
 *   GAUGE  a value at the moment of the call
 *   COUNT  what happens in normal operation
 *   END    why connections ended, where no error was the reason
 *   ERROR  errors; each has the trace event vsb_error with reason == name. An
 *          error can count twice: as what failed (cfg_fails) and as the cause
 *          (unix_bind_fails).
 *
 * A program that wants the names defines a macro for each kind:
 *
 *   #define NAME(NAME, name, text)	#name,
 *   const char *const names[] = { VSOCK_BRIDGE_STATS(NAME, NAME, NAME, NAME) };
 */
#define VSOCK_BRIDGE_STATS(GAUGE, COUNT, END, ERROR)			\
	GAUGE(CONNECTIONS, connections,					\
		"Connections that the guest knows, in any state.")	\
	GAUGE(HANDSHAKES, handshakes,					\
		"Host clients whose CONNECT line is not complete.")	\
	GAUGE(LINGERING, lingering,					\
		"Connections that the guest has closed and whose "	\
		"last bytes the host program has not read.")		\
	GAUGE(SOCKETS, sockets,						\
		"Host sockets that the device holds, listeners "	\
		"included.")						\
	GAUGE(CONNECTS_PENDING, connects_pending,			\
		"Connects to host programs that are under way.")	\
	GAUGE(BUFFERED_BYTES, buffered_bytes,				\
		"Bytes of the guest that no host socket has "		\
		"accepted.")						\
	GAUGE(RSTS_PENDING, rsts_pending,				\
		"RST packets of no connection that wait for an RX "	\
		"buffer.")						\
	COUNT(RX_QUEUE_EVENT_COUNT, rx_queue_event_count,		\
		"Kicks of the RX queue.")				\
	COUNT(TX_QUEUE_EVENT_COUNT, tx_queue_event_count,		\
		"Kicks of the TX queue.")				\
	COUNT(EV_QUEUE_EVENT_COUNT, ev_queue_event_count,		\
		"Kicks of the event queue.")				\
	COUNT(RX_PACKETS_COUNT, rx_packets_count,			\
		"Packets given to the guest.")				\
	COUNT(TX_PACKETS_COUNT, tx_packets_count,			\
		"Well-formed packets taken from the guest.")		\
	COUNT(RX_BYTES_COUNT, rx_bytes_count,				\
		"Payload bytes given to the guest.")			\
	COUNT(TX_BYTES_COUNT, tx_bytes_count,				\
		"Payload bytes taken from the guest.")			\
	COUNT(CONNS_ADDED, conns_added,					\
		"Connections added to the table; trace event "		\
		"vsb_conn_added.")					\
	COUNT(CONNS_KILLED, conns_killed,				\
		"Connections that the device ended with an RST to "	\
		"the guest.")						\
	COUNT(CONNS_REMOVED, conns_removed,				\
		"Connections removed from the table; trace event "	\
		"vsb_conn_removed.")					\
	COUNT(RX_CALLS, rx_calls,					\
		"Interrupts sent for the RX queue.")			\
	COUNT(TX_CALLS, tx_calls,					\
		"Interrupts sent for the TX queue.")			\
	COUNT(EVENT_CALLS, event_calls,					\
		"Interrupts sent for the event queue.")			\
	COUNT(RSTS_SENT, rsts_sent,					\
		"RST packets given to the guest; trace event "		\
		"vsb_rst_sent.")					\
	COUNT(EVENTS_SENT, events_sent,					\
		"Events given to the guest.")				\
	END(CLOSED, closed,						\
		"The connection ended after both directions were "	\
		"shut down.")						\
	END(GUEST_RST, guest_rst,					\
		"The guest reset the connection or refused the "	\
		"request.")						\
	END(HOST_GONE, host_gone,					\
		"The host program closed its socket before it was "	\
		"connected, or with unread bytes of the guest.")	\
	END(REFUSED, refused,						\
		"The device refused the client because of a limit; "	\
		"the error that precedes it says which.")		\
	END(DROPPED, dropped,						\
		"A tool ended the connection with "			\
		"VSOCK_BRIDGE_DROP_CONN.")				\
	END(FORGOTTEN, forgotten,					\
		"The guest sent a REQUEST for the ports of the "	\
		"connection.")						\
	END(BROKEN_PACKET, broken_packet,				\
		"The header of a packet could be read, its payload "	\
		"could not.")						\
	END(HALF_MESSAGE, half_message,					\
		"The guest shut down its writing within a SEQPACKET "	\
		"message.")						\
	END(DEVICE_STOPPED, device_stopped,				\
		"The device was closed, or its guest started anew.")	\
	ERROR(DESC_CHAIN_TOO_SHORT_FOR_HEADER,				\
	      desc_chain_too_short_for_header,				\
		"A chain has fewer than 44 bytes, or an event buffer "	\
		"fewer than 4. As with all errors of chains, the "	\
		"chain is returned with a used length of 0.")		\
	ERROR(DESC_CHAIN_TOO_SHORT_FOR_PACKET,				\
	      desc_chain_too_short_for_packet,				\
		"The len field of a TX packet exceeds its chain. As "	\
		"with all errors of chains whose header can be read, "	\
		"the connection is reset.")				\
	ERROR(UNREADABLE_DESCRIPTOR, unreadable_descriptor,		\
		"A TX chain has a device-writable descriptor.")		\
	ERROR(UNWRITABLE_DESCRIPTOR, unwritable_descriptor,		\
		"An RX or event chain has a device-readable "		\
		"descriptor.")						\
	ERROR(DESC_CHAIN_OVERFLOW, desc_chain_overflow,			\
		"A chain has a loop, an index out of range, a bad "	\
		"indirect table, or more than 2^32 - 1 bytes.")		\
	ERROR(IOV_OVERFLOW, iov_overflow,				\
		"A chain has more than 1024 parts, or an indirect "	\
		"table of more than 1024 entries.")			\
	ERROR(GUEST_MEMORY, guest_memory,				\
		"An access to guest memory faulted because the VMM "	\
		"unmapped or protected it. If it was payload, the "	\
		"connection is reset.")					\
	ERROR(GUEST_MEMORY_BOUNDS, guest_memory_bounds,			\
		"A chain points outside the memory table or across "	\
		"an edge of it.")					\
	ERROR(VRING_BROKEN, vring_broken,				\
		"A virtqueue violated the ring protocol (an avail "	\
		"index that jumps, a head out of range), or its "	\
		"memory or its dirty log faulted. The queue stops "	\
		"until the next start, and the error eventfd is "	\
		"signalled.")						\
	ERROR(BAD_SRC_CID, bad_src_cid,					\
		"A packet has a source CID other than the guest's. "	\
		"It is dropped.")					\
	ERROR(BAD_DST_CID, bad_dst_cid,					\
		"A packet has a destination CID other than 2. It is "	\
		"dropped.")						\
	ERROR(BAD_TYPE, bad_type,					\
		"A packet has a socket type that was not negotiated "	\
		"or that its connection does not have. The answer is "	\
		"RST.")							\
	ERROR(BAD_OP, bad_op,						\
		"A packet has an operation that is unknown or that "	\
		"the state of its connection does not allow. It is "	\
		"dropped.")						\
	ERROR(UNKNOWN_FLOW, unknown_flow,				\
		"A packet belongs to no connection. The answer is "	\
		"RST.")							\
	ERROR(OVER_CREDIT, over_credit,					\
		"The guest sent more than its credit. The connection "	\
		"is reset.")						\
	ERROR(OVER_BUFFERED, over_buffered,				\
		"The buffered bytes of all connections would exceed "	\
		"max_buffered. The connection without progress for "	\
		"longest is reset.")					\
	ERROR(TX_WRITE_FAILS, tx_write_fails,				\
		"A write of the guest's bytes, or of the OK line, to "	\
		"the host socket failed.")				\
	ERROR(TX_FLUSH_FAILS, tx_flush_fails,				\
		"A write of bytes that the host socket had not "	\
		"accepted at first failed.")				\
	ERROR(RX_READ_FAILS, rx_read_fails,				\
		"A read from the host socket failed, or the host "	\
		"program passed descriptors.")				\
	ERROR(NO_DATA, no_data,						\
		"A readable host socket returned nothing, because an "	\
		"out-of-band byte (MSG_OOB) was alone in it. The "	\
		"connection continues.")				\
	ERROR(OVERSIZED_MESSAGES, oversized_messages,			\
		"A SEQPACKET message of the host program exceeds the "	\
		"guest's buffer. The connection is reset, and the "	\
		"program sees EMSGSIZE.")				\
	ERROR(SEQPACKET_REFUSED, seqpacket_refused,			\
		"A SEQPACKET host client connected, but the guest "	\
		"did not negotiate that type.")				\
	ERROR(TOO_MANY_CONNECTIONS, too_many_connections,		\
		"A connection was refused because max_connections is "	\
		"reached.")						\
	ERROR(RST_OVERFLOW, rst_overflow,				\
		"An RST of no connection was dropped because 256 "	\
		"were waiting for RX buffers.")				\
	ERROR(NO_MEMORY, no_memory,					\
		"Memory ran out. The request is refused or the "	\
		"connection reset.")					\
	ERROR(UNIX_BIND_FAILS, unix_bind_fails,				\
		"VSOCK_BRIDGE_SET_UDS could not bind a socket, or "	\
		"could not set the owner of its file.")			\
	ERROR(UNIX_CONNECT_FAILS, unix_connect_fails,			\
		"No host program listens where the guest connects "	\
		"to, its backlog is full, or there is no host end.")	\
	ERROR(UNIX_ACCEPT_FAILS, unix_accept_fails,			\
		"An accept failed. If memory ran out, the clients "	\
		"stay in the backlog, and the device tries again "	\
		"after 100 ms; each try counts.")			\
	ERROR(INVALID_PORT_REQUEST, invalid_port_request,		\
		"A CONNECT line was malformed or too long, or the "	\
		"client closed before its end.")			\
	ERROR(HANDSHAKE_TIMEOUTS, handshake_timeouts,			\
		"A CONNECT line was not complete within "		\
		"handshake_timeout_ms.")				\
	ERROR(HANDSHAKE_EVICTIONS, handshake_evictions,			\
		"A client without a complete CONNECT line was ended "	\
		"to admit another client.")				\
	ERROR(CONNECT_TIMEOUTS, connect_timeouts,			\
		"The guest did not answer a REQUEST within "		\
		"connect_timeout_ms.")					\
	ERROR(SHUTDOWN_TIMEOUTS, shutdown_timeouts,			\
		"The guest did not confirm a close within "		\
		"shutdown_timeout_ms, or a lingering connection "	\
		"without progress for that time made room.")		\
	ERROR(HOST_PORTS_EXHAUSTED, host_ports_exhausted,		\
		"A host client was refused because every host port "	\
		"towards the guest port is in use.")			\
	ERROR(PORTS_DENIED, ports_denied,				\
		"The map denies the port that the guest connects to.")	\
	ERROR(ACTIVATE_FAILS, activate_fails,				\
		"VHOST_VSOCK_SET_RUNNING failed.")			\
	ERROR(VIRTIO_STATE, virtio_state,				\
		"A start failed because the rings that the VMM "	\
		"described cannot be accessed.")			\
	ERROR(CFG_FAILS, cfg_fails,					\
		"Another ioctl failed. Unknown ioctls do not count, "	\
		"because VMMs probe with them.")			\
	ERROR(RX_QUEUE_EVENT_FAILS, rx_queue_event_fails,		\
		"The kick eventfd of the RX queue could not be set. "	\
		"The old one stays.")					\
	ERROR(TX_QUEUE_EVENT_FAILS, tx_queue_event_fails,		\
		"The kick eventfd of the TX queue could not be set. "	\
		"The old one stays.")					\
	ERROR(EV_QUEUE_EVENT_FAILS, ev_queue_event_fails,		\
		"The kick eventfd of the event queue could not be "	\
		"set. The old one stays.")				\
	ERROR(EVENT_FD_FAILS, event_fd_fails,				\
		"A call, error or log eventfd could not be set. The "	\
		"old one stays.")					\
	ERROR(EMPTY_QUEUE, empty_queue,					\
		"The guest's event queue had no buffer that takes "	\
		"the event.")

#define __VSOCK_BRIDGE_STAT(NAME, name, text)	__u64 name;

/**
 * struct vsock_bridge_stats - gauges and counters (VSOCK_BRIDGE_GET_STATS)
 * @size: in: sizeof the caller's structure; out: sizeof the module's
 * @device: number of the device, 1 or more; no other open device has it. Trace
 *	events and log lines name the device by it.
 *
 * A field of type __u64 for each entry of VSOCK_BRIDGE_STATS follows, with the
 * entry's name. Counters start at 0 when the device is opened, and wrap at 2^64.
 */
struct vsock_bridge_stats {
	__u32 size;
	__u32 device;
	/* private: generated */
	VSOCK_BRIDGE_STATS(__VSOCK_BRIDGE_STAT, __VSOCK_BRIDGE_STAT,
			   __VSOCK_BRIDGE_STAT, __VSOCK_BRIDGE_STAT)
};

/**
 * enum vsock_bridge_event_id - what a guest is told (virtio 1.3, 5.10.6.7)
 * @VSOCK_BRIDGE_EVENT_TRANSPORT_RESET: none of its connections exists any more,
 *	and its CID may be another
 */
enum vsock_bridge_event_id {
	VSOCK_BRIDGE_EVENT_TRANSPORT_RESET	= 0,
};

/**
 * struct vsock_bridge_event - an event for the guest (VSOCK_BRIDGE_SEND_EVENT)
 * @size: sizeof(struct vsock_bridge_event)
 * @event: enum vsock_bridge_event_id
 *
 * Puts the event into the next buffer of the guest's event queue, for a VMM that
 * has handed that queue over: virtqueue 2 was set when the device was started.
 * Only the process that called VHOST_SET_OWNER may do so.
 *
 * The guest ends all its connections, so the device does the same at once: host
 * programs see ECONNRESET. Then nothing is given to the guest until it has answered,
 * which it does by a new buffer in the place of the used one; what is for it
 * waits, host programs that connect meanwhile included. What the guest sends is
 * taken as ever. A guest that starts anew need not answer. A driver that has not
 * answered after connect_timeout_ms (struct vsock_bridge_limits), from the event
 * or from the last start of the device, counts as one that never answers.
 *
 * Errors, with which nothing has changed for the connections: EPERM, EINVAL
 * (@event), ESHUTDOWN (the device does not run), ENXIO (the event queue was not
 * handed over), ENOBUFS (the guest has no buffer in it that takes an event, or
 * more that take none than one call gives back, so that the next call goes on
 * behind them: @empty_queue counts), EPIPE (the event queue is broken, see
 * VHOST_SET_VRING_ERR).
 */
struct vsock_bridge_event {
	__u32 size;
	__u32 event;
};

/* Bits of vsock_bridge_state.flags */
#define VSOCK_BRIDGE_STATE_GATED	(1U << 0)	/* an event is unanswered */

/**
 * struct vsock_bridge_state - what a guest's snapshot has of the device beside
 *	its rings (VSOCK_BRIDGE_GET_STATE, VSOCK_BRIDGE_SET_STATE)
 * @size: sizeof(struct vsock_bridge_state)
 * @flags: VSOCK_BRIDGE_STATE_* bits, others must be 0
 * @last_host_port: host port that was given out last; 0 when none was. Ports go
 *	on behind it, so a new connection has not the port of one that the guest
 *	may remember. At most VSOCK_BRIDGE_MAX_HOST_PORT.
 * @event_buffers: with VSOCK_BRIDGE_STATE_GATED: the guest has answered when its
 *	event queue holds so many buffers, 1 to 32768; else 0
 *
 * GET may be issued at any time; for a snapshot, when the device is stopped.
 * SET is for a device that is stopped, before the start that shall go on with a
 * restored guest. With VSOCK_BRIDGE_STATE_GATED that start signals
 * VHOST_SET_VRING_CALL of the event queue, for the snapshot may have lost the
 * interrupt. A start without event queue has no use for the flag and drops it.
 *
 * Errors of SET: EINVAL (a value out of its range, an unknown flag), EBUSY (the
 * device runs).
 */
struct vsock_bridge_state {
	__u32 size;
	__u32 flags;
	__u32 last_host_port;
	__u32 event_buffers;
};

/* Bits of vsock_bridge_device.flags */
#define VSOCK_BRIDGE_DEVICE_OWNED	(1U << 0)	/* VHOST_SET_OWNER was called */
#define VSOCK_BRIDGE_DEVICE_RUNNING	(1U << 1)	/* VHOST_VSOCK_SET_RUNNING */
#define VSOCK_BRIDGE_DEVICE_GATED	(1U << 2)	/* an event is unanswered */
#define VSOCK_BRIDGE_DEVICE_LISTENS	(1U << 3)	/* host programs can connect */
#define VSOCK_BRIDGE_DEVICE_SEQPACKET	(1U << 4)	/* by SOCK_SEQPACKET, too */
#define VSOCK_BRIDGE_DEVICE_CONNECTS	(1U << 5)	/* the guest can, by its ports */
#define VSOCK_BRIDGE_DEVICE_MAPPED	(1U << 6)	/* VSOCK_BRIDGE_SET_PORT */
#define VSOCK_BRIDGE_DEVICE_TEMPLATE	(1U << 7)	/* by uds_template */
#define VSOCK_BRIDGE_DEVICE_DEAD	(1U << 8)	/* its owner was killed */

/**
 * struct vsock_bridge_device - one of the host's devices
 *	(VSOCK_BRIDGE_NEXT_DEVICE)
 * @size: sizeof(struct vsock_bridge_device), as the caller knows it; stays as it
 *	is, so that the structure can be used for the next call
 * @device: in: 0, or the number of the device before; out: its number, which
 *	trace events and the kernel log name, and VSOCK_BRIDGE_GET_STATS
 * @flags: VSOCK_BRIDGE_DEVICE_* bits
 * @pid: the process that owns it, or opened it as long as nobody does; 0 where
 *	the caller's pid namespace does not have it
 * @uid: its effective user, as the caller's user namespace sees it
 * @path_len: bytes of @path; 0 when the host end has no path
 * @guest_cid: the guest's CID; 0 before it was set
 * @features: what VHOST_SET_FEATURES set
 * @age_ms: milliseconds since it was opened
 * @rx_bytes_count: as in struct vsock_bridge_stats
 * @tx_bytes_count: likewise
 * @rx_packets_count: likewise
 * @tx_packets_count: likewise
 * @connections: likewise
 * @handshakes: likewise
 * @comm: name of the process, NUL-terminated
 * @path: of the host end, as VSOCK_BRIDGE_SET_UDS got it, without NUL; relative
 *	to where its caller was; the first byte of an abstract name is NUL
 *
 * On /dev/vsock-bridge-control: tells of the device with the next larger number
 * among those that the caller may see: its own, which are those that a process
 * of its effective user opened or owns, and with CAP_NET_ADMIN in the user
 * namespace of who opened it, any. Numbers are not given out again soon. What
 * comes in with the other fields does not matter.
 *
 * Errors: ENOENT (there is no further one).
 */
struct vsock_bridge_device {
	__u32 size;
	__u32 device;
	__u32 flags;
	__u32 pid;
	__u32 uid;
	__u32 path_len;
	__u64 guest_cid;
	__u64 features;
	__u64 age_ms;
	__u64 rx_bytes_count;
	__u64 tx_bytes_count;
	__u64 rx_packets_count;
	__u64 tx_packets_count;
	__u32 connections;
	__u32 handshakes;
	char comm[16];
	char path[VSOCK_BRIDGE_PATH_MAX];
};

/**
 * struct vsock_bridge_select - a device, by its number (VSOCK_BRIDGE_SELECT)
 * @size: sizeof(struct vsock_bridge_select)
 * @device: its number
 *
 * On /dev/vsock-bridge-control: from here on the descriptor is about this
 * device, for good, and takes the VSOCK_BRIDGE_* ioctls that configure a device
 * or tell of it, as the device's own descriptor does. It does not keep the device
 * open: when that is closed, they fail with EIO. Whoever is given the descriptor
 * can do the same.
 *
 * What VSOCK_BRIDGE_SET_UDS and VSOCK_BRIDGE_SET_PORT keep is of their caller:
 * the guest's connections are made with the rights of who set their path.
 *
 * Errors: ENOENT (there is no such device, or the caller may not see it), EBUSY
 * (the descriptor has one already). On a descriptor without a device the ioctls
 * that are about one fail with ENODEV.
 */
struct vsock_bridge_select {
	__u32 size;
	__u32 device;
};

/**
 * enum vsock_bridge_conn_state - where a connection is in its life
 * @VSOCK_BRIDGE_CONN_HANDSHAKE: a host client whose CONNECT line is not complete
 * @VSOCK_BRIDGE_CONN_REQUESTED: the guest has not answered the request
 * @VSOCK_BRIDGE_CONN_CONNECTING: the host connect that the guest asked for is
 *	under way
 * @VSOCK_BRIDGE_CONN_OPEN: both sides are connected
 * @VSOCK_BRIDGE_CONN_LINGER: the guest is gone, its last bytes are not read yet
 * @VSOCK_BRIDGE_CONN_DEAD: ended; the guest is owed an RST
 */
enum vsock_bridge_conn_state {
	VSOCK_BRIDGE_CONN_HANDSHAKE,
	VSOCK_BRIDGE_CONN_REQUESTED,
	VSOCK_BRIDGE_CONN_CONNECTING,
	VSOCK_BRIDGE_CONN_OPEN,
	VSOCK_BRIDGE_CONN_LINGER,
	VSOCK_BRIDGE_CONN_DEAD,
};

/* Bits of vsock_bridge_conn.flags */
#define VSOCK_BRIDGE_CONN_BY_GUEST	(1U << 0)	/* the guest asked for it */
#define VSOCK_BRIDGE_CONN_GUEST_NO_RECV	(1U << 1)	/* the guest reads no more */
#define VSOCK_BRIDGE_CONN_GUEST_NO_SEND	(1U << 2)	/* it sends no more */
#define VSOCK_BRIDGE_CONN_HOST_NO_RECV	(1U << 3)	/* the host program likewise */
#define VSOCK_BRIDGE_CONN_HOST_NO_SEND	(1U << 4)
#define VSOCK_BRIDGE_CONN_WAITS_GUEST	(1U << 5)	/* for the guest's credit */
#define VSOCK_BRIDGE_CONN_WAITS_HOST	(1U << 6)	/* for the program to read */

/**
 * struct vsock_bridge_conn - a connection
 * @id: names it as long as the device is open; larger than those before
 * @host_port: port of the host side; 0 in the handshake
 * @guest_port: port of the guest; likewise
 * @type: VIRTIO_VSOCK_TYPE_*: 1 stream, 2 SEQPACKET
 * @state: enum vsock_bridge_conn_state
 * @flags: VSOCK_BRIDGE_CONN_* bits
 * @pid: the process at the other end of the host socket: who connected to it, or
 *	made it listen; 0 where it is not known, or not in the caller's namespace
 * @uid: its effective user, as the caller's user namespace sees it
 * @buffered: bytes of the guest that the host socket has not taken
 * @tx_credit: bytes that the guest may send before more are read
 * @rx_credit: bytes that the guest has room for
 * @tx_bytes: bytes from the guest so far
 * @rx_bytes: bytes to the guest so far
 * @age_ms: milliseconds since it began
 * @reserved: 0
 */
struct vsock_bridge_conn {
	__u64 id;
	__u32 host_port;
	__u32 guest_port;
	__u16 type;
	__u16 state;
	__u32 flags;
	__u32 pid;
	__u32 uid;
	__u32 buffered;
	__u32 tx_credit;
	__u32 rx_credit;
	__u32 reserved;
	__u64 tx_bytes;
	__u64 rx_bytes;
	__u64 age_ms;
};

/**
 * struct vsock_bridge_conns - connections of a device (VSOCK_BRIDGE_GET_CONNS)
 * @size: sizeof(struct vsock_bridge_conns)
 * @nr: in: how many @conns has room for; out: how many there are in it, at most
 *	VSOCK_BRIDGE_MAX_CONNS; 0 at the end
 * @after: in: 0, or the id of the last one that was seen; out: of the last one
 *	that is in @conns
 * @conns: address of struct vsock_bridge_conn [@nr]
 * @conn_size: in: sizeof(struct vsock_bridge_conn), as the caller knows it: so
 *	far they are apart. What only one side knows is left out, or is 0.
 * @reserved: 0
 *
 * Fills in connections in the order in which they began. Each call is a moment
 * of its own: between two of them connections begin and end.
 *
 * Errors: EINVAL (@conn_size is smaller than the first published one, or larger
 * than a page), ENOMEM.
 */
struct vsock_bridge_conns {
	__u32 size;
	__u32 nr;
	__u64 after;
	__u64 conns;
	__u32 conn_size;
	__u32 reserved;
};

/**
 * struct vsock_bridge_drop - a connection to be ended (VSOCK_BRIDGE_DROP_CONN)
 * @size: sizeof(struct vsock_bridge_drop)
 * @reserved: 0
 * @id: its id
 *
 * The guest gets RST, the host program the end of the stream, or ECONNRESET.
 * Bytes that have not arrived are lost.
 *
 * Errors: ENOENT (there is no such connection, or it has ended).
 */
struct vsock_bridge_drop {
	__u32 size;
	__u32 reserved;
	__u64 id;
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
/* Argument: struct vsock_bridge_port */
#define VSOCK_BRIDGE_SET_PORT	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x10)
/* Argument: struct vsock_bridge_event */
#define VSOCK_BRIDGE_SEND_EVENT	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x11)
/* Argument: struct vsock_bridge_state */
#define VSOCK_BRIDGE_GET_STATE	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x12)
/* Argument: struct vsock_bridge_state */
#define VSOCK_BRIDGE_SET_STATE	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x13)
/* Argument: struct vsock_bridge_device; on the control node */
#define VSOCK_BRIDGE_NEXT_DEVICE	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x20)
/* Argument: struct vsock_bridge_select; on the control node */
#define VSOCK_BRIDGE_SELECT	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x21)
/* Argument: struct vsock_bridge_conns */
#define VSOCK_BRIDGE_GET_CONNS	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x22)
/* Argument: struct vsock_bridge_drop */
#define VSOCK_BRIDGE_DROP_CONN	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x23)

#endif /* _UAPI_LINUX_VSOCK_BRIDGE_H */
