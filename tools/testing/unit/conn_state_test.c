// SPDX-License-Identifier: GPL-2.0
/* The state machine of a connection. */
#include "test.h"

#include "conn/pure/state.h"

#define RCV	VIRTIO_VSOCK_SHUTDOWN_RCV
#define SEND	VIRTIO_VSOCK_SHUTDOWN_SEND
#define BOTH	VSB_SHUT_BOTH

#define ACT_ARM		(VSB_ACT_ARM_CONNECT | VSB_ACT_ARM_SHUTDOWN)
#define ACT_END		(VSB_ACT_RELEASE | VSB_ACT_UNLINK | VSB_ACT_FREE)
#define STATES		(VSB_DEAD + 1)
#define EVENTS		(VSB_EV_RST_SENT + 1)

static bool same(const struct vsb_conn_state *a,
		 const struct vsb_conn_state *b)
{
	return a->state == b->state && a->guest_shut == b->guest_shut &&
	       a->host_shut == b->host_shut && a->wr_done == b->wr_done &&
	       a->tx_failed == b->tx_failed && a->owed == b->owed;
}

/*
 * The walk of a connection's end decides about its deadline, so ignore the bit.
 */
static unsigned int without_deadline(unsigned int act)
{
	if (act & VSB_ACT_RELEASE)
		act &= ~VSB_ACT_DISARM;
	return act;
}

/* Each state's initial values, and the outcome of each event. */
static const struct vsb_conn_state fresh[STATES] = {
	[VSB_HANDSHAKE] = { .state = VSB_HANDSHAKE },
	[VSB_REQUESTED] = { .state = VSB_REQUESTED },
	[VSB_CONNECTING] = { .state = VSB_CONNECTING },
	[VSB_OPEN] = { .state = VSB_OPEN },
	[VSB_LINGER] = { .state = VSB_LINGER, .guest_shut = BOTH },
	[VSB_DEAD] = { .state = VSB_DEAD, .owed = VSB_OWE_RST },
};

enum outcome {
	SAME,	/* nothing happens */
	BAD,	/* nothing, and the event is invalid */
	RST,	/* an RST to the guest is pending */
	RST_LOSS,	/* the same, and the host program gets ECONNRESET */
	END,	/* it ends without a packet */
	END_LOSS,	/* it ends, and the host program gets ECONNRESET */
	ROW,	/* see the rows below */
};

/* The columns are HANDSHAKE, REQUESTED, CONNECTING, OPEN, LINGER, DEAD. */
static const u8 matrix[EVENTS][STATES] = {
	[VSB_EV_LINE] = { ROW, BAD, BAD, BAD, BAD, BAD },
	[VSB_EV_RESPONSE] = { BAD, ROW, BAD, BAD, BAD, SAME },
	[VSB_EV_CONNECTED] = { BAD, BAD, ROW, BAD, BAD, SAME },
	[VSB_EV_GUEST_SHUTDOWN] = { BAD, BAD, RST, ROW, SAME, SAME },
	[VSB_EV_GUEST_RST] = { END, END, END, ROW, ROW, END },
	[VSB_EV_DRAINED] = { SAME, SAME, SAME, SAME, END, SAME },
	[VSB_EV_HOST_EOF] = { SAME, SAME, SAME, ROW, SAME, SAME },
	[VSB_EV_HOST_SHUT_RD] = { SAME, SAME, SAME, ROW, SAME, SAME },
	[VSB_EV_WRITE_FAILED] = { END, RST, RST, ROW, END_LOSS, SAME },
	[VSB_EV_RESET] = { END, RST, RST, RST_LOSS, END_LOSS, SAME },
	[VSB_EV_TIMEOUT] = { END, RST, RST, RST_LOSS, END_LOSS, SAME },
	[VSB_EV_RST_SENT] = { ROW, ROW, ROW, ROW, ROW, END },
};

static void check_outcome(enum vsb_state state, enum vsb_event event,
			  u32 flags, bool drained)
{
	struct vsb_conn_state cs = fresh[state], want = fresh[state];
	unsigned int act = 0, got;
	char name[60];

	snprintf(name, sizeof(name), "state %d event %d flags %u drained %d",
		 state, event, flags, drained);
	switch (matrix[event][state]) {
	case SAME:
		break;
	case BAD:
		act = VSB_ACT_BAD_OP;
		break;
	case RST:
	case RST_LOSS:
		want.state = VSB_DEAD;
		want.owed = VSB_OWE_RST;
		act = VSB_ACT_RELEASE;
		break;
	case END:
	case END_LOSS:
		want.state = VSB_DEAD;
		want.owed = 0;
		act = ACT_END;
		break;
	default:
		return;
	}
	if (matrix[event][state] == RST_LOSS ||
	    matrix[event][state] == END_LOSS)
		act |= VSB_ACT_LOSS;
	got = vsb_conn_step(&cs, event, flags, drained);
	assert_row(same(&cs, &want), name);
	assert_row(without_deadline(got) == act, name);
}

static void test_every_event_in_every_state(void **state)
{
	unsigned int s, e, drained;
	u32 flags;

	(void)state;
	for (s = 0; s < STATES; s++)
		for (e = 0; e < EVENTS; e++)
			for (flags = 0; flags <= BOTH; flags++)
				for (drained = 0; drained < 2; drained++)
					check_outcome(s, e, flags, drained);
}

static void test_unknown_event_is_invalid(void **state)
{
	unsigned int s;

	(void)state;
	for (s = 0; s < STATES; s++) {
		struct vsb_conn_state cs = fresh[s];

		assert_int_equal(vsb_conn_step(&cs, EVENTS, 0, true),
				 VSB_ACT_BAD_OP);
		assert_true(same(&cs, &fresh[s]));
	}
}

/* Steps that depend on more than the state. ANY: drained or not. */
#define NO	0
#define YES	1
#define ANY	2

struct row {
	const char *name;
	struct vsb_conn_state from;
	enum vsb_event event;
	u32 flags;
	unsigned int drained;
	struct vsb_conn_state to;
	unsigned int act;
};

/* state, guest_shut, host_shut, wr_done, tx_failed, owed */
#define CS(s, g, h, w, f, o)	{ VSB_##s, g, h, w, f, o }
#define OPEN(g, h, w, f, o)	CS(OPEN, g, h, w, f, o)

static const struct row opening[] = {
	{ "line", CS(HANDSHAKE, 0, 0, 0, 0, 0), VSB_EV_LINE, 0, ANY,
	  CS(REQUESTED, 0, 0, 0, 0, VSB_OWE_REQUEST), VSB_ACT_ARM_CONNECT },
	{ "response", CS(REQUESTED, 0, 0, 0, 0, 0), VSB_EV_RESPONSE, 0, ANY,
	  OPEN(0, 0, 0, 0, 0), VSB_ACT_OK_LINE | VSB_ACT_DISARM },
	{ "connected", CS(CONNECTING, 0, 0, 0, 0, 0), VSB_EV_CONNECTED, 0, ANY,
	  OPEN(0, 0, 0, 0, VSB_OWE_RESPONSE), 0 },
	{ "connected, and an update is owed",
	  CS(CONNECTING, 0, 0, 0, 0, VSB_OWE_CREDIT_UPDATE),
	  VSB_EV_CONNECTED, 0, ANY,
	  OPEN(0, 0, 0, 0, VSB_OWE_RESPONSE | VSB_OWE_CREDIT_UPDATE), 0 },
	{ "reset before the request is sent",
	  CS(REQUESTED, 0, 0, 0, 0, VSB_OWE_REQUEST), VSB_EV_RESET, 0, ANY,
	  CS(DEAD, 0, 0, 0, 0, 0), ACT_END },
	{ "timeout before the request is sent",
	  CS(REQUESTED, 0, 0, 0, 0, VSB_OWE_REQUEST), VSB_EV_TIMEOUT, 0, ANY,
	  CS(DEAD, 0, 0, 0, 0, 0), ACT_END },
	{ "response before the request is sent",
	  CS(REQUESTED, 0, 0, 0, 0, VSB_OWE_REQUEST), VSB_EV_RESPONSE, 0, ANY,
	  CS(REQUESTED, 0, 0, 0, 0, VSB_OWE_REQUEST), VSB_ACT_BAD_OP },
	{ "reset before the response is sent",
	  OPEN(0, 0, 0, 0, VSB_OWE_RESPONSE), VSB_EV_RESET, 0, ANY,
	  CS(DEAD, 0, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
};

static const struct row guest_shuts[] = {
	{ "no flags", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, 0, ANY,
	  OPEN(0, 0, 0, 0, 0), 0 },
	{ "unknown flags", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, ~BOTH,
	  ANY, OPEN(0, 0, 0, 0, 0), 0 },
	{ "RCV", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, RCV, ANY,
	  OPEN(RCV, 0, 0, 0, 0), VSB_ACT_SHUT_RD },
	{ "RCV again", OPEN(RCV, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, RCV, ANY,
	  OPEN(RCV, 0, 0, 0, 0), 0 },
	{ "SEND, drained", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, SEND,
	  YES, OPEN(SEND, 0, 1, 0, 0), VSB_ACT_SHUT_WR },
	{ "SEND, bytes left", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN,
	  SEND, NO, OPEN(SEND, 0, 0, 0, 0), 0 },
	{ "SEND again, drained", OPEN(SEND, 0, 1, 0, 0),
	  VSB_EV_GUEST_SHUTDOWN, SEND, YES, OPEN(SEND, 0, 1, 0, 0), 0 },
	{ "SEND again, bytes left", OPEN(SEND, 0, 0, 0, 0),
	  VSB_EV_GUEST_SHUTDOWN, SEND, NO, OPEN(SEND, 0, 0, 0, 0), 0 },
	{ "SEND, then drained", OPEN(SEND, 0, 0, 0, 0), VSB_EV_DRAINED, 0, YES,
	  OPEN(SEND, 0, 1, 0, 0), VSB_ACT_SHUT_WR },
	{ "SEND, drained twice", OPEN(SEND, 0, 1, 0, 0), VSB_EV_DRAINED, 0,
	  YES, OPEN(SEND, 0, 1, 0, 0), 0 },
	{ "SEND after the host's EOF, drained", OPEN(0, SEND, 0, 0, 0),
	  VSB_EV_GUEST_SHUTDOWN, SEND, YES,
	  OPEN(SEND, BOTH, 1, 0, VSB_OWE_SHUTDOWN),
	  VSB_ACT_SHUT_WR | VSB_ACT_ARM_SHUTDOWN },
	{ "RCV, then drained", OPEN(RCV, 0, 0, 0, 0), VSB_EV_DRAINED, 0, YES,
	  OPEN(RCV, 0, 0, 0, 0), 0 },
	{ "both, drained", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN, BOTH,
	  YES, CS(DEAD, BOTH, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_RELEASE },
	{ "both, bytes left", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_SHUTDOWN,
	  BOTH, NO, CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_DISARM },
	{ "both, bytes left and packets owed",
	  OPEN(0, SEND, 0, 0, VSB_OWE_SHUTDOWN | VSB_OWE_CREDIT_UPDATE),
	  VSB_EV_GUEST_SHUTDOWN, BOTH, NO,
	  CS(LINGER, BOTH, SEND, 0, 0, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_DISARM },
	{ "both again, bytes left", CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST),
	  VSB_EV_GUEST_SHUTDOWN, BOTH, NO,
	  CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST), 0 },
	{ "both, confirmed", CS(LINGER, BOTH, 0, 0, 0, 0), VSB_EV_RST_SENT, 0,
	  NO, CS(LINGER, BOTH, 0, 0, 0, 0), VSB_ACT_UNLINK },
	{ "both, then drained before the RST is sent",
	  CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST), VSB_EV_DRAINED, 0, YES,
	  CS(DEAD, BOTH, 0, 0, 0, VSB_OWE_RST), VSB_ACT_RELEASE },
	{ "both, then reset before the RST is sent",
	  CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST), VSB_EV_RESET, 0, NO,
	  CS(DEAD, BOTH, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
	{ "both, and then a guest's RST", CS(LINGER, BOTH, 0, 0, 0,
					     VSB_OWE_RST),
	  VSB_EV_GUEST_RST, 0, NO, CS(LINGER, BOTH, 0, 0, 0, 0),
	  VSB_ACT_UNLINK },
	{ "RCV after SEND, drained", OPEN(SEND, 0, 1, 0, 0),
	  VSB_EV_GUEST_SHUTDOWN, RCV, YES,
	  CS(DEAD, BOTH, 0, 1, 0, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_RELEASE },
	{ "SEND after RCV, bytes left", OPEN(RCV, 0, 0, 0, 0),
	  VSB_EV_GUEST_SHUTDOWN, SEND, NO,
	  CS(LINGER, BOTH, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_DISARM },
	{ "SEND, all read, then a reset", OPEN(SEND, 0, 1, 0, 0), VSB_EV_RESET,
	  0, YES, CS(DEAD, SEND, 0, 1, 0, VSB_OWE_RST), VSB_ACT_RELEASE },
	{ "SEND, bytes left, then a reset", OPEN(SEND, 0, 0, 0, 0),
	  VSB_EV_RESET, 0, NO, CS(DEAD, SEND, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
};

static const struct row guest_resets[] = {
	{ "drained", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_RST, 0, YES,
	  CS(DEAD, 0, 0, 0, 0, 0), ACT_END },
	{ "bytes left", OPEN(0, 0, 0, 0, 0), VSB_EV_GUEST_RST, 0, NO,
	  CS(LINGER, BOTH, 0, 0, 0, 0), VSB_ACT_SHUT_RD |
	  VSB_ACT_DISARM | VSB_ACT_UNLINK },
	{ "bytes left and packets owed",
	  OPEN(0, SEND, 0, 0, VSB_OWE_SHUTDOWN | VSB_OWE_CREDIT_UPDATE),
	  VSB_EV_GUEST_RST, 0, NO, CS(LINGER, BOTH, SEND, 0, 0, 0),
	  VSB_ACT_SHUT_RD | VSB_ACT_DISARM | VSB_ACT_UNLINK },
	{ "again, bytes left", CS(LINGER, BOTH, 0, 0, 0, 0),
	  VSB_EV_GUEST_RST, 0, NO, CS(LINGER, BOTH, 0, 0, 0, 0),
	  VSB_ACT_UNLINK },
	{ "bytes left that nobody takes", OPEN(0, 0, 0, 1, 0),
	  VSB_EV_GUEST_RST, 0, NO, CS(DEAD, 0, 0, 0, 1, 0), ACT_END },
	{ "drained and packets owed", OPEN(0, SEND, 0, 0, VSB_OWE_SHUTDOWN),
	  VSB_EV_GUEST_RST, 0, YES, CS(DEAD, 0, SEND, 0, 0, 0), ACT_END },
};

static const struct row host_shuts[] = {
	{ "EOF", OPEN(0, 0, 0, 0, 0), VSB_EV_HOST_EOF, 0, ANY,
	  OPEN(0, SEND, 0, 0, VSB_OWE_SHUTDOWN), 0 },
	{ "EOF again", OPEN(0, SEND, 0, 0, 0), VSB_EV_HOST_EOF, 0, ANY,
	  OPEN(0, SEND, 0, 0, 0), 0 },
	{ "no more reads", OPEN(0, 0, 0, 0, 0), VSB_EV_HOST_SHUT_RD, 0, ANY,
	  OPEN(0, RCV, 0, 0, VSB_OWE_SHUTDOWN), VSB_ACT_ARM_RCV },
	{ "no more reads again", OPEN(0, RCV, 0, 0, 0), VSB_EV_HOST_SHUT_RD, 0, ANY,
	  OPEN(0, RCV, 0, 0, 0), 0 },
	{ "EOF after no more reads", OPEN(0, RCV, 0, 0, 0), VSB_EV_HOST_EOF, 0, ANY,
	  OPEN(0, BOTH, 0, 0, VSB_OWE_SHUTDOWN), VSB_ACT_ARM_SHUTDOWN },
	{ "no more reads after EOF", OPEN(0, SEND, 0, 0, 0), VSB_EV_HOST_SHUT_RD, 0, ANY,
	  OPEN(0, BOTH, 0, 0, VSB_OWE_SHUTDOWN), VSB_ACT_ARM_SHUTDOWN },
	{ "EOF before the response is sent", OPEN(0, 0, 0, 0,
						  VSB_OWE_RESPONSE),
	  VSB_EV_HOST_EOF, 0, ANY,
	  OPEN(0, SEND, 0, 0, VSB_OWE_RESPONSE | VSB_OWE_SHUTDOWN), 0 },
	{ "no answer to both", OPEN(0, BOTH, 0, 0, 0), VSB_EV_TIMEOUT, 0, ANY,
	  CS(DEAD, 0, BOTH, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
};

static const struct row failed_writes[] = {
	{ "first", OPEN(0, 0, 0, 0, 0), VSB_EV_WRITE_FAILED, 0, NO,
	  OPEN(0, RCV, 0, 1, VSB_OWE_SHUTDOWN),
	  VSB_ACT_DISCARD | VSB_ACT_ARM_RCV },
	{ "of a host program that reads no more", OPEN(0, RCV, 0, 0, 0),
	  VSB_EV_WRITE_FAILED, 0, NO, OPEN(0, RCV, 0, 1, 0),
	  VSB_ACT_DISCARD },
	{ "after SEND", OPEN(SEND, 0, 0, 0, 0), VSB_EV_WRITE_FAILED, 0, NO,
	  OPEN(SEND, RCV, 0, 1, VSB_OWE_SHUTDOWN),
	  VSB_ACT_DISCARD | VSB_ACT_ARM_RCV },
	{ "then SEND keeps what the host program wrote", OPEN(0, RCV, 0, 1, 0),
	  VSB_EV_GUEST_SHUTDOWN, SEND, YES, OPEN(SEND, RCV, 0, 1, 0), 0 },
	{ "then SEND, then drained", OPEN(SEND, RCV, 0, 1, 0), VSB_EV_DRAINED,
	  0, YES, OPEN(SEND, RCV, 0, 1, 0), 0 },
	{ "then SEND, then EOF is no clean end", OPEN(SEND, RCV, 0, 1, 0),
	  VSB_EV_HOST_EOF, 0, YES, CS(DEAD, SEND, RCV, 0, 1, VSB_OWE_RST),
	  VSB_ACT_RELEASE },
	{ "the guest reads no more", OPEN(RCV, 0, 0, 0, 0),
	  VSB_EV_WRITE_FAILED, 0, NO, CS(DEAD, RCV, 0, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
	{ "the host sends no more", OPEN(0, SEND, 0, 0, 0),
	  VSB_EV_WRITE_FAILED, 0, NO, CS(DEAD, 0, SEND, 0, 0, VSB_OWE_RST),
	  VSB_ACT_RELEASE | VSB_ACT_LOSS },
	{ "then EOF", OPEN(0, 0, 0, 1, 0), VSB_EV_HOST_EOF, 0, ANY,
	  CS(DEAD, 0, 0, 0, 1, VSB_OWE_RST), VSB_ACT_RELEASE },
	{ "then no more reads", OPEN(0, 0, 0, 1, 0), VSB_EV_HOST_SHUT_RD, 0, ANY,
	  OPEN(0, RCV, 0, 1, VSB_OWE_SHUTDOWN), VSB_ACT_ARM_RCV },
	{ "then the guest shuts both", OPEN(0, 0, 0, 1, 0),
	  VSB_EV_GUEST_SHUTDOWN, BOTH, YES,
	  CS(DEAD, BOTH, 0, 0, 1, VSB_OWE_RST),
	  VSB_ACT_SHUT_RD | VSB_ACT_RELEASE },
};

static void check_rows(const struct row *rows, unsigned int nr)
{
	unsigned int i, drained;

	for (i = 0; i < nr; i++) {
		const struct row *row = &rows[i];

		for (drained = 0; drained < 2; drained++) {
			struct vsb_conn_state cs = row->from;
			unsigned int act;

			if (row->drained != ANY && row->drained != drained)
				continue;
			act = vsb_conn_step(&cs, row->event, row->flags,
					    drained);
			assert_row(same(&cs, &row->to), row->name);
			assert_row(without_deadline(act) == row->act,
				   row->name);
		}
	}
}

static void test_connections_open_from_both_sides(void **state)
{
	(void)state;
	check_rows(opening, ARRAY_SIZE(opening));
}

static void test_guest_shutdown_waits_for_buffered_bytes(void **state)
{
	(void)state;
	check_rows(guest_shuts, ARRAY_SIZE(guest_shuts));
}

static void test_guest_rst_lingers_with_buffered_bytes(void **state)
{
	(void)state;
	check_rows(guest_resets, ARRAY_SIZE(guest_resets));
}

static void test_host_shutdown_is_sent_to_the_guest(void **state)
{
	(void)state;
	check_rows(host_shuts, ARRAY_SIZE(host_shuts));
}

static void test_failed_write_ends_with_an_rst(void **state)
{
	(void)state;
	check_rows(failed_writes, ARRAY_SIZE(failed_writes));
}

/* A connection that the guest knows, with any set of pending packets. */
static void test_reset_replaces_all_pending_packets(void **state)
{
	u16 owed;

	(void)state;
	for (owed = 0; owed < 2 * VSB_OWE_CREDIT_REQUEST; owed += 2) {
		struct vsb_conn_state cs = OPEN(0, 0, 0, 0, owed);

		if (owed & VSB_OWE_REQUEST)
			continue;
		vsb_conn_step(&cs, VSB_EV_RESET, 0, false);
		assert_int_equal(cs.owed, VSB_OWE_RST);
		assert_int_equal(cs.state, VSB_DEAD);
	}
}

/* Data flows only on open connections, in directions that are not shut down. */
static void test_data_flows_in_open_directions(void **state)
{
	unsigned int s, g, h;

	(void)state;
	for (s = 0; s < STATES; s++) {
		for (g = 0; g <= BOTH; g++) {
			for (h = 0; h <= BOTH; h++) {
				struct vsb_conn_state cs = {
					.state = s,
					.guest_shut = g,
					.host_shut = h,
				};

				assert_int_equal(vsb_conn_takes_data(&cs),
						 s == VSB_OPEN && !(g & SEND));
				assert_int_equal(vsb_conn_wants_data(&cs),
						 s == VSB_OPEN && !(g & RCV) &&
						 !(h & SEND));
			}
		}
	}
}

/*
 * Random lives of a connection. Its environment does only what is possible: a
 * guest sends nothing for a connection that is unlinked or that it does not
 * know, a closed host socket has no events, and a deadline passes only while it
 * is armed.
 */
struct life {
	struct rng rng;
	struct vsb_conn_state cs;
	bool from_host;
	bool buffered;		/* the device buffers bytes of the guest */
	bool armed, linked, socket, freed;
	bool request_sent, opened;
	unsigned int rsts_owed, rsts_sent, guest_rsts, ok_lines, shut_wrs,
		     releases, responses;
};

static void life_apply(struct life *l, unsigned int act)
{
	l->ok_lines += !!(act & VSB_ACT_OK_LINE);
	if (act & (VSB_ACT_SHUT_RD | VSB_ACT_SHUT_WR | VSB_ACT_DISCARD |
		   VSB_ACT_OK_LINE))
		assert_true(l->socket);
	if (act & VSB_ACT_SHUT_WR) {
		l->shut_wrs++;
		assert_false(l->buffered);
		assert_true(l->cs.guest_shut & SEND);
	}
	if (act & VSB_ACT_DISCARD)
		l->buffered = false;
	if (act & ACT_ARM)
		l->armed = true;
	if (act & VSB_ACT_DISARM)
		l->armed = false;
	/* a clean EOF follows all bytes */
	if ((act & VSB_ACT_RELEASE) && !(act & VSB_ACT_LOSS))
		assert_true(!l->socket || !l->buffered || !l->opened ||
			    l->cs.tx_failed);
	if (act & VSB_ACT_RELEASE) {
		l->releases += l->socket;
		l->socket = false;
		l->buffered = false;
	}
	if (act & VSB_ACT_UNLINK)
		l->linked = false;
	if (act & VSB_ACT_FREE)
		l->freed = true;
}

static void life_step(struct life *l, enum vsb_event event, u32 flags)
{
	struct vsb_conn_state old = l->cs;
	unsigned int act;

	act = vsb_conn_step(&l->cs, event, flags, !l->buffered);
	life_apply(l, act);

	l->rsts_owed += (l->cs.owed & VSB_OWE_RST) &&
			!(old.owed & VSB_OWE_RST);
	assert_true((old.guest_shut & ~l->cs.guest_shut) == 0);
	assert_true((old.host_shut & ~l->cs.host_shut) == 0);
	assert_true(!old.tx_failed || l->cs.tx_failed);
	if (old.state == VSB_DEAD)
		assert_int_equal(l->cs.state, VSB_DEAD);
	l->opened = l->opened || l->cs.state == VSB_OPEN;
	if (l->cs.state == VSB_DEAD) {
		assert_true(l->cs.owed == VSB_OWE_RST || !l->cs.owed);
		assert_int_equal(l->freed, !l->cs.owed);
		assert_false(l->socket);
		assert_true(l->freed || !l->armed);
	}
	/* no deadline is armed, and the ports are free once the RST is sent */
	if (l->cs.state == VSB_LINGER) {
		assert_true(l->cs.owed == VSB_OWE_RST || !l->cs.owed);
		assert_true(!l->armed && l->buffered);
		assert_int_equal(l->linked, l->cs.owed == VSB_OWE_RST);
	}
	if (l->freed)
		assert_true(!l->cs.owed && !l->linked && !l->socket);
}

/* An action of the guest, which knows the connection. */
static void life_guest(struct life *l)
{
	switch (rng_below(&l->rng, 8)) {
	case 0:
		l->guest_rsts++;
		life_step(l, VSB_EV_GUEST_RST, 0);
		break;
	case 1:
		l->responses += l->cs.state == VSB_REQUESTED;
		life_step(l, VSB_EV_RESPONSE, 0);
		break;
	case 2:
		life_step(l, VSB_EV_GUEST_SHUTDOWN, rng_next(&l->rng));
		break;
	case 3:
		if (rng_one_in(&l->rng, 4))
			life_step(l, VSB_EV_RESET, 0);	/* over credit */
		break;
	default:
		if (vsb_conn_takes_data(&l->cs) && !l->cs.tx_failed)
			l->buffered = true;
	}
}

/* An action of the host program or its socket. */
static void life_host(struct life *l)
{
	switch (rng_below(&l->rng, 8)) {
	case 0:
		if (l->cs.state == VSB_HANDSHAKE)
			life_step(l, VSB_EV_LINE, 0);
		else if (l->cs.state == VSB_CONNECTING)
			life_step(l, VSB_EV_CONNECTED, 0);
		break;
	case 1:
		if (vsb_conn_wants_data(&l->cs))
			life_step(l, VSB_EV_HOST_EOF, 0);
		break;
	case 2:
		if (!l->cs.wr_done)
			life_step(l, VSB_EV_HOST_SHUT_RD, 0);
		break;
	case 3:
		if (l->buffered || vsb_conn_takes_data(&l->cs))
			life_step(l, VSB_EV_WRITE_FAILED, 0);
		break;
	case 4:
		if (rng_one_in(&l->rng, 4))
			life_step(l, VSB_EV_RESET, 0);
		break;
	default:
		if (l->buffered) {
			l->buffered = false;
			life_step(l, VSB_EV_DRAINED, 0);
		}
	}
}

/* Sends the first pending packet to the guest. */
static void life_send(struct life *l)
{
	u16 packet = l->cs.owed & -l->cs.owed;

	if (!packet)
		return;
	assert_true(l->linked);
	l->cs.owed &= ~packet;
	if (packet == VSB_OWE_REQUEST)
		l->request_sent = true;
	if (packet != VSB_OWE_RST)
		return;
	l->rsts_sent++;
	life_step(l, VSB_EV_RST_SENT, 0);
}

static bool life_guest_knows(const struct life *l)
{
	return l->linked && (!l->from_host || l->request_sent);
}

static void life_run(struct life *l, u64 seed, bool from_host)
{
	unsigned int i;

	*l = (struct life) {
		.rng = rng_seed(seed),
		.cs.state = from_host ? VSB_HANDSHAKE : VSB_CONNECTING,
		.from_host = from_host,
		.armed = from_host,
		.linked = true,
		.socket = true,
	};
	for (i = 0; i < 10000 && !l->freed; i++) {
		switch (rng_below(&l->rng, 8)) {
		case 0 ... 2:
			if (life_guest_knows(l))
				life_guest(l);
			break;
		case 3 ... 5:
			if (l->socket)
				life_host(l);
			break;
		case 6:
			life_send(l);
			break;
		default:
			if (l->armed && rng_one_in(&l->rng, 8)) {
				l->armed = false;
				life_step(l, VSB_EV_TIMEOUT, 0);
			}
		}
	}
	assert_true(l->freed);
}

#define LIVES	20000

static void for_lives(void (*check)(const struct life *l))
{
	struct life l;
	u64 seed;

	for (seed = 1; seed <= LIVES; seed++) {
		life_run(&l, seed, seed % 2);
		check(&l);
	}
}

static void check_one_rst(const struct life *l)
{
	assert_true(l->rsts_owed <= 1);
	assert_true(l->rsts_sent <= l->rsts_owed);
	/* an RST from the guest cancels the pending one */
	assert_true(l->rsts_sent + l->guest_rsts >= l->rsts_owed);
}

static void test_rst_is_sent_once_and_never_lost(void **state)
{
	(void)state;
	for_lives(check_one_rst);
}

static void check_end(const struct life *l)
{
	if (!l->from_host || l->request_sent)
		assert_int_equal(l->rsts_sent + l->guest_rsts, 1);
	else
		assert_int_equal(l->rsts_sent + l->guest_rsts, 0);
}

static void test_connection_known_to_the_guest_ends_with_one_rst(void **state)
{
	(void)state;
	for_lives(check_end);
}

static void check_socket(const struct life *l)
{
	assert_int_equal(l->releases, 1);
	assert_true(l->shut_wrs <= 1);
}

static void test_socket_is_shut_down_and_released_once(void **state)
{
	(void)state;
	for_lives(check_socket);
}

static void check_ok_line(const struct life *l)
{
	assert_int_equal(l->ok_lines, l->responses);
	assert_true(l->ok_lines <= l->from_host);
}

static void test_ok_line_is_written_once_per_response(void **state)
{
	(void)state;
	for_lives(check_ok_line);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_every_event_in_every_state),
	cmocka_unit_test(test_unknown_event_is_invalid),
	cmocka_unit_test(test_connections_open_from_both_sides),
	cmocka_unit_test(test_guest_shutdown_waits_for_buffered_bytes),
	cmocka_unit_test(test_guest_rst_lingers_with_buffered_bytes),
	cmocka_unit_test(test_host_shutdown_is_sent_to_the_guest),
	cmocka_unit_test(test_failed_write_ends_with_an_rst),
	cmocka_unit_test(test_reset_replaces_all_pending_packets),
	cmocka_unit_test(test_data_flows_in_open_directions),
	cmocka_unit_test(test_rst_is_sent_once_and_never_lost),
	cmocka_unit_test(test_connection_known_to_the_guest_ends_with_one_rst),
	cmocka_unit_test(test_socket_is_shut_down_and_released_once),
	cmocka_unit_test(test_ok_line_is_written_once_per_response),
};

run_all(tests)
