/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a connection, and the packets that it owes to the guest.
 *
 * vsb_conn_step() takes an event, changes the state and returns the actions
 * that the caller must perform. It has no other side effects, so every path can
 * be tested in user space.
 *
 *	host client                                guest
 *	     |                                       |
 *	 HANDSHAKE --line--> REQUESTED           CONNECTING
 *	                         |                   |
 *	                      RESPONSE          host connected
 *	                         |                   |
 *	                         +------> OPEN <-----+
 *	                                   |
 *	     guest's RST, bytes left ------+------ reset by either side
 *	            |                                   |
 *	          LINGER --all read, or timeout-->    DEAD --RST sent--> freed
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_CONN_STATE_H
#define VSB_CONN_STATE_H

#include <linux/types.h>
#include <linux/virtio_vsock.h>

/**
 * enum vsb_state - state of a connection
 * @VSB_HANDSHAKE: the host client has not sent a complete CONNECT line; the
 *	guest does not know the connection
 * @VSB_REQUESTED: the device waits for the guest's RESPONSE or RST
 * @VSB_CONNECTING: the device waits for the host connect that the guest
 *	requested
 * @VSB_OPEN: both sides are connected; either side may have shut down a
 *	direction
 * @VSB_LINGER: the guest has closed, and the host program has not read the last
 *	bytes yet. The device may still owe the RST that confirms the close; the
 *	ports stay in use until the RST is sent.
 * @VSB_DEAD: the host socket is released; the device may still owe the guest an
 *	RST
 */
enum vsb_state {
	VSB_HANDSHAKE,
	VSB_REQUESTED,
	VSB_CONNECTING,
	VSB_OPEN,
	VSB_LINGER,
	VSB_DEAD,
};

/* Packets that a connection owes to the guest, highest priority first. */
#define VSB_OWE_RST		(1U << 0)
#define VSB_OWE_RESPONSE	(1U << 1)
#define VSB_OWE_REQUEST		(1U << 2)
#define VSB_OWE_SHUTDOWN	(1U << 3)
#define VSB_OWE_CREDIT_UPDATE	(1U << 4)
#define VSB_OWE_CREDIT_REQUEST	(1U << 5)
/*
 * A CREDIT_UPDATE that answers a CREDIT_REQUEST. A data packet does not replace
 * it, although a data packet replaces VSB_OWE_CREDIT_UPDATE.
 */
#define VSB_OWE_CREDIT_REPLY	(1U << 6)

/* Both directions of a shutdown. */
#define VSB_SHUT_BOTH	(VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND)

/**
 * enum vsb_event - events of a connection
 * @VSB_EV_LINE: the client's CONNECT line is complete
 * @VSB_EV_RESPONSE: the guest accepted the connection
 * @VSB_EV_CONNECTED: the host socket is connected
 * @VSB_EV_GUEST_SHUTDOWN: the guest sent SHUTDOWN; vsb_conn_step() gets the
 *	packet's flags in @flags
 * @VSB_EV_GUEST_RST: the guest sent RST
 * @VSB_EV_DRAINED: the host socket has accepted all bytes of the guest
 * @VSB_EV_HOST_EOF: the device has read all bytes of the host program, and no
 *	more bytes can follow
 * @VSB_EV_HOST_SHUT_RD: the host program has shut down its socket for reading
 * @VSB_EV_WRITE_FAILED: a write to the host socket failed because the host
 *	program reads no more; bytes of the guest are lost
 * @VSB_EV_RESET: the connection ends for another reason: a connect or a read
 *	fails, the guest exceeds its credit, or an allocation fails
 * @VSB_EV_TIMEOUT: the deadline has passed
 * @VSB_EV_RST_SENT: the RST that the device owed has been sent
 */
enum vsb_event {
	VSB_EV_LINE,
	VSB_EV_RESPONSE,
	VSB_EV_CONNECTED,
	VSB_EV_GUEST_SHUTDOWN,
	VSB_EV_GUEST_RST,
	VSB_EV_DRAINED,
	VSB_EV_HOST_EOF,
	VSB_EV_HOST_SHUT_RD,
	VSB_EV_WRITE_FAILED,
	VSB_EV_RESET,
	VSB_EV_TIMEOUT,
	VSB_EV_RST_SENT,
};

/* Actions that vsb_conn_step() returns. */
#define VSB_ACT_OK_LINE		(1U << 0)	/* write "OK <port>\n" */
#define VSB_ACT_SHUT_RD		(1U << 1)	/* the guest reads no more */
#define VSB_ACT_SHUT_WR		(1U << 2)	/* the guest writes no more */
#define VSB_ACT_DISCARD		(1U << 3)	/* drop the buffered bytes */
#define VSB_ACT_ARM_CONNECT	(1U << 4)	/* set the deadline */
#define VSB_ACT_ARM_SHUTDOWN	(1U << 5)	/* set the deadline */
#define VSB_ACT_DISARM		(1U << 6)	/* remove the deadline */
#define VSB_ACT_RELEASE		(1U << 7)	/* release the host socket */
#define VSB_ACT_UNLINK		(1U << 8)	/* the ports are free again */
#define VSB_ACT_FREE		(1U << 9)	/* drop the connection */
#define VSB_ACT_BAD_OP		(1U << 10)	/* unexpected event */
#define VSB_ACT_LOSS		(1U << 11)	/* host sees ECONNRESET */
#define VSB_ACT_ARM_RCV		(1U << 12)	/* limit the SHUTDOWN's delay */

/**
 * struct vsb_conn_state - state of one connection
 * @state: enum vsb_state
 * @guest_shut: VIRTIO_VSOCK_SHUTDOWN_* flags that the guest has sent
 * @host_shut: VIRTIO_VSOCK_SHUTDOWN_* directions that the host side has closed
 * @wr_done: the host socket was shut down for writing
 * @tx_failed: the host socket refuses bytes; the guest's bytes are discarded
 * @owed: VSB_OWE_* packets that the device owes to the guest
 */
struct vsb_conn_state {
	u8 state;
	u8 guest_shut;
	u8 host_shut;
	bool wr_done;
	bool tx_failed;
	u16 owed;
};

unsigned int vsb_conn_step(struct vsb_conn_state *cs, enum vsb_event event,
			   u32 flags, bool drained);

/* If the connection ends now, must the host program see ECONNRESET, not EOF? */
static inline bool vsb_conn_end_is_loss(const struct vsb_conn_state *cs)
{
	return cs->state == VSB_LINGER ||
	       (cs->state == VSB_OPEN && !cs->wr_done && !cs->tx_failed);
}

/* May the guest send bytes on this connection? */
static inline bool vsb_conn_takes_data(const struct vsb_conn_state *cs)
{
	return cs->state == VSB_OPEN &&
	       !(cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND);
}

/* Is there a reason to read from the host socket? */
static inline bool vsb_conn_wants_data(const struct vsb_conn_state *cs)
{
	return cs->state == VSB_OPEN &&
	       !(cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV) &&
	       !(cs->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND);
}

#endif /* VSB_CONN_STATE_H */
