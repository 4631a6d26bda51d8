/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections over a guest: what a guest's socket layer does, with each step
 * in the hands of the test. Nothing happens by itself but this: received
 * packets are sorted, payload is kept until it is read, and a CREDIT_REQUEST is
 * answered.
 *
 * A device that sends more than the guest has room for, by its own count or by
 * Linux's count of packets, is noted with guest_fail().
 */
#ifndef GUEST_CONN_H
#define GUEST_CONN_H

#include <sys/types.h>

#include "guest.h"

/*
 * Linux's guest takes a packet while (unread packets + 1) * 576 <= buf_alloc. One
 * of a stream, of at most 128 bytes and smaller than the room behind the last
 * unread one, joins that.
 */
#define GUEST_PACKET_COST	576
#define GUEST_JOIN_MAX		128
#define GUEST_MUX_STRAYS	512
#define GUEST_MUX_LISTENERS	16
#define GUEST_CONN_OPS		(VIRTIO_VSOCK_OP_CREDIT_REQUEST + 1)

/* What a driver puts into fwd_cnt. */
enum guest_counts {
	GUEST_COUNTS_READ,	/* bytes that were read, as virtio says */
	GUEST_COUNTS_RECEIVED,	/* bytes that have arrived */
	GUEST_COUNTS_UNREAD,	/* bytes that wait to be read */
	GUEST_COUNTS_ROOM,	/* bytes that there is room for */
};

/* What a driver does with a CREDIT_REQUEST. */
enum guest_answers {
	GUEST_ANSWERS,
	GUEST_IS_SILENT,
	GUEST_ASKS_BACK,	/* with a CREDIT_REQUEST */
};

/* How a driver ends a connection. */
enum guest_closes {
	GUEST_SHUTS,		/* SHUTDOWN of both directions, and waits */
	GUEST_RESETS,		/* RST */
	GUEST_SHUTS_NOTHING,	/* SHUTDOWN without a flag, then RST */
};

#define GUEST_NEVER	UINT32_MAX

/**
 * struct guest_habits - a driver that is not Linux's: no ceiling for packets
 * @window: buf_alloc of its connections
 * @free_alloc: its buf_alloc is the room that is free
 * @counts: what its fwd_cnt is
 * @updates_above: it sends a CREDIT_UPDATE when more bytes than this were read
 *	without a word; or GUEST_NEVER
 * @answers: what it does with a CREDIT_REQUEST
 * @needs_update: a writer that has run out of credit goes on at a CREDIT_UPDATE,
 *	and at nothing else
 * @ignores_updates: it takes credit from all packets but a CREDIT_UPDATE
 * @resets_shutdown: it answers a SHUTDOWN of any direction by RST
 * @closes: how it ends a connection
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
 * @next: in the list of @mux
 * @local: port in the guest
 * @peer: port of the host
 * @type: VIRTIO_VSOCK_TYPE_*
 * @open: RESPONSE has come or gone
 * @reset: the device ended it
 * @accepted: guest_accept() has returned it
 * @no_updates: guest_conn_recv() sends no CREDIT_UPDATE by itself
 * @buf_alloc: room for payload
 * @space: the room, a ring of @capacity bytes
 * @capacity: the largest that @buf_alloc can be made
 * @rx_cnt: bytes received
 * @fwd_cnt: bytes read
 * @fwd_told: @fwd_cnt as the device knows it
 * @ends: of each unread packet, @rx_cnt behind it
 * @last: of each unread packet, whether it ends a message
 * @first: index of the oldest unread packet in @ends and @last
 * @unread: number of unread packets
 * @tail: room behind the last of them
 * @most_unread: the most that there were
 * @sleeps: of a driver that needs updates: its writer waits for one
 * @tx_cnt: bytes sent
 * @peer_buf_alloc: as last told
 * @peer_fwd_cnt: as last told
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
	uint32_t fwd_told;
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
 * @nr_listeners: number of those
 * @habits: of a driver that is not Linux's; else NULL
 * @buf_alloc: of new connections
 * @type: of the connections that the guest makes
 * @strays: packets of no connection, oldest first
 * @nr_strays: number of those
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
/* A driver that is not Linux's, before there are connections. */
void guest_mux_use_habits(struct guest_mux *mux,
			  const struct guest_habits *habits);
/* Frees all connections, without a packet. */
void guest_mux_fini(struct guest_mux *mux);

/* Takes in what has arrived; the number of packets. */
unsigned int guest_mux_poll(struct guest_mux *mux);
/* Takes in what has arrived, waiting for something as guest_wait() does. */
int guest_mux_step(struct guest_mux *mux, int fd, short events,
		   uint64_t deadline);

/* Waits for @cond to become true; whether it did within @ms milliseconds. */
#define GUEST_UNTIL_FD(mux, fd, events, ms, cond) ({			\
	uint64_t _deadline = deadline_in(ms);				\
	bool _ok;							\
	guest_mux_poll(mux);						\
	while (!(_ok = (cond)) &&					\
	       !guest_mux_step(mux, fd, events, _deadline))		\
		;							\
	_ok; })
#define GUEST_UNTIL(mux, cond) GUEST_UNTIL_FD(mux, -1, 0, WAIT_MS, cond)

/* The next packet of no connection. */
int guest_mux_stray(struct guest_mux *mux, struct virtio_vsock_hdr *hdr,
		    uint64_t deadline);

void guest_listen(struct guest_mux *mux, uint32_t port);
/* The next connection to a listening port, answered with RESPONSE; or NULL. */
struct guest_conn *guest_accept(struct guest_mux *mux, uint32_t port,
				uint64_t deadline);
/* Sends REQUEST. NULL if memory or time ran out. */
struct guest_conn *guest_connect(struct guest_mux *mux, uint32_t local,
				 uint32_t peer);
/* Forgets a connection, without a packet. */
void guest_conn_free(struct guest_conn *c);

/* A packet without payload. */
int guest_conn_op(struct guest_conn *c, unsigned int op, uint32_t flags);
static inline int guest_conn_shutdown(struct guest_conn *c, uint32_t flags)
{
	return guest_conn_op(c, VIRTIO_VSOCK_OP_SHUTDOWN, flags);
}

/* Ends the connection as the driver does. */
int guest_conn_close(struct guest_conn *c);

/* What the device has room for. */
uint32_t guest_conn_credit(const struct guest_conn *c);
/*
 * Sends as much as credit and the TX ring allow, in packets of up to @most
 * bytes, and returns how much that was. Never waits. The last byte is the end of
 * a message, if it is SEQPACKET.
 */
size_t guest_conn_send(struct guest_conn *c, const void *data, size_t len,
		       uint32_t most);
/* Sends one packet whatever the credit. */
int guest_conn_send_packet(struct guest_conn *c, const void *data,
			   uint32_t len);
/* One packet of SEQPACKET, whatever the credit. */
int guest_conn_send_part(struct guest_conn *c, const void *data, uint32_t len,
			 bool last);
/* A message in packets of up to @most bytes; waits for credit as Linux does. */
int guest_conn_send_message(struct guest_conn *c, const void *data, size_t len,
			    uint32_t most);
static inline uint32_t guest_conn_unread(const struct guest_conn *c)
{
	return c->rx_cnt - c->fwd_cnt;
}

/* Reads what is there, and sends CREDIT_UPDATE when Linux would. */
size_t guest_conn_recv(struct guest_conn *c, void *data, size_t len);
/* The next message: its length, or -EAGAIN when its end has not come. */
ssize_t guest_conn_recv_message(struct guest_conn *c, void *data, size_t len);
/* Changes the room, up to the room that it started with, and tells it. */
int guest_conn_set_buf_alloc(struct guest_conn *c, uint32_t buf_alloc);

#endif /* GUEST_CONN_H */
