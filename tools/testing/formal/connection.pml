/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a connection begins and ends. There are a guest, the bridge and a host
 * program, and each may do at any time what it is able to do. credit.pml models how
 * bytes move in between. Functions, states and events have the names of the
 * module's. One step of the bridge is what the module does while it holds its lock
 * once.
 *
 * Abstracted: bytes are numbers, a window is WINDOW bytes, the RX virtqueue and the
 * buffers of the host socket have few places, and a deadline may pass as soon as it
 * is set. The guest answers a packet of an unknown connection, and a shutdown of
 * both directions, with an RST. A "hasty" guest answers any SHUTDOWN with an RST, as
 * rcore's driver does. The device may reach a limit at any time, a packet of the
 * guest may turn out to be unreadable, and the device may drop its connections.
 *
 * Checked:
 * - a packet for a connection that the guest does not know is an RST;
 * - no byte arrives twice or out of order;
 * - a host program that reads to the end gets an EOF only after all bytes that the
 *   bridge accepted for it, and ECONNRESET if bytes are missing. Bytes are missing
 *   only if a limit, a fault or the device ended the connection, never because time
 *   has passed;
 * - a guest that reads gets SHUTDOWN(SEND) only after all bytes that the host
 *   program wrote. If bytes are missing, it gets an RST, and only because of a
 *   limit, a fault, a deadline, or an action of the guest itself;
 * - the run ends only when the guest, the bridge and the host program have finished,
 *   so no wake-up and no RST is lost: a guest and a program that wait have no other
 *   way to finish. A guest that has closed does not wait for a host program that
 *   does nothing.
 *
 * NO_TIMERS: no deadline passes, so nothing may depend on a deadline.
 * BUG_*: each puts one mistake into the bridge; see the script "model".
 */
#ifndef GUEST_BYTES
#define GUEST_BYTES	2	/* the most that the guest sends */
#define HOST_BYTES	1	/* the most that the host program sends */
#endif
#define WINDOW		2	/* credit.buf_alloc */

mtype = { REQUEST, RESPONSE, RST, SHUTDOWN, RW, CREDIT_UPDATE };
mtype = { NONE, HANDSHAKE, REQUESTED, CONNECTING, OPEN, LINGER, DEAD };

/* VIRTIO_VSOCK_SHUTDOWN_* */
#define RCV	1
#define SEND	2
#define BOTH	3

/* Packets from the guest: operation, flags or byte. Packets to the guest: also fwd_cnt. */
chan tx = [2] of { mtype, byte };
chan rx = [2] of { mtype, byte, byte };
chan to_host = [1] of { byte };
chan from_host = [HOST_BYTES] of { byte };

/* struct vsb_conn_state */
mtype state = NONE;
byte guest_shut, host_shut;
bool wr_done, tx_failed;
bool owe_rst, owe_response, owe_request, owe_shutdown, owe_credit;
bool overdue;			/* the deadline for the delay of SHUTDOWN(RCV) has passed */

/* struct vsb_conn */
byte txbuf[WINDOW];		/* a FIFO */
byte buffered, tx_cnt, fwd_cnt, reported_fwd_cnt;
bool readable, armed;
bool connecting;		/* the connector has the connection */

/* struct vsb_watch: events of the host end, and the state that the host program can see */
bool ev_in, ev_out, want_write, released, shut_rd;
bool saw_error;			/* the program reads ECONNRESET after its bytes */

/* The host program's end of the socket */
bool connected, line_sent, closed_wr, closed_rd;
byte host_wrote, host_got;
bool host_through;

bool faithful;			/* the host program reads to the end */
bool stuck;			/* the host program does nothing at all */
byte pledged;			/* bytes that it had written when it stopped reading */

/* The guest */
mtype guest = NONE;
byte guest_sent, guest_got, guest_fwd, guest_said, peer_shut;
bool impatient;			/* the guest may give up at any time */
bool thorough;			/* the guest sends all its bytes before it shuts down writing */
bool hasty;			/* the guest answers any SHUTDOWN with an RST */

/* vsb_rstq: RST packets without a connection; the queue has one place */
byte rsts;

/* The guest knows the connection, as far as the bridge can tell. */
bool known;

/* A resource of the device is scarce: it may end a connection at any time. */
bool scarce;

/* For the checks: a limit, a fault or a deadline has ended the connection. */
bool broken;

#define is_shut_rd		(closed_rd || wr_done)
#define at_eof		(closed_wr || shut_rd)
#define is_drained	(buffered == 0)
#define takes_data	(state == OPEN && !(guest_shut & SEND))
#define wants_data	(state == OPEN && !(guest_shut & RCV) && !(host_shut & SEND))
#define is_lost		(state == LINGER || (state == OPEN && !wr_done && !tx_failed))
#define is_gone		(closed_rd && closed_wr && len(from_host) == 0)
#define is_linked	(state != NONE && state != HANDSHAKE && \
			 (state != LINGER || owe_rst))
#define owes		(owe_rst || owe_response || owe_request || owe_shutdown || owe_credit)
#define has_host	(connected && !released)
#define has_room	(len(to_host) < 1)

inline owe_nothing()
{
	owe_rst = false; owe_response = false; owe_request = false;
	owe_shutdown = false; owe_credit = false;
}

/*
 * vsb_conn_release(): VSB_ACT_RELEASE; @loss: VSB_ACT_LOSS. AF_UNIX itself reports
 * ECONNRESET to a program whose bytes were not read.
 */
inline vsb_conn_release(loss)
{
	if
#ifdef BUG_CLEAN_LOSS
	:: has_host -> saw_error = nempty(from_host)
#else
	:: has_host -> saw_error = nempty(from_host) || (loss)
#endif
	:: else -> skip
	fi;
	released = true; buffered = 0; readable = false; want_write = false;
	ev_in = false; ev_out = false
}

/* vsb_conn_end() */
inline vsb_conn_end(loss)
{
	vsb_conn_release(loss); owe_nothing(); armed = false;
	state = NONE; guest_shut = 0; host_shut = 0; tx_failed = false;
	txbuf[0] = 0; txbuf[1] = 0; fwd_cnt = 0; reported_fwd_cnt = 0
}

/* vsb_conn_close() */
inline vsb_conn_close(loss)
{
#ifdef BUG_NO_RST
	vsb_conn_end(loss)
#else
	vsb_conn_release(loss); owe_nothing(); armed = false;
	state = DEAD; owe_rst = true
#endif
}

/* vsb_conn_reset() */
inline vsb_conn_reset()
{
	if
	:: state == NONE || state == DEAD -> skip
	:: state == HANDSHAKE || owe_request || (state == LINGER && !owe_rst) ->
		vsb_conn_end(is_lost)
	:: else -> vsb_conn_close(is_lost)
	fi
}

/* vsb_conn_finish_tx() */
inline vsb_conn_finish_tx()
{
	if
	:: guest_shut == BOTH -> vsb_conn_close(false)
#ifdef BUG_FAILED_WRITE
	:: guest_shut != BOTH && tx_failed -> vsb_conn_reset()
#endif
	:: guest_shut != BOTH && (wr_done || tx_failed) -> skip
	:: else ->
		wr_done = true;				/* VSB_ACT_SHUT_WR */
		if
		:: host_shut & SEND ->
			host_shut = BOTH; owe_shutdown = true; armed = true
		:: else -> skip
		fi
	fi
}

/* vsb_conn_linger() */
inline vsb_conn_linger()
{
	state = LINGER; guest_shut = BOTH; owe_nothing();
	shut_rd = true;					/* VSB_ACT_SHUT_RD */
#ifdef BUG_LINGER_TIMER
	armed = true
#else
	armed = false
#endif
}

/* vsb_conn_guest_shutdown() */
inline vsb_conn_guest_shutdown(flags)
{
	if
	:: state == CONNECTING -> vsb_conn_reset()
	:: state == OPEN ->
		guest_shut = guest_shut | flags;
		if
		:: flags & RCV -> shut_rd = true	/* VSB_ACT_SHUT_RD */
		:: else -> skip
		fi;
		if
#ifdef BUG_SHUT_EARLY
		:: guest_shut & SEND -> vsb_conn_finish_tx()
#else
		:: is_drained && (guest_shut & SEND) -> vsb_conn_finish_tx()
#endif
		:: else ->
			if
#ifdef BUG_CLOSE_WAITS
			:: guest_shut == BOTH -> armed = true
#else
			:: guest_shut == BOTH -> vsb_conn_linger(); owe_rst = true
#endif
			:: else -> skip
			fi
		fi
	:: else -> skip
	fi
}

/* vsb_conn_guest_rst() */
inline vsb_conn_guest_rst()
{
	known = false;
	if
	:: state == LINGER -> owe_rst = false		/* VSB_ACT_UNLINK */
#ifndef BUG_NO_LINGER
	:: state == OPEN && !is_drained && !tx_failed -> vsb_conn_linger()
#endif
	:: else -> vsb_conn_end(false)
	fi
}

/* vsb_conn_drained() */
inline vsb_conn_drained()
{
	if
	:: state == LINGER && owe_rst -> vsb_conn_close(false)
	:: state == LINGER && !owe_rst -> vsb_conn_end(false)
	:: state == OPEN && (guest_shut & SEND) -> vsb_conn_finish_tx()
	:: else -> skip
	fi
}

/* vsb_conn_host_shut() */
inline vsb_conn_host_shut(flag)
{
	if
	:: state != OPEN || (host_shut & flag) -> skip
	:: else ->
		if
		:: flag == SEND && tx_failed -> vsb_conn_reset()
		:: else ->
			host_shut = host_shut | flag; owe_shutdown = true;
			if
			:: host_shut == BOTH -> armed = true
			:: else -> skip
			fi
		fi
	fi
}

/* vsb_conn_forwarded(), vsb_conn_check_update() */
inline vsb_conn_forwarded(n)
{
	fwd_cnt = fwd_cnt + n;
	if
	:: fwd_cnt - reported_fwd_cnt >= (WINDOW + 1) / 2 &&
	   state != DEAD && state != LINGER && state != NONE ->
#ifndef BUG_NO_CREDIT
		owe_credit = true
#else
		skip
#endif
	:: else -> skip
	fi
}

/* vsb_conn_write_failed() of both files, vsb_conn_discard() */
inline vsb_conn_write_failed()
{
	if
	:: !wants_data -> vsb_conn_reset()
	:: else ->
		tx_failed = true;
		if
		:: host_shut & RCV -> skip
		:: else -> host_shut = host_shut | RCV; owe_shutdown = true
		fi;
		buffered = 0; want_write = false;
		vsb_conn_forwarded(tx_cnt - fwd_cnt);
		readable = true
	fi
}

/* vsb_io_flush(): one turn sends as much as there is room for */
inline vsb_io_flush()
{
	if
	:: buffered > 0 ->
#ifndef BUG_NO_WANT_WRITE
		want_write = true;
#endif
		if
		:: closed_rd -> vsb_conn_write_failed()
		:: !closed_rd && has_room ->
			to_host!txbuf[0];
			txbuf[0] = txbuf[1]; txbuf[1] = 0; buffered--;
			vsb_conn_forwarded(1)
		:: !closed_rd && !has_room -> skip
		fi
	:: else -> skip
	fi;
	if
	:: buffered == 0 && !tx_failed ->
		want_write = false; vsb_conn_drained()
	:: else -> skip
	fi
}

/* vsb_tx_data(), vsb_io_write() */
inline vsb_tx_data(b)
{
	if
	:: !takes_data -> skip
	:: else ->
		assert(tx_cnt - fwd_cnt < WINDOW);	/* over_credit */
		tx_cnt++;
		if
		:: tx_failed -> vsb_conn_forwarded(1)
		:: !tx_failed && buffered == 0 && closed_rd ->
			vsb_conn_write_failed()
		:: !tx_failed && buffered == 0 && !closed_rd && has_room ->
			to_host!b; vsb_conn_forwarded(1)
		:: else ->
			txbuf[buffered] = b; buffered++;
			vsb_io_flush()
		fi
	fi
}

/* vsb_conn_opened() */
inline vsb_conn_opened() { state = OPEN }

/* vsb_conn_check_shut_rd() */
inline vsb_conn_check_shut_rd()
{
	if
	:: wr_done || !is_shut_rd -> skip
#ifndef BUG_EOF_EARLY
	:: !wr_done && is_shut_rd && at_eof && wants_data -> skip
#endif
	:: else ->
		vsb_conn_host_shut(RCV);
		if
#ifdef BUG_EOF_EARLY
		:: at_eof -> vsb_conn_host_shut(SEND)
#endif
		:: guest_shut & RCV -> vsb_conn_host_shut(SEND)
		:: else -> skip
		fi
	fi
}

/* vsb_conn_send_ok(): VSB_ACT_OK_LINE */
inline vsb_conn_send_ok()
{
	if
#ifdef BUG_OK_LOST
	:: closed_rd -> vsb_conn_reset()
#else
	:: closed_rd -> vsb_conn_check_shut_rd()
#endif
	:: else -> skip
	fi
}

/* vsb_conn_begin() for either side: reset the state of the previous connection */
inline vsb_conn_begin(s)
{
	state = s; guest_shut = 0; host_shut = 0;
	wr_done = false; tx_failed = false
}

/* vsb_tx_packet() and what it calls */
inline vsb_tx_packet(op, arg)
{
	if
	:: !is_linked ->			/* vsb_tx_unknown() */
		if
		:: op == REQUEST ->
			assert(state == NONE);
			known = true;
			vsb_conn_begin(CONNECTING); connecting = true
		:: op == RST -> known = false
		:: else ->
			/* vsb_conns_reply_rst(): the queue is bounded */
			if
			:: rsts < 1 -> rsts++
			:: else -> skip
			fi
		fi
	:: else ->
		if
		:: op == RESPONSE ->
			if
			:: state == REQUESTED && !owe_request ->
				vsb_conn_opened(); armed = false;
				vsb_conn_send_ok()
			:: else -> skip
			fi
		:: op == RST -> vsb_conn_guest_rst()
		:: op == SHUTDOWN -> vsb_conn_guest_shutdown(arg)
		:: op == RW -> vsb_tx_data(arg)
		   /* vsb_tx_refuse(): the packet cannot be taken */
		:: op == RW && state == OPEN && scarce ->
#ifdef BUG_VANISH
			skip
#else
			broken = true; vsb_conn_reset()
#endif
		:: else -> skip
		fi
	fi
}

/* vsb_connector_done(): the program accepts the connect, or refuses it */
inline vsb_connector_done()
{
	connecting = false;
	if
	:: state != CONNECTING -> released = true
	:: state == CONNECTING ->
		connected = true; ev_in = true; ev_out = true;
		vsb_conn_opened(); owe_response = true
	:: state == CONNECTING ->
		host_through = true; vsb_conn_reset()
	fi
}

/* vsb_round_ready_conn(): vsb_listener_read_line(), vsb_io_host_event() */
inline vsb_round_ready_conn()
{
	bool in = ev_in, out = ev_out;

	ev_in = false; ev_out = false;
	if
	:: state == HANDSHAKE ->
		if
		:: line_sent && is_gone -> vsb_conn_reset()
		:: line_sent && !is_gone ->
			readable = true;
			state = REQUESTED; owe_request = true; armed = true
		:: !line_sent && closed_wr -> vsb_conn_reset()
		:: else -> skip
		fi
	:: state == REQUESTED ->
		readable = true;
		if
#ifdef BUG_OK_LOST
		:: at_eof && is_shut_rd -> vsb_conn_reset()
#else
		:: is_gone -> vsb_conn_reset()
#endif
		:: else -> skip
		fi
	:: state == OPEN || state == LINGER || state == DEAD || state == NONE ||
	   state == CONNECTING ->
		if
		:: out && has_host -> vsb_io_flush()
		:: else -> skip
		fi;
		if
		:: in && state == OPEN ->
			readable = true; vsb_conn_check_shut_rd()
		:: else -> skip
		fi
	fi;
	in = false; out = false
}

/* vsb_rx_control(), vsb_rx_headers(): there is an RX buffer */
inline to_guest(op, arg)
{
	assert(known || op == RST || op == REQUEST);
	rx!op, arg, fwd_cnt;
	reported_fwd_cnt = fwd_cnt; owe_credit = false
}

/*
 * A SHUTDOWN of RCV alone waits for the bytes of the host program, until its deadline
 * passes.
 */
#ifdef BUG_RCV_FIRST
#define shutdown_held	false
#else
#define shutdown_held	(owe_shutdown && !(host_shut & SEND) && wants_data && \
			 readable && has_host && !overdue)
#endif
#define shutdown_ready	(owe_shutdown && !shutdown_held)
#define owes_now	(owe_rst || owe_response || owe_request || shutdown_ready || \
			 owe_credit)

/* vsb_rx_conn(), the packets that are owed, by rank */
inline vsb_rx_conn()
{
	if
	:: owe_rst ->
		owe_rst = false; to_guest(RST, 0); known = false;
		if				/* vsb_conn_rst_sent() */
		:: state == LINGER -> skip
		:: else -> vsb_conn_end(false)
		fi
	:: !owe_rst && owe_response -> owe_response = false; to_guest(RESPONSE, 0)
	:: !owe_rst && owe_request ->
		owe_request = false; known = true; to_guest(REQUEST, 0);
		armed = true
	:: !owe_rst && !owe_response && !owe_request && shutdown_ready ->
		owe_shutdown = false; to_guest(SHUTDOWN, host_shut)
	:: else -> owe_credit = false; to_guest(CREDIT_UPDATE, 0)
	fi
}

/* vsb_rx_data(), vsb_io_read(), vsb_io_read_end() */
inline vsb_rx_data()
{
	byte c;

	if
	:: len(from_host) > 0 ->
		from_host?c; to_guest(RW, c);
		readable = len(from_host) > 0 || at_eof
	:: len(from_host) == 0 && at_eof ->
		readable = false;
		if
		:: is_shut_rd -> vsb_conn_host_shut(RCV)
		:: else -> skip
		fi;
		vsb_conn_host_shut(SEND)
	:: len(from_host) == 0 && !at_eof -> readable = false
	fi;
	c = 0
}

/* The guest ends the connection. A guest that quits early reads no more bytes. */
inline guest_ends() { guest = DEAD; guest_fwd = 0; peer_shut = 0 }
inline guest_quits() { guest_said = BOTH; guest_ends() }

/* A packet waits for an RX buffer, except with BUG_RX_FULL. */
#ifdef BUG_RX_FULL
#define rx_ready	true
#else
#define rx_ready	nfull(rx)
#endif

active proctype bridge()
{
	mtype op;
	byte arg;

end:	do
	:: atomic { tx?op, arg -> vsb_tx_packet(op, arg); op = 0; arg = 0 }
	:: atomic { (ev_in || ev_out) -> vsb_round_ready_conn() }
	:: atomic { connecting -> vsb_connector_done() }
	:: atomic { owes_now && rx_ready ->
#ifdef BUG_RX_FULL
		if
		:: full(rx) -> owe_nothing()
		:: else -> vsb_rx_conn()
		fi
#else
		vsb_rx_conn()
#endif
	   }
	:: atomic { readable && wants_data && !owe_response && !owe_request &&
		    !shutdown_ready && has_host && nfull(rx) -> vsb_rx_data() }
	:: atomic { rsts > 0 && nfull(rx) -> rx!RST, 0, 0; rsts-- }
#ifndef NO_TIMERS
	   /* vsb_conn_timeout() */
	:: atomic { armed ->
		armed = false; broken = broken || state != LINGER;
		vsb_conn_reset() }
	:: atomic { shutdown_held -> overdue = true }
#endif
	   /* vsb_room_for_bytes(), vsb_room_for_conn(): a limit is reached */
	:: atomic { scarce && (state == LINGER || (state == OPEN && buffered > 0)) ->
		broken = true; vsb_conn_reset() }
	   /* vsb_conn_kill(): the device ends it; the guest learns it in another way */
	:: atomic { scarce && state == OPEN && known ->
		broken = true; guest_quits(); known = false;
		vsb_conn_end(is_lost) }
	od
}

/* virtio_transport_*() of a Linux guest, and a program in the guest */

inline guest_gets(op, arg, fwd)
{
	if
	:: op == RST ->
		if
		:: guest == OPEN ->
			/* bytes are missing only after a limit, a fault or a deadline */
			assert(guest_got == host_wrote || (guest_said & RCV) ||
			       broken);
			guest_ends()
		:: guest == CONNECTING || guest == DEAD -> guest_ends()
		:: else -> skip
		fi
	:: op != RST && (guest == NONE || guest == DEAD) ->
		if
		:: guest == NONE && op == REQUEST ->
			if	/* a program listens, or no program does */
			:: guest = OPEN; tx!RESPONSE, 0
			:: guest_quits(); tx!RST, 0
			fi
		:: else -> tx!RST, 0
		fi
	:: op == RESPONSE && guest == CONNECTING -> guest = OPEN; guest_fwd = fwd
	:: op == CREDIT_UPDATE && guest == OPEN -> guest_fwd = fwd
	:: op == RW && guest == OPEN ->
		guest_fwd = fwd;
		assert(arg == guest_got + 1);		/* in order */
		guest_got = arg
	:: op == SHUTDOWN && guest == OPEN ->
		guest_fwd = fwd;
		peer_shut = peer_shut | arg;
		if
		:: (peer_shut & SEND) && !(guest_said & RCV) ->
			/* all bytes that the host program sent before its end */
			assert(guest_got == host_wrote)
		:: else -> skip
		fi;
		if
		:: hasty ->
			assert(guest_got >= pledged || (guest_said & RCV) ||
			       overdue || broken);
			guest_quits(); tx!RST, 0
		:: !hasty && peer_shut == BOTH -> guest_ends(); tx!RST, 0
		:: else -> skip
		fi
	:: else -> skip
	fi
}

active proctype guest_program()
{
	mtype op;
	byte arg, fwd;

end:	do
	:: atomic { nfull(tx) && nempty(rx) -> rx?op, arg, fwd;
		guest_gets(op, arg, fwd); op = 0; arg = 0; fwd = 0 }
	:: atomic { guest == OPEN && !(guest_said & SEND) && nfull(tx) &&
		    !(peer_shut & RCV) && guest_sent < GUEST_BYTES &&
		    guest_sent - guest_fwd < WINDOW ->
		guest_sent++; tx!RW, guest_sent }
	   /* shutdown(), a direction at a time, or close(), which waits for RST */
	:: atomic { guest == OPEN && !(guest_said & SEND) && nfull(tx) &&
		    (!thorough || guest_sent == GUEST_BYTES || (peer_shut & RCV)) ->
		guest_said = guest_said | SEND; tx!SHUTDOWN, SEND }
	:: atomic { guest == OPEN && !(guest_said & RCV) && nfull(tx) ->
		guest_said = guest_said | RCV; tx!SHUTDOWN, RCV }
	   /* the guest's own timer, or its program is killed: an RST alone */
	:: atomic { impatient && (guest == OPEN || guest == CONNECTING) &&
		    nfull(tx) ->
		guest_quits(); tx!RST, 0 }
	od
}

/*
 * The host program checks that the bytes are in order. It may stop reading or
 * writing, or close, at any time, and closes when it has read the end.
 */
active proctype host_program()
{
	byte c;

	if
	:: scarce = true
	:: thorough = true; faithful = true
	:: thorough = true
	:: impatient = true
	:: hasty = true
	:: skip
	fi;
	if
	:: atomic { guest = CONNECTING; tx!REQUEST, 0 }	/* the guest connects */
	:: atomic { connected = true; vsb_conn_begin(HANDSHAKE); armed = true }
	fi;
	if
	:: state == HANDSHAKE && connected ->
		if
		:: atomic { line_sent = true; ev_in = true }
		:: skip
		fi
	:: connected && state != HANDSHAKE -> skip
	:: host_through -> goto through
	:: guest == DEAD && !connected -> goto through
	:: released -> goto through
	fi;
	if
	:: !thorough && !impatient && !hasty && !scarce &&
	   (state != HANDSHAKE || line_sent) -> stuck = true;
end_stuck:	false
	:: skip
	fi;
	do
	:: atomic { to_host?c ->
		assert(c == host_got + 1);		/* in order */
		host_got = c; c = 0;
		ev_out = ev_out || (want_write && has_host) }
	:: atomic { has_host && !closed_wr && !shut_rd && host_wrote < HOST_BYTES &&
		    nfull(from_host) && (line_sent || state != HANDSHAKE) ->
		host_wrote++; from_host!host_wrote; ev_in = true }
	:: atomic { has_host && !closed_wr -> closed_wr = true; ev_in = true }
	:: atomic { has_host && !closed_rd && !faithful ->
		closed_rd = true; pledged = (hasty -> host_wrote : 0);
		ev_in = true; ev_out = true }
	   /* the program reads the end: EOF or ECONNRESET */
	:: atomic { empty(to_host) && (wr_done || released) ->
		assert(closed_rd || host_got == tx_cnt || (saw_error && broken));
		assert(closed_rd || !saw_error || broken || nempty(from_host));
		closed_wr = true; closed_rd = true;
		ev_in = has_host; ev_out = has_host; break }
	od;
through:
	host_through = true
}

/*
 * When no process can continue, all must have finished. By then the guest and the
 * program have shut down whatever they can. A process that still waits would wait for
 * ever, for an RST, an answer, or a wake-up that was lost.
 */
active proctype judge()
{
end:	timeout ->
	assert(guest == NONE || guest == DEAD);
	assert(!owes && rsts == 0);
	assert(state == NONE || (stuck && state == LINGER));
	assert(host_through || stuck);
	assert(guest_got == host_wrote || (guest_said & RCV) ||
	       broken)
}
