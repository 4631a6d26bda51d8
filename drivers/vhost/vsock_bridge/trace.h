/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events: the error cases, and the life of connections.
 *
 * Each names the device by the number that VSOCK_BRIDGE_GET_STATS tells.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vsock_bridge

#if !defined(VSB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSB_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

#include "errors.h"

/* Something about a flow, or about none: then the ports are 0. */
DECLARE_EVENT_CLASS(vsb_flow,
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

#define VSB_FLOW_EVENT(name)						\
	DEFINE_EVENT(vsb_flow, vsb_##name,				\
		     TP_PROTO(u32 device, u32 host_port, u32 guest_port), \
		     TP_ARGS(device, host_port, guest_port));

VSB_ERRORS(VSB_FLOW_EVENT)

/* An RST was given to the guest. */
VSB_FLOW_EVENT(rst_sent)

#undef VSB_FLOW_EVENT

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

#endif /* VSB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
