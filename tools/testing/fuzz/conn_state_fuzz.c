// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a connection: any sequence of events, and what must hold after
 * each. The caller behaves like conn.c: no events after a free, and RST_SENT
 * only while an RST is pending.
 */
#include "fuzz.h"

#include "conn/pure/state.h"

/* The states that a step may reach from each state, as bits. */
#define TO(state)	(1U << (state))
static const unsigned int leads_to[] = {
	[VSB_HANDSHAKE] = TO(VSB_HANDSHAKE) | TO(VSB_REQUESTED) | TO(VSB_DEAD),
	[VSB_REQUESTED] = TO(VSB_REQUESTED) | TO(VSB_OPEN) | TO(VSB_DEAD),
	[VSB_CONNECTING] = TO(VSB_CONNECTING) | TO(VSB_OPEN) | TO(VSB_DEAD),
	[VSB_OPEN] = TO(VSB_OPEN) | TO(VSB_LINGER) | TO(VSB_DEAD),
	[VSB_LINGER] = TO(VSB_LINGER) | TO(VSB_DEAD),
	[VSB_DEAD] = TO(VSB_DEAD),
};

/**
 * struct life - the history of a connection
 * @cs: its state
 * @known: the guest sent or received REQUEST
 * @ok_line: the client has received OK
 * @wr_closed: the host socket was shut down for writing
 */
struct life {
	struct vsb_conn_state cs;
	bool known;
	bool ok_line;
	bool wr_closed;
};

/* Sends one of the pending packets, as conn_io.c does. */
static enum vsb_event send_owed(struct life *l, struct input *in)
{
	u16 owed = l->cs.owed & -l->cs.owed;

	if (l->cs.owed & VSB_OWE_RST)
		return VSB_EV_RST_SENT;
	if (owed == VSB_OWE_REQUEST)
		l->known = true;
	l->cs.owed &= ~owed;
	return input_u8(in) % VSB_EV_RST_SENT;
}

static void check_state(const struct vsb_conn_state *was,
			const struct vsb_conn_state *is)
{
	ORACLE(is->state <= VSB_DEAD);
	ORACLE(leads_to[was->state] & TO(is->state));
	/* no direction reopens */
	ORACLE((was->guest_shut & ~is->guest_shut) == 0);
	ORACLE((was->host_shut & ~is->host_shut) == 0);
	ORACLE(!was->wr_done || is->wr_done);
	ORACLE(!was->tx_failed || is->tx_failed);
	ORACLE(is->guest_shut <= VSB_SHUT_BOTH);
	ORACLE(is->host_shut <= VSB_SHUT_BOTH);
	/* an ended connection has at most an RST pending */
	if (is->state >= VSB_LINGER)
		ORACLE(!(is->owed & ~VSB_OWE_RST));
	else
		ORACLE(!(is->owed & VSB_OWE_RST));
	ORACLE(!vsb_conn_takes_data(is) || is->state == VSB_OPEN);
	ORACLE(!vsb_conn_wants_data(is) || is->state == VSB_OPEN);
}

static void check_act(struct life *l, const struct vsb_conn_state *was,
		      enum vsb_event event, unsigned int act)
{
	const struct vsb_conn_state *is = &l->cs;
	bool dies = was->state != VSB_DEAD && is->state == VSB_DEAD;

	/*
	 * the socket is released at the end, and perhaps again with the last
	 * step
	 */
	ORACLE(!(act & VSB_ACT_RELEASE) || is->state == VSB_DEAD);
	ORACLE(!dies || act & VSB_ACT_RELEASE);
	/* an end that loses bytes of the guest is not a clean EOF */
	if (was->state == VSB_LINGER && dies)
		ORACLE(!(act & VSB_ACT_LOSS) == (event == VSB_EV_DRAINED));
	/* it is freed as soon as it is dead without a pending packet */
	ORACLE(!(act & VSB_ACT_FREE) || (is->state == VSB_DEAD && !is->owed));
	ORACLE(!dies || is->owed || act & VSB_ACT_FREE);
	/* OK is sent once, after the guest has accepted */
	if (act & VSB_ACT_OK_LINE) {
		ORACLE(!l->ok_line && was->state == VSB_REQUESTED && l->known);
		l->ok_line = true;
	}
	if (act & VSB_ACT_SHUT_WR) {
		ORACLE(!l->wr_closed && is->wr_done);
		l->wr_closed = true;
	}
	/* an invalid step changes nothing */
	if (act & VSB_ACT_BAD_OP)
		ORACLE(!memcmp(was, is, sizeof(*is)) && act == VSB_ACT_BAD_OP);
}

/* A guest that knows the connection gets an RST, or has sent one. */
static void check_rst(const struct life *l, const struct vsb_conn_state *was,
		      enum vsb_event event)
{
	if (was->state == VSB_DEAD || l->cs.state != VSB_DEAD || l->cs.owed)
		return;
	ORACLE(!l->known || event == VSB_EV_GUEST_RST ||
	       was->state == VSB_LINGER);
}

/* Returns false once it is freed. */
static bool step(struct life *l, struct input *in)
{
	struct vsb_conn_state was;
	u8 choice = input_u8(in);
	enum vsb_event event = choice & 0x80 ? send_owed(l, in) :
			       choice % VSB_EV_RST_SENT;
	bool drained = choice & 0x40;
	unsigned int act;

	was = l->cs;
	act = vsb_conn_step(&l->cs, event, input_u8(in), drained);
	check_state(&was, &l->cs);
	check_act(l, &was, event, act);
	check_rst(l, &was, event);
	return !(act & VSB_ACT_FREE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct life l = { .known = input_u8(&in) & 1 };

	l.cs.state = l.known ? VSB_CONNECTING : VSB_HANDSHAKE;
	while (in.left && step(&l, &in)) {
		/* credit packets may become due while it is open */
		if (l.cs.state == VSB_OPEN)
			l.cs.owed |= input_u8(&in) & (VSB_OWE_CREDIT_UPDATE |
						      VSB_OWE_CREDIT_REQUEST |
						      VSB_OWE_CREDIT_REPLY);
	}
	return 0;
}
