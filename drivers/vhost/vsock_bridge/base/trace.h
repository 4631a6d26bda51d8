/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events: errors, the start and end of connections, bytes and stalls of
 * connections, credit, kicks and calls.
 *
 * Each event names the device by its number, see VSOCK_BRIDGE_GET_STATS.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vsock_bridge

#if !defined(VSB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSB_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

/* An error of a connection or of a packet; with ports 0, of the device. */
TRACE_EVENT(vsb_error,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, const char *reason),
	TP_ARGS(device, host_port, guest_port, reason),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__array(char, reason, 32)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		strscpy_pad(__entry->reason, reason, sizeof(__entry->reason));
	),
	TP_printk("dev=%u host_port=%u guest_port=%u reason=%s",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->reason)
);

/* The device has put an RST into the RX queue. */
TRACE_EVENT(vsb_rst_sent,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port),
	TP_ARGS(device, host_port, guest_port),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
	),
	TP_printk("dev=%u host_port=%u guest_port=%u",
		  __entry->device, __entry->host_port, __entry->guest_port)
);

/* The begin or the end of a connection. */
DECLARE_EVENT_CLASS(vsb_conn,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	TP_ARGS(device, host_port, guest_port, by_guest),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__field(bool, by_guest)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		__entry->by_guest = by_guest;
	),
	TP_printk("dev=%u host_port=%u guest_port=%u by=%s",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->by_guest ? "guest" : "host")
);

/* The connection uses its ports: the guest knows it, or gets a packet soon. */
DEFINE_EVENT(vsb_conn, vsb_conn_added,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* The ports of the connection are free again. */
DEFINE_EVENT(vsb_conn, vsb_conn_removed,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* The guest and the host program are connected. */
DEFINE_EVENT(vsb_conn, vsb_conn_accepted,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* The connection has ended, or ends when its last bytes are read. */
TRACE_EVENT(vsb_conn_ended,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest,
		 const char *reason),
	TP_ARGS(device, host_port, guest_port, by_guest, reason),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__field(bool, by_guest)
		__array(char, reason, 32)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		__entry->by_guest = by_guest;
		strscpy_pad(__entry->reason, reason, sizeof(__entry->reason));
	),
	TP_printk("dev=%u host_port=%u guest_port=%u by=%s reason=%s",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->by_guest ? "guest" : "host", __entry->reason)
);

/* Bytes of a connection wait; with ports 0, those of all connections. */
TRACE_EVENT(vsb_stall,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, const char *cause),
	TP_ARGS(device, host_port, guest_port, cause),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__array(char, cause, 16)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		strscpy_pad(__entry->cause, cause, sizeof(__entry->cause));
	),
	TP_printk("dev=%u host_port=%u guest_port=%u cause=%s",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->cause)
);

/* The credit that one side reports (virtio 1.3, 5.10.6.3). */
DECLARE_EVENT_CLASS(vsb_credit,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 buf_alloc,
		 u32 fwd_cnt),
	TP_ARGS(device, host_port, guest_port, buf_alloc, fwd_cnt),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__field(u32, buf_alloc)
		__field(u32, fwd_cnt)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		__entry->buf_alloc = buf_alloc;
		__entry->fwd_cnt = fwd_cnt;
	),
	TP_printk("dev=%u host_port=%u guest_port=%u buf_alloc=%u fwd_cnt=%u",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->buf_alloc, __entry->fwd_cnt)
);

/* A packet of the guest, of any type, has changed the guest's credit. */
DEFINE_EVENT(vsb_credit, vsb_credit_received,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 buf_alloc,
		      u32 fwd_cnt),
	     TP_ARGS(device, host_port, guest_port, buf_alloc, fwd_cnt));

/* The device has sent its credit in a CREDIT_UPDATE. */
DEFINE_EVENT(vsb_credit, vsb_credit_sent,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 buf_alloc,
		      u32 fwd_cnt),
	     TP_ARGS(device, host_port, guest_port, buf_alloc, fwd_cnt));

/* Bytes that one call has moved, or several calls if one was cut short. */
DECLARE_EVENT_CLASS(vsb_bytes,
	TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 bytes),
	TP_ARGS(device, host_port, guest_port, bytes),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, host_port)
		__field(u32, guest_port)
		__field(u32, bytes)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->host_port = host_port;
		__entry->guest_port = guest_port;
		__entry->bytes = bytes;
	),
	TP_printk("dev=%u host_port=%u guest_port=%u bytes=%u",
		  __entry->device, __entry->host_port, __entry->guest_port,
		  __entry->bytes)
);

/* The guest has sent the bytes; they are about to go to the host socket. */
DEFINE_EVENT(vsb_bytes, vsb_tx_bytes,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 bytes),
	     TP_ARGS(device, host_port, guest_port, bytes));

/* The device has read the bytes from the host socket into the RX buffers. */
DEFINE_EVENT(vsb_bytes, vsb_rx_bytes,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 bytes),
	     TP_ARGS(device, host_port, guest_port, bytes));

/* An event of a virtqueue: 0 is RX, 1 is TX, 2 is the event queue. */
DECLARE_EVENT_CLASS(vsb_queue,
	TP_PROTO(u32 device, u32 queue),
	TP_ARGS(device, queue),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, queue)
	),
	TP_fast_assign(
		__entry->device = device;
		__entry->queue = queue;
	),
	TP_printk("dev=%u queue=%u", __entry->device, __entry->queue)
);

/* The driver has kicked the queue. Runs in the context of a vCPU or of QEMU. */
DEFINE_EVENT(vsb_queue, vsb_kick,
	     TP_PROTO(u32 device, u32 queue), TP_ARGS(device, queue));

/* The device interrupts the guest for the queue. */
DEFINE_EVENT(vsb_queue, vsb_call,
	     TP_PROTO(u32 device, u32 queue), TP_ARGS(device, queue));

#endif /* VSB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
