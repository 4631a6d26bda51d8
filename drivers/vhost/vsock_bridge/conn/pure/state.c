// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a connection, and the packets that it owes to the guest.
 */
#include "conn/pure/state.h"

/*
 * End the connection without a packet to the guest, because the guest never
 * knew the connection or no longer knows it.
 */
static unsigned int vsb_conn_end(struct vsb_conn_state *cs)
{
	cs->state = VSB_DEAD;
	cs->owed = 0;
	return VSB_ACT_RELEASE | VSB_ACT_UNLINK | VSB_ACT_FREE;
}

/* Releases the host socket; the device owes the guest an RST. */
static unsigned int vsb_conn_close(struct vsb_conn_state *cs)
{
	cs->state = VSB_DEAD;
	cs->owed = VSB_OWE_RST;
	return VSB_ACT_RELEASE | VSB_ACT_DISARM;
}

/* Aborts the connection. */
static unsigned int vsb_conn_reset(struct vsb_conn_state *cs)
{
	unsigned int loss = vsb_conn_end_is_loss(cs) ? VSB_ACT_LOSS : 0;

	if (cs->state == VSB_DEAD)
		return 0;
	if (cs->state == VSB_HANDSHAKE || (cs->owed & VSB_OWE_REQUEST) ||
	    (cs->state == VSB_LINGER && !cs->owed))
		return vsb_conn_end(cs) | loss;
	return vsb_conn_close(cs) | loss;
}

/* The guest sends no more, and the host socket has accepted all its bytes. */
static unsigned int vsb_conn_finish_tx(struct vsb_conn_state *cs)
{
	if (cs->guest_shut == VSB_SHUT_BOTH)
		return vsb_conn_close(cs);
	/* after a failed write, the host program's bytes and EOF go first */
	if (cs->wr_done || cs->tx_failed)
		return 0;

	cs->wr_done = true;
	if (!(cs->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND))
		return VSB_ACT_SHUT_WR;
	/* no more bytes can come from either side: the guest may close */
	cs->host_shut = VSB_SHUT_BOTH;
	cs->owed |= VSB_OWE_SHUTDOWN;
	return VSB_ACT_SHUT_WR | VSB_ACT_ARM_SHUTDOWN;
}

/* The guest has closed, and the host program has not read all of its bytes. */
static unsigned int vsb_conn_linger(struct vsb_conn_state *cs, u16 owed)
{
	cs->state = VSB_LINGER;
	cs->guest_shut = VSB_SHUT_BOTH;
	cs->owed = owed;
	return VSB_ACT_SHUT_RD | VSB_ACT_DISARM;
}

static unsigned int vsb_conn_guest_shutdown(struct vsb_conn_state *cs,
					    u32 flags, bool drained)
{
	u8 news = flags & VSB_SHUT_BOTH & ~cs->guest_shut;
	unsigned int act = 0;

	/* the guest closes before the host connect has finished */
	if (cs->state == VSB_CONNECTING)
		return vsb_conn_reset(cs);
	/* a packet that crosses the device's RST is not an error */
	if (cs->state == VSB_LINGER || cs->state == VSB_DEAD)
		return 0;
	if (cs->state != VSB_OPEN)
		return VSB_ACT_BAD_OP;

	cs->guest_shut |= news;
	if (news & VIRTIO_VSOCK_SHUTDOWN_RCV)
		act |= VSB_ACT_SHUT_RD;
	if (drained && (cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND))
		return act | vsb_conn_finish_tx(cs);
	/* confirm the guest's close without waiting for the host program */
	if (cs->guest_shut == VSB_SHUT_BOTH)
		return act | vsb_conn_linger(cs, VSB_OWE_RST);
	return act;
}

static unsigned int vsb_conn_guest_rst(struct vsb_conn_state *cs, bool drained)
{
	if (cs->state == VSB_LINGER) {
		cs->owed = 0;
		return VSB_ACT_UNLINK;
	}
	if (cs->state != VSB_OPEN || drained || cs->tx_failed)
		return vsb_conn_end(cs);
	return vsb_conn_linger(cs, 0) | VSB_ACT_UNLINK;
}

static unsigned int vsb_conn_drained(struct vsb_conn_state *cs)
{
	if (cs->state == VSB_LINGER)
		return cs->owed ? vsb_conn_close(cs) : vsb_conn_end(cs);
	if (cs->state == VSB_OPEN &&
	    (cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND))
		return vsb_conn_finish_tx(cs);
	return 0;
}

/* The host side has closed a direction: owe the guest a SHUTDOWN. */
static unsigned int vsb_conn_host_shut(struct vsb_conn_state *cs, u8 flag)
{
	if (cs->state != VSB_OPEN || (cs->host_shut & flag))
		return 0;
	/* the guest's bytes were lost, so reset instead of a clean close */
	if (flag == VIRTIO_VSOCK_SHUTDOWN_SEND && cs->tx_failed)
		return vsb_conn_reset(cs);

	cs->host_shut |= flag;
	cs->owed |= VSB_OWE_SHUTDOWN;
	if (cs->host_shut == VSB_SHUT_BOTH)
		return VSB_ACT_ARM_SHUTDOWN;
	/* some drivers end the connection on any SHUTDOWN: send bytes first */
	return flag == VIRTIO_VSOCK_SHUTDOWN_RCV ? VSB_ACT_ARM_RCV : 0;
}

/*
 * The host program reads no more. The device sends SHUTDOWN(RCV) to the guest
 * and still delivers the bytes that the host program has sent.
 */
static unsigned int vsb_conn_write_failed(struct vsb_conn_state *cs)
{
	if (cs->state != VSB_OPEN || !vsb_conn_wants_data(cs))
		return vsb_conn_reset(cs);

	cs->tx_failed = true;
	return VSB_ACT_DISCARD |
	       vsb_conn_host_shut(cs, VIRTIO_VSOCK_SHUTDOWN_RCV);
}

/* The guest's close is confirmed: a lingering connection releases its ports. */
static unsigned int vsb_conn_rst_sent(struct vsb_conn_state *cs)
{
	if (cs->state != VSB_LINGER)
		return vsb_conn_end(cs);
	cs->owed = 0;
	return VSB_ACT_UNLINK;
}

static unsigned int vsb_conn_opened(struct vsb_conn_state *cs,
				    enum vsb_state from, u16 owed,
				    unsigned int act)
{
	/* a packet that crosses the device's RST is not an error */
	if (cs->state != from)
		return cs->state == VSB_DEAD ? 0 : VSB_ACT_BAD_OP;
	cs->state = VSB_OPEN;
	cs->owed |= owed;
	return act;
}

/**
 * vsb_conn_step() - process one event of a connection
 * @cs: the state, which is updated
 * @event: the event
 * @flags: VIRTIO_VSOCK_SHUTDOWN_* with VSB_EV_GUEST_SHUTDOWN
 * @drained: the host socket has accepted all bytes that the guest has sent
 *
 * Return: VSB_ACT_* flags that the caller must perform.
 */
unsigned int vsb_conn_step(struct vsb_conn_state *cs, enum vsb_event event,
			   u32 flags, bool drained)
{
	switch (event) {
	case VSB_EV_LINE:
		if (cs->state != VSB_HANDSHAKE)
			return VSB_ACT_BAD_OP;
		cs->state = VSB_REQUESTED;
		cs->owed |= VSB_OWE_REQUEST;
		return VSB_ACT_ARM_CONNECT;
	case VSB_EV_RESPONSE:
		if (cs->owed & VSB_OWE_REQUEST)
			return VSB_ACT_BAD_OP;
		return vsb_conn_opened(cs, VSB_REQUESTED, 0,
				       VSB_ACT_OK_LINE | VSB_ACT_DISARM);
	case VSB_EV_CONNECTED:
		return vsb_conn_opened(cs, VSB_CONNECTING, VSB_OWE_RESPONSE, 0);
	case VSB_EV_GUEST_SHUTDOWN:
		return vsb_conn_guest_shutdown(cs, flags, drained);
	case VSB_EV_GUEST_RST:
		return vsb_conn_guest_rst(cs, drained);
	case VSB_EV_DRAINED:
		return vsb_conn_drained(cs);
	case VSB_EV_HOST_EOF:
		return vsb_conn_host_shut(cs, VIRTIO_VSOCK_SHUTDOWN_SEND);
	case VSB_EV_HOST_SHUT_RD:
		return vsb_conn_host_shut(cs, VIRTIO_VSOCK_SHUTDOWN_RCV);
	case VSB_EV_WRITE_FAILED:
		return vsb_conn_write_failed(cs);
	case VSB_EV_RESET:
	case VSB_EV_TIMEOUT:
		return vsb_conn_reset(cs);
	case VSB_EV_RST_SENT:
		return vsb_conn_rst_sent(cs);
	}
	return VSB_ACT_BAD_OP;
}
