/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connects to host paths on behalf of the guest, outside the data path's lock.
 */
#ifndef VSB_CONNECTOR_H
#define VSB_CONNECTOR_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "base/worker.h"

struct vsb_busy;
struct vsb_conn;
struct vsb_dialer;
struct vsb_route;

/**
 * struct vsb_connector - the connections that wait for their connect
 * @worker: worker of the device; the thread that connects is away meanwhile
 * @work: the work that makes the connects of @queue
 * @busy: counts a connect that is under way
 * @dialer: connects for a jailed owner; only the thread that is away uses it
 * @lock: protects @queue; no other lock nests in it
 * @queue: the connections, oldest first; each with a reference
 */
struct vsb_connector {
	struct vsb_worker *worker;
	struct vsb_work work;
	struct vsb_busy *busy;
	struct vsb_dialer *dialer;
	spinlock_t lock;	/* queue */
	struct list_head queue;
};

int vsb_connector_init(struct vsb_connector *connector,
		       struct vsb_worker *worker, struct vsb_busy *busy);
void vsb_connector_destroy(struct vsb_connector *connector);
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn, struct vsb_route *route);
void vsb_connector_done(struct vsb_conn *conn);
void vsb_connector_cancel(struct vsb_connector *connector,
			  struct list_head *cancelled);
void vsb_connector_forget(struct list_head *cancelled);

#endif /* VSB_CONNECTOR_H */
