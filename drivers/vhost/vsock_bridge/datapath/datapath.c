// SPDX-License-Identifier: GPL-2.0
/*
 * The data path of a device, as a whole.
 */
#include <linux/list.h>
#include <linux/sched.h>

#include "conn/conn.h"
#include "conn/io.h"
#include "datapath/datapath.h"
#include "host/acceptor.h"
#include "host/end.h"

/* Ends all connections by @end. */
void vsb_datapath_end_conns(struct vsb_datapath *dp,
			    void (*end)(struct vsb_conn *conn,
					enum vsb_reason why))
{
	struct vsb_conn *conn, *next;

	list_for_each_entry_safe(conn, next, &dp->conns.all, all) {
		end(conn, VSB_REASON_DEVICE_STOPPED);
		cond_resched();
	}
	vsb_rstq_clear(&dp->conns.rsts);
}

/* The guest has forgotten its connections: ends them without a packet. */
void vsb_datapath_forget_conns(struct vsb_datapath *dp)
{
	vsb_datapath_end_conns(dp, vsb_conn_forget);
}

/**
 * vsb_datapath_log_fits() - can a dirty log at this address hold the logged
 * writes?
 * @dp: the data path; locked
 * @base: the log
 * @all: writes into the whole guest memory are logged; if false, only writes
 *	into those used rings whose VHOST_VRING_F_LOG is set
 */
bool vsb_datapath_log_fits(const struct vsb_datapath *dp,
			   const void __user *base, bool all)
{
	int i;

	if (all && !vsb_log_fits(base, 0, dp->mem.top))
		return false;
	for (i = 0; i < VSB_QUEUES; i++) {
		if (!vsb_queue_log_fits(&dp->queue[i], base))
			return false;
	}
	return true;
}
