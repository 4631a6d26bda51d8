// SPDX-License-Identifier: GPL-2.0
/*
 * The list of a device's connections: VSOCK_BRIDGE_GET_CONNS and
 * VSOCK_BRIDGE_DROP_CONN.
 */
#include <linux/build_bug.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vsock_bridge.h>

#include "conn/conn.h"
#include "dev/conns.h"
#include "dev/dev.h"

/* The size of an entry as first published; a smaller size is refused. */
#define VSB_CONN_SIZE_MIN	offsetofend(struct vsock_bridge_conn, age_ms)

static_assert((int)VSOCK_BRIDGE_CONN_HANDSHAKE == VSB_HANDSHAKE);
static_assert((int)VSOCK_BRIDGE_CONN_REQUESTED == VSB_REQUESTED);
static_assert((int)VSOCK_BRIDGE_CONN_CONNECTING == VSB_CONNECTING);
static_assert((int)VSOCK_BRIDGE_CONN_OPEN == VSB_OPEN);
static_assert((int)VSOCK_BRIDGE_CONN_LINGER == VSB_LINGER);
static_assert((int)VSOCK_BRIDGE_CONN_DEAD == VSB_DEAD);

static u32 vsb_conn_list_flags(const struct vsb_conn *conn)
{
	const struct vsb_conn_state *cs = &conn->cs;
	u32 flags = 0;

	if (conn->by_guest)
		flags |= VSOCK_BRIDGE_CONN_BY_GUEST;
	if (cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)
		flags |= VSOCK_BRIDGE_CONN_GUEST_NO_RECV;
	if (cs->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND)
		flags |= VSOCK_BRIDGE_CONN_GUEST_NO_SEND;
	if (cs->host_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)
		flags |= VSOCK_BRIDGE_CONN_HOST_NO_RECV;
	if (cs->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND)
		flags |= VSOCK_BRIDGE_CONN_HOST_NO_SEND;
	if (conn->credit_asked)
		flags |= VSOCK_BRIDGE_CONN_WAITS_GUEST;
	if (conn->watch.want_write)
		flags |= VSOCK_BRIDGE_CONN_WAITS_HOST;
	return flags;
}

static void vsb_conn_list_fill(struct vsock_bridge_conn *to,
			       const struct vsb_conn *conn)
{
	*to = (struct vsock_bridge_conn) {
		.id = conn->id,
		.host_port = conn->flow.host_port,
		.guest_port = conn->flow.guest_port,
		.type = conn->type,
		.state = conn->cs.state,
		.flags = vsb_conn_list_flags(conn),
		.buffered = conn->buffer.bytes.len,
		.tx_credit = conn->credit.buf_alloc -
			     vsb_credit_unread(&conn->credit),
		.rx_credit = vsb_credit_free(&conn->credit),
		.tx_bytes = conn->tx_bytes,
		.rx_bytes = conn->rx_bytes,
		.age_ms = div_u64(ktime_get_ns() - conn->began_at,
				  NSEC_PER_MSEC),
	};
	vsb_end_peer(conn->end, &to->pid, &to->uid);
}

/* Describes the connections with an ID above @after. Return: their number. */
static long vsb_conn_list_collect(const struct vsb_conns *conns, u64 after,
				  struct vsock_bridge_conn *to, u32 max)
{
	struct vsb_conn *conn;
	long nr = 0;

	if (after >= conns->last_id)
		return 0;
	list_for_each_entry(conn, &conns->all, all) {
		if (nr == max)
			break;
		if (conn->id > after)
			vsb_conn_list_fill(&to[nr++], conn);
	}
	return nr;
}

static long vsb_conn_list_copy(const struct vsock_bridge_conns *arg,
			       const struct vsock_bridge_conn *from, u32 nr)
{
	char __user *to = u64_to_user_ptr(arg->conns);
	size_t known = min_t(size_t, arg->conn_size, sizeof(*from));
	u32 i;

	for (i = 0; i < nr; i++, to += arg->conn_size) {
		if (copy_to_user(to, &from[i], known) ||
		    clear_user(to + known, arg->conn_size - known))
			return -EFAULT;
	}
	return 0;
}

static long vsb_conn_list_snapshot(struct vsb_dev *dev, u64 after,
				   struct vsock_bridge_conn *to, u32 max)
{
	long ret = vsb_dev_enter(dev);

	if (ret)
		return ret;
	ret = vsb_conn_list_collect(&dev->dp.conns, after, to, max);
	vsb_dev_leave(dev);
	return ret;
}

/*
 * The connections are copied without the lock, because an access to the
 * caller's memory may block.
 */
long vsb_get_conns(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_conns *list = arg;
	struct vsock_bridge_conn *conns;
	u32 room = min_t(u32, list->nr, VSOCK_BRIDGE_MAX_CONNS);
	long ret;

	if (list->reserved || list->conn_size < VSB_CONN_SIZE_MIN ||
	    list->conn_size > PAGE_SIZE)
		return -EINVAL;
	conns = kvmalloc_array(max(room, 1U), sizeof(*conns),
			       GFP_KERNEL_ACCOUNT);
	if (!conns)
		return -ENOMEM;
	ret = vsb_conn_list_snapshot(dev, list->after, conns, room);
	if (ret >= 0) {
		list->nr = ret;
		if (list->nr)
			list->after = conns[list->nr - 1].id;
		ret = vsb_conn_list_copy(list, conns, list->nr);
	}
	kvfree(conns);
	return ret;
}

static struct vsb_conn *vsb_conn_list_find(const struct vsb_conns *conns, u64 id)
{
	struct vsb_conn *conn;

	if (id > conns->last_id)
		return NULL;
	list_for_each_entry(conn, &conns->all, all) {
		if (conn->id == id)
			return conn;
	}
	return NULL;
}

long vsb_drop_conn(struct vsb_dev *dev, void *arg)
{
	const struct vsock_bridge_drop *drop = arg;
	struct vsb_datapath *dp = &dev->dp;
	struct vsb_conn *conn;

	if (drop->reserved)
		return -EINVAL;
	conn = vsb_conn_list_find(&dp->conns, drop->id);
	if (!conn || conn->cs.state == VSB_DEAD)
		return -ENOENT;
	vsb_conn_abort(conn, VSB_REASON_DROPPED, VSB_EV_RESET);
	/* the next round sends the RST */
	vsb_queue_schedule(&dp->queue[VSB_RX]);
	return 0;
}
