/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the bytes of an open connection move: credit in bytes, the ceiling in
 * packets, and the gate. connection.pml is about beginnings and ends. Functions
 * and variables bear the names of the module's (credit.h, conn.c, rx.c); each
 * step of the bridge is what the module does in one hold of its lock.
 *
 * Both sides write all their bytes in pieces of any size, then shut down writing,
 * and read to the end. A guest is a set of habits, see below. Each part of the guest
 * (the driver, the part that answers a CREDIT_REQUEST, the program) may pause at any
 * point for any time, but not for ever.
 *
 * Abstracted: a window is a few bytes, the RX virtqueue has two buffers, and a due
 * time may pass as soon as it is set. Bytes have no value: connection.pml checks
 * their order.
 *
 * Checked:
 * - neither side sends more than the other side's window;
 * - a Linux guest never has to reset the connection because of the number of packets;
 * - "moves": if both sides read, all bytes and both ends arrive (with weak fairness:
 *   no process that can continue is ignored for ever). So no run ends, and no run
 *   repeats itself for ever, while a byte waits.
 *
 * BUG_*: each puts one mistake into the bridge; see the script "model".
 */
#ifndef GUEST_BYTES
#define GUEST_BYTES	0	/* bytes that the guest sends */
#endif
#ifndef HOST_BYTES
#define HOST_BYTES	6
#endif
#define WINDOW		5	/* credit.peer_buf_alloc */
#define BUF_ALLOC	5	/* credit.buf_alloc */
#define ROOM		4	/* payload of an RX buffer */
#ifndef JOIN_MAX
#define JOIN_MAX	1	/* VSB_JOIN_MAX; 0 with SEQPACKET: nothing joins */
#endif

/*
 * A Linux guest resets the connection when a packet arrives while the queue holds
 * this number of packets, even if the packet would join the last one.
 */
#ifndef QUEUE_MAX
#define QUEUE_MAX	4
#endif

/*
 * The habits of a guest:
 * CEILING: it counts packets, as Linux does
 * ANSWERS: it answers a CREDIT_REQUEST
 * TELL: it reports unasked when it has consumed this number of bytes
 * LOWAT: it reads when this number of bytes is there, or the end (SO_RCVLOWAT, or
 *	MSG_PEEK until all bytes are there)
 * WANT: it writes when it has credit for this number of bytes
 * OP_WAKES: its writer sleeps until a CREDIT_UPDATE arrives
 * AHEAD: its fwd_cnt is its free room, not the number of bytes consumed
 * REFILLS: it returns a buffer of the event queue
 */
#define NEVER		99
#ifdef LINUX
#define CEILING		1
#define ANSWERS		1
#define TELL		WINDOW
#define REFILLS		1
#endif
#ifdef WINDOWS
#define ANSWERS		0
#define TELL		WINDOW
#define OP_WAKES	1
#define REFILLS		1
#endif
#ifdef RCORE
#define ANSWERS		1
#define TELL		NEVER
#define REFILLS		1
#endif
#ifdef SILENT			/* never reports; it can get one window only */
#define ANSWERS		0
#define TELL		NEVER
#define REFILLS		1
#endif
#ifdef OLD_UNIKRAFT
#define ANSWERS		1
#define TELL		NEVER
#define AHEAD		1
#define REFILLS		1
#endif
#ifdef HERMIT
#define ANSWERS		1
#define TELL		1
#define REFILLS		0
#define GATE		1
#endif
#ifndef CEILING
#define CEILING		0
#endif
#ifndef LOWAT
#define LOWAT		1
#endif
#ifndef WANT
#define WANT		1
#endif
#ifndef OP_WAKES
#define OP_WAKES	0
#endif
#ifndef AHEAD
#define AHEAD		0
#endif
#ifndef GATE
#define GATE		0
#endif

mtype = { RW, CREDIT_UPDATE, CREDIT_REQUEST, SHUTDOWN };

/* Operation, bytes, fwd_cnt */
chan tx = [1] of { mtype, byte, byte };
chan rx = [2] of { mtype, byte, byte };

/* struct vsb_credit */
byte tx_cnt, fwd_cnt, reported_fwd_cnt;
byte updated_fwd_cnt;		/* fwd_cnt in the last CREDIT_UPDATE */
byte peer_fwd_cnt, rx_cnt;
byte tail;
bool lifted;
byte packets;
byte marks, mark_end[2], mark_packets[2];

/* struct vsb_conn: credit_asked, the owed packets, requests without an answer */
bool credit_asked, owe_update, owe_request;
byte unanswered;
bool came_back;			/* RX buffers were returned since the last request */
bool guest_shut, host_shut;

/* struct vsb_gate */
bool closed = GATE;

/* The guest: bytes of each packet in its queue; bytes of the first that are read */
byte queue[4], queued, offset;
byte guest_fwd, last_fwd;	/* bytes consumed, and as last reported */
byte guest_sent, guest_acked;
bool guest_closed, asleep;
byte replies;			/* CREDIT_UPDATEs that the guest owes */
bool peer_shut;

#define offers		(HOST_BYTES - rx_cnt)
#define guest_unread	(queue[0] + queue[1] + queue[2] + queue[3] - offset)
#define guest_got	(guest_fwd + offset)
#define host_got	fwd_cnt
#define guest_fwd_cnt	(AHEAD -> WINDOW - guest_unread : guest_fwd)

#define all_moved	(guest_got == HOST_BYTES && host_got == GUEST_BYTES && \
			 peer_shut && guest_shut)

ltl moves { <> all_moved }

/*
 * vsb_credit_measure(): @limit is the number of packets that may be unread when a
 * packet arrives that joins. Up to @any unread packets, a packet of any size may be
 * begun; the rest of the limit is what a window of full packets needs.
 */
#ifdef BUG_JOIN_LATE
#define LIMIT		QUEUE_MAX
#else
#define LIMIT		(QUEUE_MAX - 1)
#endif
#define FULL		(WINDOW / (ROOM - 1) + 1)
#define limit		(lifted -> NEVER : (LIMIT))
#define any		(lifted -> NEVER : (LIMIT > FULL -> LIMIT - FULL : 0))

/* vsb_credit_free() */
#ifdef BUG_AHEAD
#define free		(rx_cnt < peer_fwd_cnt -> 0 : WINDOW - (rx_cnt - peer_fwd_cnt))
#else
#define free		(rx_cnt < peer_fwd_cnt -> WINDOW : \
			 WINDOW - (rx_cnt - peer_fwd_cnt))
#endif

/* vsb_credit_joins() */
#ifdef BUG_NO_JOIN
#define joins		0
#else
#define joins		(tail > 1 && packets <= limit -> JOIN_MAX : 0)
#endif

/* vsb_credit_next() */
#define begins		(packets < limit || !packets -> free : 0)
#define next		(packets < any -> free : (joins && free -> joins : begins))

/* vsb_credit_retire() */
inline vsb_credit_retire()
{
	do
	:: marks && peer_fwd_cnt >= mark_end[0] ->
		packets = packets - mark_packets[0];
		mark_end[0] = mark_end[1]; mark_packets[0] = mark_packets[1];
		mark_end[1] = 0; mark_packets[1] = 0;
		marks--
	:: else -> break
	od;
	if
	:: !marks -> tail = 0
	:: else -> skip
	fi
}

/* vsb_credit_sent() */
inline vsb_credit_sent(n)
{
	rx_cnt = rx_cnt + n;
	if
	:: n <= joins_now -> tail = tail - n
	:: else ->
		tail = ROOM - n; packets++;
		if
		:: marks < 2 -> marks++
		:: else -> skip
		fi;
		mark_packets[marks - 1] = mark_packets[marks - 1] + 1
	fi;
	mark_end[marks - 1] = rx_cnt
}

/*
 * A writer in the guest may sleep if it has used nearly all that the last
 * CREDIT_UPDATE allowed. The guest may not have seen the credit in other packets
 * yet, and it does not wake every writer. When nothing moves, the rest is reported,
 * for a writer that waits for up to three quarters of the window.
 */
#ifdef BUG_DATA_CANCELS
#define low		false
#define unreported		(reported_fwd_cnt != fwd_cnt)
#elif defined(BUG_TOLD_UNSEEN)
#define low		(tx_cnt - reported_fwd_cnt >= BUF_ALLOC - BUF_ALLOC / 4)
#define unreported		(reported_fwd_cnt != fwd_cnt)
#else
#define low		(tx_cnt - updated_fwd_cnt >= BUF_ALLOC - BUF_ALLOC / 4)
#define unreported		(reported_fwd_cnt != fwd_cnt || \
			 (updated_fwd_cnt != fwd_cnt && \
			  tx_cnt - updated_fwd_cnt > BUF_ALLOC / 4))
#endif

/* vsb_credit_reported() */
inline vsb_credit_reported(is_update)
{
	bool sleeps = low;

	reported_fwd_cnt = fwd_cnt;
	if
	:: is_update -> updated_fwd_cnt = fwd_cnt; owe_update = false
	:: else -> owe_update = sleeps && tx_cnt - fwd_cnt <= BUF_ALLOC / 2
	fi;
	sleeps = false
}

/* vsb_conn_forwarded(), vsb_credit_update_due() */
inline vsb_conn_forwarded(n)
{
	fwd_cnt = fwd_cnt + n;
	if
	:: fwd_cnt - reported_fwd_cnt >= (BUF_ALLOC + 1) / 2 -> owe_update = true
	:: else -> skip
	fi
}

/*
 * vsb_rx_requested_credit(): a guest that runs, since its RX buffers come back, and
 * does not answer request upon request, has no ceiling: only Linux has one, and
 * Linux answers.
 */
#define SILENT_ASKS	3
#ifndef EARLY
#define EARLY		2	/* intervals that may be too short */
#endif
inline vsb_rx_requested_credit()
{
	if
#ifndef BUG_LIFT_BLIND
	:: unanswered && !came_back -> unanswered = 1
#endif
#ifdef BUG_NEVER_LIFTED
	:: else -> skip
#else
	:: else ->
		if
		:: unanswered < SILENT_ASKS -> unanswered++
		:: else -> lifted = true
		fi
#endif
	fi;
	came_back = false
}

/* The TX virtqueue */
active proctype vsb_tx_run()
{
	mtype op;
	byte size, fwd;

end:	do
	:: atomic { tx?op, size, fwd ->
		if
		:: fwd != peer_fwd_cnt ->	/* vsb_conn_got_credit() */
			peer_fwd_cnt = fwd; vsb_credit_retire();
			credit_asked = false; owe_request = false
		:: else -> skip
		fi;
		if
		:: op == RW ->
			assert(tx_cnt - fwd_cnt + size <= BUF_ALLOC);
			tx_cnt = tx_cnt + size
		:: op == SHUTDOWN -> guest_shut = true
		:: else -> unanswered = 0
		fi;
		op = 0; size = 0; fwd = 0 }
	od
}

/* The RX virtqueue: vsb_rx_conn() */
active proctype vsb_rx_run()
{
	byte n, joins_now;

end:	do
	:: atomic { !closed && nfull(rx) && offers && next ->
		/* the bytes that the host program has written so far */
		select(n : 1 .. ROOM);
		n = (n < offers -> n : offers);
		n = (n < next -> n : next);
		joins_now = joins;
		rx!RW, n, fwd_cnt;
		vsb_credit_sent(n); vsb_credit_reported(false);
		n = 0; joins_now = 0 }
	:: atomic { !closed && offers && !next && !credit_asked ->
		credit_asked = true; owe_request = true }
	:: atomic { !closed && nfull(rx) && !offers && !host_shut ->
		host_shut = true; rx!SHUTDOWN, 0, fwd_cnt; vsb_credit_reported(false) }
	:: atomic { !closed && nfull(rx) && owe_update ->
		rx!CREDIT_UPDATE, 0, fwd_cnt; vsb_credit_reported(true) }
	:: atomic { !closed && nfull(rx) && owe_request ->
		owe_request = false;
		rx!CREDIT_REQUEST, 0, fwd_cnt; vsb_credit_reported(false);
		vsb_rx_requested_credit() }
	od
}

/*
 * VSB_DUE_PROBE: the request is repeated. The interval doubles, so in the end it is
 * longer than any guest needs to take the packets that were sent to it.
 */
active proctype probe()
{
	byte early;

end:	do
	:: atomic { credit_asked && !owe_request && (len(rx) == 0 || early < EARLY) ->
		credit_asked = false;
		early = early + (len(rx) > 0 -> 1 : 0) }
	od
}

/* Time passes: the rest of the credit is reported; the gate opens by itself. */
active proctype clock()
{
end:	do
#ifndef BUG_HALF
	:: atomic { !owe_update && unreported -> owe_update = true }
#endif
#ifndef BUG_GATE
	:: atomic { closed -> closed = false }
#endif
	:: atomic { closed && REFILLS -> closed = false }
	od
}

active proctype host_program()
{
end:	do
	:: atomic { fwd_cnt < tx_cnt -> vsb_conn_forwarded(1) }
	od
}

/* virtio_transport_recv_enqueue() of Linux, or its equivalent in another guest */
inline guest_enqueue(n)
{
	if
	:: CEILING && queued >= QUEUE_MAX -> assert(false)	/* reset */
	:: CEILING && queued && queued < QUEUE_MAX && n <= JOIN_MAX &&
	   n < ROOM - queue[queued - 1] ->
		queue[queued - 1] = queue[queued - 1] + n
	:: !CEILING -> queue[0] = queue[0] + n; queued = 1
	:: else -> queue[queued] = n; queued++
	fi;
	assert(guest_unread + offset <= WINDOW)
}

/*
 * The driver returns RX buffers at once, or, with Linux, when it has taken all
 * packets that arrived. The guest answers a request before it takes the next one.
 */
active proctype driver()
{
	mtype op;
	byte size, fwd;

end:	do
	:: atomic { (!replies || !(rx?[CREDIT_REQUEST])) && nempty(rx) ->
		rx?op, size, fwd;
		came_back = came_back || !CEILING || len(rx) == 0;
		guest_acked = fwd;
		if
		:: op == RW -> guest_enqueue(size)
		:: op == SHUTDOWN -> peer_shut = true
		:: op == CREDIT_UPDATE -> asleep = false
		:: op == CREDIT_REQUEST && ANSWERS -> replies++
		:: else -> skip
		fi;
		if
		:: !OP_WAKES -> asleep = false
		:: else -> skip
		fi;
		op = 0; size = 0; fwd = 0 }
	od
}

/* The part of the guest that answers may be slower than the driver. */
active proctype answer()
{
end:	do
	:: atomic { replies && nfull(tx) ->
		replies--; last_fwd = guest_fwd;
		tx!CREDIT_UPDATE, 0, guest_fwd_cnt }
	od
}

/* The program reads a byte. Linux counts it as consumed with its whole packet. */
inline guest_reads()
{
	offset++;
	if
	:: CEILING && offset < queue[0] -> skip
	:: else ->
		guest_fwd = guest_fwd + offset;
		queue[0] = queue[0] - offset; offset = 0;
		if
		:: queue[0] == 0 ->
			queue[0] = queue[1]; queue[1] = queue[2];
			queue[2] = queue[3]; queue[3] = 0;
			queued--
		:: else -> skip
		fi
	fi
}

active proctype guest_program()
{
	bool reading;

end:	do
	:: atomic { guest_unread >= LOWAT || (peer_shut && guest_unread) || reading ->
		guest_reads();
		reading = LOWAT > 1 && guest_unread > 0 }
	:: atomic { guest_fwd - last_fwd >= TELL && nfull(tx) ->
		last_fwd = guest_fwd; tx!CREDIT_UPDATE, 0, guest_fwd_cnt }
	:: atomic { guest_sent < GUEST_BYTES && !asleep && nfull(tx) ->
		if
		:: BUF_ALLOC - (guest_sent - guest_acked) >= WANT ->
			guest_sent = guest_sent + WANT; last_fwd = guest_fwd;
			tx!RW, WANT, guest_fwd_cnt
		:: else -> asleep = true
		fi }
	:: atomic { guest_sent == GUEST_BYTES && !guest_closed && nfull(tx) ->
		guest_closed = true; last_fwd = guest_fwd;
		tx!SHUTDOWN, 0, guest_fwd_cnt }
	od
}
