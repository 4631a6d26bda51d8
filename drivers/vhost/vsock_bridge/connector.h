/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connects to host paths on behalf of the guest, off the data path.
 */
#ifndef VSB_CONNECTOR_H
#define VSB_CONNECTOR_H

#include <linux/llist.h>

#include "worker.h"

struct vsb_conn;
struct vsb_route;

/**
 * struct vsb_connector - a thread that looks up paths
 * @worker: the thread; a path lookup may block it, but nobody else
 * @work: for @queue
 * @queue: connections that wait for it; each with a reference
 */
struct vsb_connector {
	struct vsb_worker worker;
	struct vsb_work work;
	struct llist_head queue;
};

void vsb_connector_init(struct vsb_connector *connector);
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn, struct vsb_route *route);
void vsb_connector_done(struct vsb_conn *conn);
void vsb_connector_stop(struct vsb_connector *connector);

#endif /* VSB_CONNECTOR_H */
