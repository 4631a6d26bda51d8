/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections of a guest: what a guest's socket layer does, with each step
 * under the test's control. Only three things happen by themselves: received
 * packets are assigned to connections, payload is kept until the test reads it,
 * and a CREDIT_REQUEST is answered.
 *
 * guest_fail() records a device that sends more than the guest has room for, by
 * the advertised credit or by Linux's packet limit.
 */
#ifndef GUEST_CONN_H
#define GUEST_CONN_H

#include <sys/types.h>

#include "guest.h"

/*
 * A Linux guest accepts a packet while (unread packets + 1) * 576 <= buf_alloc.
 * A STREAM packet of at most 128 bytes that fits behind the last unread packet
 * is merged into that packet.
 */
#define GUEST_PACKET_COST	576
#define GUEST_JOIN_MAX		128
#define GUEST_MUX_STRAYS	512
#define GUEST_MUX_LISTENERS	16
#define GUEST_CONN_OPS		(VIRTIO_VSOCK_OP_CREDIT_REQUEST + 1)

/* What a driver reports as fwd_cnt. */
enum guest_counts {
	GUEST_COUNTS_READ,	/* bytes read, as virtio specifies */
	GUEST_COUNTS_RECEIVED,	/* bytes received */
	GUEST_COUNTS_UNREAD,	/* bytes not yet read */
	GUEST_COUNTS_ROOM,	/* bytes of free space */
};

/* How a driver answers a CREDIT_REQUEST. */
enum guest_answers {
	GUEST_ANSWERS,
	GUEST_IS_SILENT,
	GUEST_ASKS_BACK,	/* with its own CREDIT_REQUEST */
};

/* How a driver closes a connection. */
enum guest_closes {
	GUEST_SHUTS,		/* SHUTDOWN of both directions, then waits */
	GUEST_RESETS,		/* RST */
	GUEST_SHUTS_NOTHING,	/* SHUTDOWN without flags, then RST */
};

#define GUEST_NEVER	UINT32_MAX

/**
 * struct guest_habits - a driver other than Linux; it has no packet limit
 * @window: buf_alloc of its connections
 * @free_alloc: its buf_alloc is the free space
 * @counts: what it reports as fwd_cnt
 * @updates_above: it sends a CREDIT_UPDATE when more unreported bytes than this
 *     were read; GUEST_NEVER for none
 * @answers: how it answers a CREDIT_REQUEST
 * @needs_update: a writer without credit wakes only at a CREDIT_UPDATE
 * @ignores_updates: it takes credit from every packet except CREDIT_UPDATE
 * @resets_shutdown: it answers SHUTDOWN of any direction with RST
 * @closes: how it closes a connection
 */
struct guest_habits {
	uint32_t window;
	bool free_alloc;
	enum guest_counts counts;
	uint32_t updates_above;
	enum guest_answers answers;
	bool needs_update;
	bool ignores_updates;
	bool resets_shutdown;
	enum guest_closes closes;
};

struct guest_mux;

/**
 * struct guest_conn - one connection of the guest
 * @mux: owner
 * @next: next in the list of @mux
 * @local: port in the guest
 * @peer: port of the host
 * @type: VIRTIO_VSOCK_TYPE_*
 * @open: RESPONSE was sent or received
 * @reset: RST was sent or received
 * @accepted: guest_accept() has returned it
 * @no_updates: guest_conn_recv() sends no CREDIT_UPDATE by itself
 * @buf_alloc: advertised receive space
 * @space: the receive space, a ring buffer of @capacity bytes
 * @capacity: upper bound for @buf_alloc
 * @rx_cnt: bytes received
 * @fwd_cnt: bytes read
 * @fwd_reported: the @fwd_cnt that the device knows
 * @ends: @rx_cnt at the end of each unread packet
 * @last: for each unread packet, whether it ends a message
 * @first: index of the oldest unread packet in @ends and @last
 * @unread: number of unread packets
 * @tail: free space behind the last unread packet
 * @most_unread: maximum of @unread so far
 * @sleeps: with @needs_update: the writer waits for a CREDIT_UPDATE
 * @tx_cnt: bytes sent
 * @peer_buf_alloc: last value from the device
 * @peer_fwd_cnt: last value from the device
 * @peer_shutdown: flags of all SHUTDOWN packets from the device
 * @seen: packets from the device, by operation
 */
struct guest_conn {
	struct guest_mux *mux;
	struct guest_conn *next;
	uint32_t local;
	uint32_t peer;
	uint16_t type;
	bool open;
	bool reset;
	bool accepted;
	bool no_updates;
	uint32_t buf_alloc;
	uint8_t *space;
	uint32_t capacity;
	uint32_t rx_cnt;
	uint32_t fwd_cnt;
	uint32_t fwd_reported;
	uint32_t *ends;
	bool *last;
	unsigned int first;
	unsigned int unread;
	uint32_t tail;
	unsigned int most_unread;
	bool sleeps;
	uint32_t tx_cnt;
	uint32_t peer_buf_alloc;
	uint32_t peer_fwd_cnt;
	uint32_t peer_shutdown;
	unsigned int seen[GUEST_CONN_OPS];
};

/**
 * struct guest_mux - the connections of a guest
 * @guest: the guest
 * @conns: all connections
 * @listeners: ports whose requests become connections
 * @nr_listeners: number of @listeners
 * @habits: of a driver other than Linux; NULL for Linux
 * @buf_alloc: buf_alloc of new connections
 * @type: type of the connections that the guest opens
 * @strays: packets for unknown connections, oldest first
 * @nr_strays: number of @strays
 */
struct guest_mux {
	struct guest *guest;
	struct guest_conn *conns;
	uint32_t listeners[GUEST_MUX_LISTENERS];
	unsigned int nr_listeners;
	const struct guest_habits *habits;
	uint32_t buf_alloc;
	uint16_t type;
	struct virtio_vsock_hdr strays[GUEST_MUX_STRAYS];
	unsigned int nr_strays;
};

void guest_mux_init(struct guest_mux *mux, struct guest *guest);
/* Imitates a driver other than Linux. Call it before any connection exists. */
void guest_mux_use_habits(struct guest_mux *mux,
			  const struct guest_habits *habits);
/* Frees all connections without sending a packet. */
void guest_mux_fini(struct guest_mux *mux);

/* Processes the received packets and returns their number. */
unsigned int guest_mux_poll(struct guest_mux *mux);
/* Waits as guest_wait() does, then processes the received packets. */
int guest_mux_step(struct guest_mux *mux, int fd, short events,
		   uint64_t deadline);

/* Waits until @cond is true. False if it is not within @ms milliseconds. */
#define GUEST_UNTIL_FD(mux, fd, events, ms, cond) ({			\
	uint64_t _deadline = deadline_in(ms);				\
	bool _ok;							\
	guest_mux_poll(mux);						\
	while (!(_ok = (cond)) &&					\
	       !guest_mux_step(mux, fd, events, _deadline))		\
		;							\
	_ok; })
#define GUEST_UNTIL(mux, cond) GUEST_UNTIL_FD(mux, -1, 0, WAIT_MS, cond)

/* Returns the next packet for an unknown connection. */
int guest_mux_stray(struct guest_mux *mux, struct virtio_vsock_hdr *hdr,
		    uint64_t deadline);

void guest_listen(struct guest_mux *mux, uint32_t port);
/* Answers the next connection to a listening port with RESPONSE; or NULL. */
struct guest_conn *guest_accept(struct guest_mux *mux, uint32_t port,
				uint64_t deadline);
/* Sends REQUEST. Returns NULL if memory or time ran out. */
struct guest_conn *guest_connect(struct guest_mux *mux, uint32_t local,
				 uint32_t peer);
/* Frees a connection without sending a packet. */
void guest_conn_free(struct guest_conn *c);

/* Sends a packet without payload. */
int guest_conn_op(struct guest_conn *c, unsigned int op, uint32_t flags);
static inline int guest_conn_shutdown(struct guest_conn *c, uint32_t flags)
{
	return guest_conn_op(c, VIRTIO_VSOCK_OP_SHUTDOWN, flags);
}

/* Closes the connection as the driver does. */
int guest_conn_close(struct guest_conn *c);

/* The free space that the device has advertised. */
uint32_t guest_conn_credit(const struct guest_conn *c);
/*
 * Sends as much as credit and the TX ring allow, in packets of up to @most
 * bytes, and returns how much that was. Never waits. With SEQPACKET the last
 * byte ends the message.
 */
size_t guest_conn_send(struct guest_conn *c, const void *data, size_t len,
		       uint32_t most);
/* Sends one packet regardless of credit. */
int guest_conn_send_packet(struct guest_conn *c, const void *data,
			   uint32_t len);
/* Sends one SEQPACKET packet regardless of credit. */
int guest_conn_send_part(struct guest_conn *c, const void *data, uint32_t len,
			 bool last);
/*
 * Sends a message in packets of up to @most bytes; waits for credit as Linux
 * does.
 */
int guest_conn_send_message(struct guest_conn *c, const void *data, size_t len,
			    uint32_t most);
static inline uint32_t guest_conn_unread(const struct guest_conn *c)
{
	return c->rx_cnt - c->fwd_cnt;
}

/* Reads what has been received, and sends CREDIT_UPDATE when Linux does. */
size_t guest_conn_recv(struct guest_conn *c, void *data, size_t len);
/* Reads the next message: its length, or -EAGAIN while it is incomplete. */
ssize_t guest_conn_recv_message(struct guest_conn *c, void *data, size_t len);
/* Changes the advertised space, up to @capacity, and sends a CREDIT_UPDATE. */
int guest_conn_set_buf_alloc(struct guest_conn *c, uint32_t buf_alloc);

#endif /* GUEST_CONN_H */
