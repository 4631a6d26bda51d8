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
 * struct vsb_connector - connections that wait for their connect
 * @worker: of the device; the thread that connects is away meanwhile
 * @work: for @queue
 * @queue: the connections; each with a reference
 * @batch: those that were taken out of it, oldest first; of who is away
 */
struct vsb_connector {
	struct vsb_worker *worker;
	struct vsb_work work;
	struct llist_head queue;
	struct llist_node *batch;
};

void vsb_connector_init(struct vsb_connector *connector,
			struct vsb_worker *worker);
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn, struct vsb_route *route);
void vsb_connector_resume(struct vsb_connector *connector);
void vsb_connector_done(struct vsb_conn *conn);
void vsb_connector_clear(struct vsb_connector *connector);

#endif /* VSB_CONNECTOR_H */
