/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connects to host paths on behalf of the guest, off the data path.
 */
#ifndef VSB_CONNECTOR_H
#define VSB_CONNECTOR_H

#include <linux/llist.h>
#include <linux/vsock_bridge.h>

#include "worker.h"

struct vsb_conn;
struct vsb_context;

/**
 * struct vsb_connector - a thread that looks up paths
 * @worker: the thread; a path lookup may block it, but nobody else
 * @work: for @queue
 * @queue: connections that wait for it; each with a reference
 * @ctx: who connects; set once, before @path
 * @path: PATH of PATH_<port>; empty before it was set
 */
struct vsb_connector {
	struct vsb_worker worker;
	struct vsb_work work;
	struct llist_head queue;
	struct vsb_context *ctx;
	char path[VSOCK_BRIDGE_PATH_MAX + 1];
};

int vsb_connector_init_module(void);
void vsb_connector_exit_module(void);

void vsb_connector_init(struct vsb_connector *connector);
void vsb_connector_set(struct vsb_connector *connector,
		       struct vsb_context *ctx, const char *path);
void vsb_connector_submit(struct vsb_connector *connector,
			  struct vsb_conn *conn);
void vsb_connector_done(struct vsb_conn *conn);
void vsb_connector_stop(struct vsb_connector *connector);

#endif /* VSB_CONNECTOR_H */
