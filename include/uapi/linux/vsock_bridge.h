/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vsock_bridge: the ioctls of /dev/vsock-bridge that vhost-vsock does not have,
 * and the ioctls of /dev/vsock-bridge-control.
 *
 * /dev/vsock-bridge also accepts the ioctls of /dev/vhost-vsock, with the same
 * numbers, structures and errors (<linux/vhost.h>);
 * Documentation/userspace-api/vsock_bridge.rst lists them. This header adds
 * what vhost does not have: the host end of the bridge, the map of ports,
 * limits, counters, connections, an event for the guest, and the state that a
 * snapshot needs.
 *
 * Every structure starts with its own size, as the caller knows it. The size
 * must be at least that of the structure as first published. Later versions of
 * the module append fields. If the caller's structure is shorter than the
 * module's, the missing fields read as 0. If it is longer, the bytes that the
 * module does not know must be 0; otherwise the call fails with E2BIG.
 *
 * Except for VSOCK_BRIDGE_SEND_EVENT, all of these ioctls may be issued before
 * VHOST_SET_OWNER, by any process that holds the descriptor. A launcher can
 * therefore configure the device and then pass it to a VMM that knows only
 * vhost.
 *
 * /dev/vsock-bridge-control is for tools: it lists the devices that are open
 * and gives access to one of them. It is a separate node, so that a VMM, which
 * has only the descriptor of a device, cannot reach other devices through it.
 *
 * Errors that every ioctl below can return:
 *   EFAULT  the argument, or memory that it points to, is not accessible
 *   EINVAL  @size is smaller than the structure as first published, or another
 *           reason that the structure below lists
 *   E2BIG   the structure is longer than the module's and its tail is not 0
 *   EIO     the owner of the device was killed, or the device was closed
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
 * @VSOCK_BRIDGE_PATH_MAX: longest UDS path in bytes, without its NUL; the path
 *	with ``_4294967295`` or ``_seqpacket`` appended must fit into
 *	sockaddr_un.sun_path
 * @VSOCK_BRIDGE_DEF_CONNECTIONS: default of max_connections (as Firecracker)
 * @VSOCK_BRIDGE_MAX_CONNECTIONS: largest max_connections
 * @VSOCK_BRIDGE_DEF_HANDSHAKES: default of max_handshakes
 * @VSOCK_BRIDGE_MAX_HANDSHAKES: largest max_handshakes
 * @VSOCK_BRIDGE_DEF_BUF_ALLOC: default of buf_alloc (as a Linux guest)
 * @VSOCK_BRIDGE_MIN_BUF_ALLOC: smallest buf_alloc
 * @VSOCK_BRIDGE_MAX_BUF_ALLOC: largest buf_alloc
 * @VSOCK_BRIDGE_DEF_BUFFERED: default of max_buffered
 * @VSOCK_BRIDGE_MIN_BUFFERED: smallest max_buffered
 * @VSOCK_BRIDGE_MAX_BUFFERED: largest max_buffered
 * @VSOCK_BRIDGE_MAX_MESSAGE: largest message of a SEQPACKET connection that a
 *	guest can send, in bytes; a smaller buf_alloc lowers it
 * @VSOCK_BRIDGE_DEF_TIMEOUT_MS: default of connect_timeout_ms and
 *	shutdown_timeout_ms (as Firecracker)
 * @VSOCK_BRIDGE_DEF_HANDSHAKE_MS: default of handshake_timeout_ms: long enough
 *	for a person who types the line; max_handshakes bounds the number of
 *	clients that wait
 * @VSOCK_BRIDGE_MAX_TIMEOUT_MS: largest timeout
 * @VSOCK_BRIDGE_MAX_PORTS: maximum number of entries in the map of ports
 * @VSOCK_BRIDGE_MAX_CONNS: maximum number of connections that one
 *	VSOCK_BRIDGE_GET_CONNS returns
 * @VSOCK_BRIDGE_DEF_HOST_PORT_MIN: default of host_port_min (as Firecracker)
 * @VSOCK_BRIDGE_DEF_HOST_PORT_MAX: default of host_port_max (as Firecracker)
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
	VSOCK_BRIDGE_DEF_BUFFERED	= 67108864,
	VSOCK_BRIDGE_MIN_BUFFERED	= 65536,
	VSOCK_BRIDGE_MAX_BUFFERED	= 1073741824,
	VSOCK_BRIDGE_MAX_MESSAGE	= 262144,
	VSOCK_BRIDGE_DEF_TIMEOUT_MS	= 2000,
	VSOCK_BRIDGE_DEF_HANDSHAKE_MS	= 60000,
	VSOCK_BRIDGE_MAX_TIMEOUT_MS	= 3600000,
	VSOCK_BRIDGE_MAX_PORTS		= 1024,
	VSOCK_BRIDGE_MAX_CONNS		= 512,
	VSOCK_BRIDGE_DEF_HOST_PORT_MIN	= 0x40000000,
	VSOCK_BRIDGE_DEF_HOST_PORT_MAX	= 0x7fffffff,
};

/*
 * Largest host port; the next number means "any port". It is a macro, because
 * the value is too large for the enum.
 */
#define VSOCK_BRIDGE_MAX_HOST_PORT	0xfffffffeU

/**
 * struct vsock_bridge_info - version, features and bounds of the module
 *	(VSOCK_BRIDGE_GET_INFO)
 * @size: in: sizeof the caller's structure; out: sizeof the module's. The
 *	module fills in at most the caller's size.
 * @abi_version: VSOCK_BRIDGE_ABI_VERSION of the module
 * @version: version of the module as text, NUL-terminated
 * @features: bits for extensions of later versions of the module; none is
 *	defined
 * @virtio_features: the virtio and vhost feature bits that VHOST_GET_FEATURES
 *	offers
 * @max_path: longest UDS path in bytes, without its NUL
 * @max_ports: maximum number of entries in the map of ports
 * @max_connections: largest max_connections of VSOCK_BRIDGE_SET_LIMITS
 * @max_handshakes: largest max_handshakes
 * @max_timeout_ms: largest timeout in milliseconds
 * @max_host_port: largest host_port_max; the smallest host_port_min is 1
 * @min_buf_alloc: smallest buf_alloc in bytes
 * @max_buf_alloc: largest buf_alloc in bytes
 * @min_buffered: smallest max_buffered in bytes
 * @max_buffered: largest max_buffered in bytes
 * @max_message: largest message of a SEQPACKET connection that a guest can
 *	send, in bytes; a smaller buf_alloc lowers it
 * @reserved: 0
 */
struct vsock_bridge_info {
	__u32 size;
	__u32 abi_version;
	char version[32];
	__u64 features;
	__u64 virtio_features;
	__u32 max_path;
	__u32 max_ports;
	__u32 max_connections;
	__u32 max_handshakes;
	__u32 max_timeout_ms;
	__u32 max_host_port;
	__u32 min_buf_alloc;
	__u32 max_buf_alloc;
	__u32 min_buffered;
	__u32 max_buffered;
	__u32 max_message;
	__u32 reserved;
};

/* Bits of vsock_bridge_uds.flags */
#define VSOCK_BRIDGE_UDS_MODE		(1U << 0)	/* @mode is given */
#define VSOCK_BRIDGE_UDS_UID		(1U << 1)	/* @uid is given */
#define VSOCK_BRIDGE_UDS_GID		(1U << 2)	/* @gid is given */
#define VSOCK_BRIDGE_UDS_LISTEN_FD	(1U << 3)	/* @fd is given */
#define VSOCK_BRIDGE_UDS_DIR_FD		(1U << 4)	/* @dir_fd is given */
#define VSOCK_BRIDGE_UDS_NO_LISTEN	(1U << 5)	/* no socket for host programs */
#define VSOCK_BRIDGE_UDS_NO_CONNECT	(1U << 6)	/* no path for the guest */
#define VSOCK_BRIDGE_UDS_PREFIX		(1U << 7)	/* <path><P> instead of <path>_<P> */
#define VSOCK_BRIDGE_UDS_SEQPACKET	(1U << 8)	/* also bind <path>_seqpacket */
#define VSOCK_BRIDGE_UDS_SEQPACKET_FD	(1U << 9)	/* @seqpacket_fd is given */

/**
 * struct vsock_bridge_uds - the host end (VSOCK_BRIDGE_SET_UDS)
 * @size: sizeof(struct vsock_bridge_uds)
 * @flags: VSOCK_BRIDGE_UDS_* bits; other bits must be 0
 * @path: address of the path's bytes, which need no NUL, or of an abstract
 *	name, whose first byte is NUL
 * @path_len: number of bytes, 1 to VSOCK_BRIDGE_PATH_MAX; for an abstract name
 *	at least 2, because the NUL counts
 * @mode: with VSOCK_BRIDGE_UDS_MODE: permissions of the socket file, 0 to 0777,
 *	independent of the umask; without it: 0777 less the umask
 * @uid: with VSOCK_BRIDGE_UDS_UID: owner of the socket file, otherwise 0
 * @gid: with VSOCK_BRIDGE_UDS_GID: group of the socket file, otherwise 0
 * @fd: with VSOCK_BRIDGE_UDS_LISTEN_FD: a listening AF_UNIX stream socket,
 *	otherwise 0
 * @seqpacket_fd: with VSOCK_BRIDGE_UDS_SEQPACKET_FD: a listening AF_UNIX
 *	SEQPACKET socket, otherwise 0
 * @dir_fd: with VSOCK_BRIDGE_UDS_DIR_FD: a directory, opened in any way
 *	(including O_PATH), from which a relative @path starts, otherwise 0
 * @reserved: 0
 *
 * The device binds a listening AF_UNIX stream socket to @path. Host programs
 * connect to it and write ``CONNECT <port>\n``. The guest's connections to CID
 * 2, port P, go to ``<path>_<P>``. The device keeps the caller's credentials,
 * root directory, working directory and network namespace, and uses them for
 * every later lookup of a path or an abstract name.
 *
 * The device sets owner and group as chown(2) does, with the caller's rights,
 * before the socket listens, so no client can connect before they are set. If
 * they cannot be set, the device removes the file again.
 *
 * A host program that connects before VHOST_SET_OWNER gets ECONNREFUSED, as it
 * does when no VMM runs. After that, it waits in the backlog until the device
 * runs.
 *
 * With VSOCK_BRIDGE_UDS_LISTEN_FD the device binds nothing and accepts clients
 * from the socket @fd, which it shares with the other holders of that socket:
 * the socket is neither closed nor shut down for them when the device is
 * closed, and each client goes to one of the programs that accept on it.
 * Clients that already wait in its backlog are served. Until VHOST_SET_OWNER
 * the device does not keep the socket open, so another process must do so. If
 * all processes have closed it, VHOST_SET_OWNER fails with EBADF, and another
 * host end can be set. With VSOCK_BRIDGE_UDS_NO_LISTEN there is no socket for
 * host programs. In both cases @path only names the destination of the guest's
 * connections; with VSOCK_BRIDGE_UDS_PREFIX that is ``<path><P>``, where @path
 * may be empty.
 *
 * With VSOCK_BRIDGE_UDS_NO_CONNECT the guest's connections are refused, except
 * for ports that VSOCK_BRIDGE_SET_PORT maps. Together with
 * VSOCK_BRIDGE_UDS_LISTEN_FD, @path must not be given.
 *
 * SEQPACKET connections exist if the guest negotiated VIRTIO_VSOCK_F_SEQPACKET.
 * A SEQPACKET connection of the guest to port P also goes to ``<path>_<P>``,
 * which must then be a SOCK_SEQPACKET socket. For host programs,
 * VSOCK_BRIDGE_UDS_SEQPACKET binds a second socket, of type SOCK_SEQPACKET, to
 * ``<path>_seqpacket``, with the same mode and owner. The first message of a
 * client is ``CONNECT <port>``, with or without newline, and the first message
 * that it receives is ``OK <port>\n``. VSOCK_BRIDGE_UDS_SEQPACKET_FD passes
 * such a socket, which is shared as @fd is. The flag excludes
 * VSOCK_BRIDGE_UDS_SEQPACKET and VSOCK_BRIDGE_UDS_NO_LISTEN.
 *
 * A path starts at the directory but is not confined to it: symbolic links and
 * ``..`` in @path can lead out of it, as with openat(2). The guest controls
 * only the port number.
 *
 * The ioctl may be issued again, even while the device runs. The new host end
 * replaces the old host end. Existing connections continue, and so do clients
 * that have not completed their CONNECT line. Clients in the backlog of the old
 * socket see ECONNRESET. The guest's next connections go to the new
 * destination. If the call fails, the old host end stays. The device removes no
 * socket file (as Firecracker): neither the file of a replaced host end nor,
 * when the device is closed, the file of the last host end.
 *
 * Errors:
 *
 * - EINVAL: a bad flag, mode, or field without its flag; an ID that the
 *   caller's user namespace does not map; an empty path, or a path with a NUL
 *   byte; an abstract name with mode, owner, group or @dir_fd; flags that
 *   contradict each other; @fd or @seqpacket_fd does not listen
 * - EBADF: @fd, @seqpacket_fd or @dir_fd is not open
 * - ENOTSOCK: @fd or @seqpacket_fd is not a socket
 * - EAFNOSUPPORT: @fd or @seqpacket_fd is not an AF_UNIX socket
 * - ESOCKTNOSUPPORT: @fd is not a stream socket, or @seqpacket_fd is not a
 *   SEQPACKET socket
 * - ENOTDIR: @dir_fd is not a directory
 * - ENAMETOOLONG: @path_len is too large
 * - EBUSY: another call that changes the host end is in progress
 * - EADDRINUSE: the file exists, or the abstract name is in use
 * - EPERM: the caller may not give the file to that owner or group
 * - EACCES, ENOENT, ENOTDIR, ELOOP, EROFS, ENOMEM: as from bind(2)
 *
 * If the device can bind only one of two sockets, it removes the file of that
 * socket again.
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
	__s32 seqpacket_fd;
	__s32 dir_fd;
	__u32 reserved;
};

/* Bits of vsock_bridge_port.flags */
#define VSOCK_BRIDGE_PORT_DIR_FD	(1U << 0)	/* @dir_fd is given */
#define VSOCK_BRIDGE_PORT_OTHERS	(1U << 1)	/* for all ports without an entry */

/**
 * enum vsock_bridge_port_action - what happens to a guest's connection to a
 *	port
 * @VSOCK_BRIDGE_PORT_CONNECT: the connection goes to the socket at @path
 * @VSOCK_BRIDGE_PORT_DENY: the connection is reset
 * @VSOCK_BRIDGE_PORT_PREFIX: the connection goes to the destination that
 *	VSOCK_BRIDGE_SET_UDS set
 * @VSOCK_BRIDGE_PORT_REMOVE: the entry of the port is removed
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
 * @flags: VSOCK_BRIDGE_PORT_* bits; other bits must be 0
 * @port: the port on CID 2 that the guest connects to; any number
 * @action: enum vsock_bridge_port_action
 * @path: with VSOCK_BRIDGE_PORT_CONNECT: address of the path's bytes, or of an
 *	abstract name, as in struct vsock_bridge_uds; otherwise 0
 * @path_len: with VSOCK_BRIDGE_PORT_CONNECT: number of bytes, 1 to
 *	VSOCK_BRIDGE_PATH_MAX; otherwise 0
 * @dir_fd: with VSOCK_BRIDGE_PORT_DIR_FD: a directory from which a relative
 *	@path starts, otherwise 0
 *
 * Adds, replaces or removes the entry of @port for the guest's later
 * connections. The map has at most VSOCK_BRIDGE_MAX_PORTS entries. Each entry
 * keeps the credentials and directories of its own caller, as
 * VSOCK_BRIDGE_SET_UDS does.
 *
 * A port without an entry follows VSOCK_BRIDGE_SET_UDS until the first entry is
 * added. From then on it is denied, even after all entries were removed. With
 * VSOCK_BRIDGE_PORT_OTHERS and @port 0, the call sets the action of all ports
 * without an entry: VSOCK_BRIDGE_PORT_DENY or VSOCK_BRIDGE_PORT_PREFIX.
 * VSOCK_BRIDGE_PORT_REMOVE with that flag removes all entries and restores the
 * initial state.
 *
 * The ioctl may be issued at any time, with or without VSOCK_BRIDGE_SET_UDS. It
 * does not check whether a socket exists at @path; the guest's connection finds
 * out.
 *
 * Errors:
 *
 * - EINVAL: bad flags, a bad action, a path that VSOCK_BRIDGE_SET_UDS would
 *   refuse, or a field that the action does not use
 * - ENAMETOOLONG: @path_len is too large
 * - EBADF: @dir_fd is not open
 * - ENOTDIR: @dir_fd is not a directory
 * - ENOSPC: the map is full
 * - ENOENT: VSOCK_BRIDGE_PORT_REMOVE: the port has no entry
 * - ENOMEM: no memory
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

/**
 * struct vsock_bridge_port_entry - an entry of the map, in an answer to
 *	VSOCK_BRIDGE_GET_PORTS
 * @port: the port on CID 2
 * @action: VSOCK_BRIDGE_PORT_CONNECT, VSOCK_BRIDGE_PORT_DENY or
 *	VSOCK_BRIDGE_PORT_PREFIX
 * @path_len: number of bytes of @path; 0 unless @action is
 *	VSOCK_BRIDGE_PORT_CONNECT
 * @reserved: 0
 * @path: path as VSOCK_BRIDGE_SET_PORT got it, without NUL; if it is relative,
 *	it starts at the directory of that caller. The first byte of an abstract
 *	name is NUL.
 */
struct vsock_bridge_port_entry {
	__u32 port;
	__u32 action;
	__u32 path_len;
	__u32 reserved;
	char path[VSOCK_BRIDGE_PATH_MAX];
};

/**
 * struct vsock_bridge_ports - the map from the guest's ports to sockets
 *	(VSOCK_BRIDGE_GET_PORTS)
 * @size: sizeof(struct vsock_bridge_ports)
 * @entry_size: sizeof(struct vsock_bridge_port_entry), as the caller knows it:
 *	the distance between two entries. The module leaves out fields that only
 *	it knows, and fills fields that only the caller knows with 0.
 * @entries: address of the caller's array of struct vsock_bridge_port_entry
 * @nr: in: number of entries in the array; out: number of entries in the map,
 *	at most VSOCK_BRIDGE_MAX_PORTS
 * @others: out: action of ports without an entry, VSOCK_BRIDGE_PORT_DENY or
 *	VSOCK_BRIDGE_PORT_PREFIX
 *
 * The ioctl returns the entries in the order of their ports. If the map has
 * more entries than the array, the first ones are returned.
 *
 * Errors:
 *
 * - EINVAL: @entry_size is smaller than the structure as first published, or
 *   larger than a page
 * - ENOMEM: no memory
 */
struct vsock_bridge_ports {
	__u32 size;
	__u32 entry_size;
	__u64 entries;
	__u32 nr;
	__u32 others;
};

/* Bits of vsock_bridge_limits.flags */
#define VSOCK_BRIDGE_LIMITS_RANDOM_PORTS	(1U << 0)

/**
 * struct vsock_bridge_limits - limits of a device (VSOCK_BRIDGE_SET_LIMITS,
 *	VSOCK_BRIDGE_GET_LIMITS)
 * @size: sizeof(struct vsock_bridge_limits)
 * @flags: VSOCK_BRIDGE_LIMITS_RANDOM_PORTS: host ports are random, not
 *	sequential
 * @flags_mask: SET: the bits of @flags to change; the other bits stay as they
 *	are. GET: the bits that the module knows
 * @max_connections: total number of connections that guest and host programs
 *	open, 1 to VSOCK_BRIDGE_MAX_CONNECTIONS. Above that, the guest gets RST
 *	and a host client gets EOF.
 * @max_handshakes: number of host clients without a complete CONNECT line, 1 to
 *	VSOCK_BRIDGE_MAX_HANDSHAKES. Above that, the device ends the client that
 *	has been silent for the longest time. If all clients have sent a part of
 *	their line, the device ends the oldest client.
 * @buf_alloc: bytes that a guest may send on one connection before the host
 *	program has read them, VSOCK_BRIDGE_MIN_BUF_ALLOC to
 *	VSOCK_BRIDGE_MAX_BUF_ALLOC. Applies to connections that begin later.
 * @max_buffered: total bytes of all connections that the device buffers because
 *	host sockets do not accept them, VSOCK_BRIDGE_MIN_BUFFERED to
 *	VSOCK_BRIDGE_MAX_BUFFERED; @buf_alloc limits the bytes of one
 *	connection. Above that, the device resets the connection whose host
 *	program has read nothing for the longest time; the other connections
 *	continue.
 * @handshake_timeout_ms: time for a host client's CONNECT line. Like all
 *	timeouts, it is in milliseconds, 1 to VSOCK_BRIDGE_MAX_TIMEOUT_MS. The
 *	default of one minute lets a person type the line.
 * @connect_timeout_ms: time for the guest's answer to a connection request, and
 *	to an event (struct vsock_bridge_event)
 * @shutdown_timeout_ms: time for the guest to confirm the close of a host
 *	program. It has a second use when @max_connections is reached: a
 *	connection that the guest has closed, and whose last bytes the host
 *	program has not read, ends to make room if it has made no progress for
 *	this time.
 * @host_port_min: smallest host port of a connection that a host program opens,
 *	1 to @host_port_max
 * @host_port_max: largest host port, at most VSOCK_BRIDGE_MAX_HOST_PORT. If
 *	every host port towards a guest port is in use, the next client for that
 *	guest port gets EOF.
 *
 * SET: a field that is 0 leaves its limit as it is. The call checks all fields
 * before it sets any. Limits may be changed while the device runs; connections
 * above a lowered limit stay. GET fills in all fields, as VSOCK_BRIDGE_GET_INFO
 * does.
 *
 * Errors of SET:
 *
 * - EINVAL: a value is out of its range, @host_port_min exceeds @host_port_max,
 *   or a flag is unknown or not in the mask
 */
struct vsock_bridge_limits {
	__u32 size;
	__u32 flags;
	__u32 flags_mask;
	__u32 max_connections;
	__u32 max_handshakes;
	__u32 buf_alloc;
	__u32 max_buffered;
	__u32 handshake_timeout_ms;
	__u32 connect_timeout_ms;
	__u32 shutdown_timeout_ms;
	__u32 host_port_min;
	__u32 host_port_max;
};

/*
 * The gauges and counters of a device, in the order of struct
 * vsock_bridge_stats: NAME, name and a description of the value. New values are
 * appended.
 *
 *   GAUGE  a value at the moment of the call
 *   COUNT  the number of events in normal operation
 *   END    the number of connections that ended for this reason, which is not
 *          an error
 *   ERROR  the number of errors; each has the trace event vsb_error with
 *          reason == name. An error can count twice: by the operation that
 *          failed (cfg_fails) and by the cause (unix_bind_fails).
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
	ERROR(BACKLOG_FULL, backlog_full,				\
		"The backlog of the host program that the guest "	\
		"connects to is full. The request is refused and "	\
		"counts as unix_connect_fails as well.")		\
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
 * @device: number of the device, at least 1 and unique among the open devices.
 *	Trace events and log lines name the device by this number.
 *
 * A field of type __u64 for each entry of VSOCK_BRIDGE_STATS follows, with the
 * entry's name. Counters start at 0 when the device is opened, and wrap at
 * 2^64.
 */
struct vsock_bridge_stats {
	__u32 size;
	__u32 device;
	/* private: generated */
	VSOCK_BRIDGE_STATS(__VSOCK_BRIDGE_STAT, __VSOCK_BRIDGE_STAT,
			   __VSOCK_BRIDGE_STAT, __VSOCK_BRIDGE_STAT)
};

/**
 * enum vsock_bridge_conn_state - state of a connection
 * @VSOCK_BRIDGE_CONN_HANDSHAKE: a host client whose CONNECT line is not
 *	complete
 * @VSOCK_BRIDGE_CONN_REQUESTED: the guest has not answered the REQUEST
 * @VSOCK_BRIDGE_CONN_CONNECTING: the guest sent a REQUEST, and the connect to
 *	the host program is in progress
 * @VSOCK_BRIDGE_CONN_OPEN: both sides are connected
 * @VSOCK_BRIDGE_CONN_LINGER: the guest has closed the connection, and the host
 *	program has not read its last bytes
 * @VSOCK_BRIDGE_CONN_DEAD: the connection has ended, and an RST waits for an RX
 *	buffer of the guest
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
#define VSOCK_BRIDGE_CONN_BY_GUEST	(1U << 0)	/* the guest opened it */
#define VSOCK_BRIDGE_CONN_GUEST_NO_RECV	(1U << 1)	/* the guest receives no more */
#define VSOCK_BRIDGE_CONN_GUEST_NO_SEND	(1U << 2)	/* the guest sends no more */
#define VSOCK_BRIDGE_CONN_HOST_NO_RECV	(1U << 3)	/* the host program receives no more */
#define VSOCK_BRIDGE_CONN_HOST_NO_SEND	(1U << 4)	/* the host program sends no more */
#define VSOCK_BRIDGE_CONN_WAITS_GUEST	(1U << 5)	/* blocked until the guest gives credit */
#define VSOCK_BRIDGE_CONN_WAITS_HOST	(1U << 6)	/* blocked until the host program reads */

/**
 * struct vsock_bridge_conn - a connection, in an answer to
 *	VSOCK_BRIDGE_GET_CONNS
 * @id: identifies the connection as long as the device is open; grows with each
 *	connection
 * @host_port: port of the host side; 0 in the handshake
 * @guest_port: port of the guest; 0 in the handshake
 * @type: VIRTIO_VSOCK_TYPE_*: 1 stream, 2 SEQPACKET
 * @state: enum vsock_bridge_conn_state
 * @flags: VSOCK_BRIDGE_CONN_* bits
 * @pid: the process that connected the peer of the host socket, or made it
 *	listen; 0 if it is not known or not in the caller's PID namespace
 * @uid: the effective user of that process, as seen in the caller's user
 *	namespace
 * @buffered: bytes of the guest that the host socket has not accepted
 * @tx_credit: bytes that the guest may send before the host program reads
 * @rx_credit: bytes that the guest has room for
 * @reserved: 0
 * @tx_bytes: bytes that the guest has sent
 * @rx_bytes: bytes that the guest has received
 * @age_ms: milliseconds since the connection began
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
 * @conn_size: sizeof(struct vsock_bridge_conn), as the caller knows it: the
 *	distance between two entries. The module leaves out fields that only it
 *	knows, and fills fields that only the caller knows with 0.
 * @conns: address of the caller's array of struct vsock_bridge_conn
 * @nr: in: number of entries in the array; out: number of connections in it, at
 *	most VSOCK_BRIDGE_MAX_CONNS; 0 after the last connection
 * @reserved: 0
 * @after: in: 0, or the ID of the last connection of the previous call; out:
 *	the ID of the last connection in the array
 *
 * The ioctl returns connections in the order in which they began. Connections
 * can begin and end between two calls.
 *
 * Errors:
 *
 * - EINVAL: @conn_size is smaller than the structure as first published, or
 *   larger than a page; @reserved is not 0
 * - ENOMEM: no memory
 */
struct vsock_bridge_conns {
	__u32 size;
	__u32 conn_size;
	__u64 conns;
	__u32 nr;
	__u32 reserved;
	__u64 after;
};

/**
 * struct vsock_bridge_drop - end a connection (VSOCK_BRIDGE_DROP_CONN)
 * @size: sizeof(struct vsock_bridge_drop)
 * @reserved: 0
 * @id: ID of the connection, as VSOCK_BRIDGE_GET_CONNS returned it
 *
 * The guest gets RST, and the host program gets EOF or ECONNRESET. Bytes that
 * have not arrived are lost.
 *
 * Errors:
 *
 * - EINVAL: @reserved is not 0
 * - ENOENT: there is no such connection, or it has ended
 */
struct vsock_bridge_drop {
	__u32 size;
	__u32 reserved;
	__u64 id;
};

/**
 * enum vsock_bridge_event_id - events of the device (virtio 1.3, 5.10.6.7)
 * @VSOCK_BRIDGE_EVENT_TRANSPORT_RESET: none of the guest's connections exists
 *	any more, and its CID may have changed
 */
enum vsock_bridge_event_id {
	VSOCK_BRIDGE_EVENT_TRANSPORT_RESET	= 0,
};

/**
 * struct vsock_bridge_event - an event for the guest (VSOCK_BRIDGE_SEND_EVENT)
 * @size: sizeof(struct vsock_bridge_event)
 * @event: enum vsock_bridge_event_id
 *
 * Puts the event into the next buffer of the guest's event queue. The VMM must
 * have set up that queue (virtqueue 2) before it started the device. Only the
 * owner may issue the ioctl.
 *
 * The guest ends all its connections, so the device ends them too, at once:
 * host programs see ECONNRESET. RX then stays closed until the guest answers
 * the event, which it does when it makes a new buffer available in the event
 * queue. Until then, host programs may connect, and packets for the guest wait.
 * TX continues. The device opens RX without an answer after connect_timeout_ms
 * (struct vsock_bridge_limits), counted from the event and again from each
 * start of the device, and when the guest's driver starts anew.
 *
 * Errors; none of them changes a connection:
 *
 * - EPERM: the caller is not the owner
 * - EINVAL: the event is unknown
 * - ESHUTDOWN: the device does not run
 * - ENXIO: the event queue was not set up
 * - ENOBUFS: the event queue has no buffer that takes an event, or begins with
 *   more unusable buffers than one call returns, so that the next call
 *   continues after them; the counter empty_queue counts the failure
 * - EPIPE: the event queue is broken, see VHOST_SET_VRING_ERR
 */
struct vsock_bridge_event {
	__u32 size;
	__u32 event;
};

/* Bits of vsock_bridge_state.flags */
#define VSOCK_BRIDGE_STATE_GATED	(1U << 0)	/* the guest has not answered an event */

/**
 * struct vsock_bridge_state - the part of a guest's snapshot that is not in its
 *	rings (VSOCK_BRIDGE_GET_STATE, VSOCK_BRIDGE_SET_STATE)
 * @size: sizeof(struct vsock_bridge_state)
 * @flags: VSOCK_BRIDGE_STATE_* bits; other bits must be 0
 * @last_host_port: the host port that the device allocated last, at most
 *	VSOCK_BRIDGE_MAX_HOST_PORT; 0 if it allocated none. Allocation continues
 *	after it, so that a new connection does not get a port that the guest
 *	may still remember.
 * @event_buffers: with VSOCK_BRIDGE_STATE_GATED: the number of buffers in the
 *	event queue that shows that the guest has answered, 1 to 32768;
 *	otherwise 0
 *
 * GET may be issued at any time; for a snapshot, the VMM issues it after it
 * stopped the device. SET is for a stopped device, before the start that
 * continues a restored guest. With VSOCK_BRIDGE_STATE_GATED that start signals
 * the VHOST_SET_VRING_CALL eventfd of the event queue, because the snapshot may
 * have lost the interrupt. A start without an event queue drops the flag.
 *
 * Errors of SET:
 *
 * - EINVAL: a value is out of its range, or a flag is unknown
 * - EBUSY: the device runs
 */
struct vsock_bridge_state {
	__u32 size;
	__u32 flags;
	__u32 last_host_port;
	__u32 event_buffers;
};

/* Bits of vsock_bridge_device.flags */
#define VSOCK_BRIDGE_DEVICE_OWNED	(1U << 0)	/* VHOST_SET_OWNER was called */
#define VSOCK_BRIDGE_DEVICE_RUNNING	(1U << 1)	/* VHOST_VSOCK_SET_RUNNING started it */
#define VSOCK_BRIDGE_DEVICE_GATED	(1U << 2)	/* the guest has not answered an event */
#define VSOCK_BRIDGE_DEVICE_LISTENS	(1U << 3)	/* host programs can connect */
#define VSOCK_BRIDGE_DEVICE_SEQPACKET	(1U << 4)	/* they can also use SOCK_SEQPACKET */
#define VSOCK_BRIDGE_DEVICE_CONNECTS	(1U << 5)	/* the guest can connect by <path>_<P> */
#define VSOCK_BRIDGE_DEVICE_MAPPED	(1U << 6)	/* VSOCK_BRIDGE_SET_PORT made a map */
#define VSOCK_BRIDGE_DEVICE_TEMPLATE	(1U << 7)	/* uds_template named the host end */
#define VSOCK_BRIDGE_DEVICE_DEAD	(1U << 8)	/* the owner was killed */

/**
 * struct vsock_bridge_device - a device (VSOCK_BRIDGE_NEXT_DEVICE)
 * @size: sizeof(struct vsock_bridge_device), as the caller knows it; the call
 *	does not change it, so the structure can be passed to the next call
 * @device: in: 0, or the number of the previous device; out: the number of this
 *	device, as in trace events, the kernel log and VSOCK_BRIDGE_GET_STATS
 * @flags: VSOCK_BRIDGE_DEVICE_* bits
 * @pid: process ID of the owner, or of the opener if there is no owner yet; 0
 *	if it is not in the caller's PID namespace
 * @uid: effective user of that process, as seen in the caller's user namespace
 * @path_len: number of bytes of @path; 0 if the host end has no path
 * @guest_cid: the guest's CID; 0 before it is set
 * @features: the features that VHOST_SET_FEATURES set
 * @age_ms: milliseconds since the device was opened
 * @rx_bytes_count: as in struct vsock_bridge_stats
 * @tx_bytes_count: as in struct vsock_bridge_stats
 * @rx_packets_count: as in struct vsock_bridge_stats
 * @tx_packets_count: as in struct vsock_bridge_stats
 * @connections: as in struct vsock_bridge_stats
 * @handshakes: as in struct vsock_bridge_stats
 * @comm: name of the process, NUL-terminated
 * @path: path of the host end as VSOCK_BRIDGE_SET_UDS got it, without NUL; if
 *	it is relative, it starts at the directory of that caller. The first
 *	byte of an abstract name is NUL.
 *
 * The ioctl of /dev/vsock-bridge-control returns the device with the next
 * larger number among the devices that the caller may see. A caller may see a
 * device if a process of the same effective user opened or owns it, or if the
 * caller has CAP_NET_ADMIN in the user namespace of the process that opened it.
 * Numbers are not reused soon. The other fields are ignored on input.
 *
 * Errors:
 *
 * - ENOENT: there is no further device
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
 * struct vsock_bridge_select - select a device by number (VSOCK_BRIDGE_SELECT)
 * @size: sizeof(struct vsock_bridge_select)
 * @device: number of the device
 *
 * The ioctl binds a descriptor of /dev/vsock-bridge-control to this device for
 * good. The descriptor then accepts the VSOCK_BRIDGE_* ioctls of the device's
 * own descriptor. The descriptor does not keep the device open: after the
 * device is closed, those ioctls fail with EIO. A process that receives the
 * descriptor can use it in the same way.
 *
 * VSOCK_BRIDGE_SET_UDS and VSOCK_BRIDGE_SET_PORT keep the credentials and
 * directories of the process that calls them: the device connects the guest's
 * connections with the rights of the process that set their path.
 *
 * Errors:
 *
 * - ENOENT: there is no such device, or the caller may not see it
 * - EBUSY: the descriptor already has a device
 *
 * On a descriptor without a device, ioctls that need one fail with ENODEV.
 */
struct vsock_bridge_select {
	__u32 size;
	__u32 device;
};

/* Argument: struct vsock_bridge_info */
#define VSOCK_BRIDGE_GET_INFO		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x00)

/* Configuration. Argument: struct vsock_bridge_uds, _port, _ports, _limits */
#define VSOCK_BRIDGE_SET_UDS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x01)
#define VSOCK_BRIDGE_SET_PORT		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x02)
#define VSOCK_BRIDGE_GET_PORTS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x03)
#define VSOCK_BRIDGE_SET_LIMITS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x04)
#define VSOCK_BRIDGE_GET_LIMITS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x05)

/* Observation. Argument: struct vsock_bridge_stats, _conns, _drop */
#define VSOCK_BRIDGE_GET_STATS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x10)
#define VSOCK_BRIDGE_GET_CONNS		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x11)
#define VSOCK_BRIDGE_DROP_CONN		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x12)

/* Snapshots. Argument: struct vsock_bridge_event, _state, _state */
#define VSOCK_BRIDGE_SEND_EVENT		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x20)
#define VSOCK_BRIDGE_GET_STATE		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x21)
#define VSOCK_BRIDGE_SET_STATE		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x22)

/* The control node. Argument: struct vsock_bridge_device, _select */
#define VSOCK_BRIDGE_NEXT_DEVICE	_IO(VSOCK_BRIDGE_IOC_TYPE, 0x30)
#define VSOCK_BRIDGE_SELECT		_IO(VSOCK_BRIDGE_IOC_TYPE, 0x31)

#endif /* _UAPI_LINUX_VSOCK_BRIDGE_H */
