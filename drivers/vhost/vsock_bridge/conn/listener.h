/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listener: takes host programs from an acceptor. It sends the guest a
 * REQUEST for each host program whose CONNECT line is complete.
 *
 * The data path's lock protects everything in this file.
 */
#ifndef VSB_LISTENER_H
#define VSB_LISTENER_H

#include <linux/timer.h>
#include <linux/types.h>

#include "host/watch.h"

struct vsb_acceptor;
struct vsb_conn;
struct vsb_conns;
struct vsb_work;

/**
 * struct vsb_listener - a listener
 * @conns: the connections of the device
 * @type: VIRTIO_VSOCK_TYPE_* of the clients
 * @work: the round that accepts clients
 * @acceptor: the acceptor; NULL if there is none
 * @open: @acceptor is attached. A shared acceptor is not attached while the
 *	device has no owner.
 * @watch: events of @acceptor; from any context
 * @again: repeats an accept that failed for lack of memory, because clients
 *	that already wait in the backlog cause no new event
 */
struct vsb_listener {
	struct vsb_conns *conns;
	u16 type;
	struct vsb_work *work;
	struct vsb_acceptor *acceptor;
	bool open;
	struct vsb_watch watch;
	struct timer_list again;
};

void vsb_listener_init(struct vsb_listener *listener, struct vsb_conns *conns,
		       u16 type, struct vsb_work *work);
void vsb_listener_destroy(struct vsb_listener *listener);
void vsb_listener_open(struct vsb_listener *listener,
		       struct vsb_acceptor *acceptor, bool owned);
int vsb_listener_pin(struct vsb_listener *listener);
void vsb_listener_unpin(struct vsb_listener *listener);
void vsb_listener_admit(struct vsb_listener *listener);
struct vsb_acceptor *vsb_listener_detach(struct vsb_listener *listener);
bool vsb_listener_accept(struct vsb_listener *listener, unsigned int budget);
void vsb_listener_read_line(struct vsb_conn *conn);

#endif /* VSB_LISTENER_H */
