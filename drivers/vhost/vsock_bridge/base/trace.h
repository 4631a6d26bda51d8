/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events: the error cases, the life of connections, their bytes, what they
 * wait for, credit, kicks and calls.
 *
 * Each names the device by the number that VSOCK_BRIDGE_GET_STATS tells.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vsock_bridge

#if !defined(VSB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSB_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

/* An error, about a connection, a packet, or (ports 0) the device. */
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

/* An RST was given to the guest. */
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

/* The beginning or the end of a connection. */
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

/* The guest knows it by its ports, or is about to hear of it. */
DEFINE_EVENT(vsb_conn, vsb_conn_added,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* The ports are free again. */
DEFINE_EVENT(vsb_conn, vsb_conn_removed,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* Both sides are connected. */
DEFINE_EVENT(vsb_conn, vsb_conn_accepted,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, bool by_guest),
	     TP_ARGS(device, host_port, guest_port, by_guest));

/* It has ended, or will when its last bytes are read. */
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

/* Bytes wait; the ports are 0 where all of the device's do. */
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

/* What one side says of its buffer; virtio 1.3, 5.10.6.3. */
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

/* The guest has said something new of its own, in whatever packet. */
DEFINE_EVENT(vsb_credit, vsb_credit_received,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 buf_alloc,
		      u32 fwd_cnt),
	     TP_ARGS(device, host_port, guest_port, buf_alloc, fwd_cnt));

/* A CREDIT_UPDATE has reported the device's own buffer. */
DEFINE_EVENT(vsb_credit, vsb_credit_sent,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 buf_alloc,
		      u32 fwd_cnt),
	     TP_ARGS(device, host_port, guest_port, buf_alloc, fwd_cnt));

/* Bytes that one call has moved, or several where it was cut short. */
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

/* The guest has sent them; they are about to go to the host socket. */
DEFINE_EVENT(vsb_bytes, vsb_tx_bytes,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 bytes),
	     TP_ARGS(device, host_port, guest_port, bytes));

/* They were read from the host socket, and are in the guest's buffers. */
DEFINE_EVENT(vsb_bytes, vsb_rx_bytes,
	     TP_PROTO(u32 device, u32 host_port, u32 guest_port, u32 bytes),
	     TP_ARGS(device, host_port, guest_port, bytes));

/* About a virtqueue: 0 RX, 1 TX, 2 events. */
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

/* The guest has put something into it. In its context, or QEMU's. */
DEFINE_EVENT(vsb_queue, vsb_kick,
	     TP_PROTO(u32 device, u32 queue), TP_ARGS(device, queue));

/* The guest is interrupted for it. */
DEFINE_EVENT(vsb_queue, vsb_call,
	     TP_PROTO(u32 device, u32 queue), TP_ARGS(device, queue));

#endif /* VSB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
