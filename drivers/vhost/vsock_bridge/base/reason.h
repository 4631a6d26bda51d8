/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The error cases of a device. Each has a counter of its name in struct
 * vsock_bridge_stats, a trace event vsb_<name>, and a row that says when it
 * happens in Documentation/userspace-api/vsock_bridge_errors.rst.
 */
#ifndef VSB_ERRORS_H
#define VSB_ERRORS_H

#define VSB_ERRORS(ERROR)			\
	ERROR(desc_chain_too_short_for_header)	\
	ERROR(desc_chain_too_short_for_packet)	\
	ERROR(invalid_pkt_len)			\
	ERROR(unreadable_descriptor)		\
	ERROR(unwritable_descriptor)		\
	ERROR(desc_chain_overflow)		\
	ERROR(iov_overflow)			\
	ERROR(guest_memory)			\
	ERROR(vring_broken)			\
	ERROR(bad_src_cid)			\
	ERROR(bad_dst_cid)			\
	ERROR(bad_type)				\
	ERROR(bad_op)				\
	ERROR(unknown_flow)			\
	ERROR(over_credit)			\
	ERROR(tx_write_fails)			\
	ERROR(rx_read_fails)			\
	ERROR(too_many_connections)		\
	ERROR(rst_overflow)			\
	ERROR(no_memory)			\
	ERROR(unix_connect_fails)		\
	ERROR(unix_accept_fails)		\
	ERROR(invalid_port_request)		\
	ERROR(handshake_timeouts)		\
	ERROR(connect_timeouts)			\
	ERROR(shutdown_timeouts)		\
	ERROR(handshake_evictions)		\
	ERROR(host_ports_exhausted)		\
	ERROR(ports_denied)			\
	ERROR(over_buffered)			\
	ERROR(oversized_messages)		\
	ERROR(seqpacket_refused)		\
	ERROR(activate_fails)			\
	ERROR(cfg_fails)			\
	ERROR(rx_queue_event_fails)		\
	ERROR(tx_queue_event_fails)		\
	ERROR(ev_queue_event_fails)		\
	ERROR(event_fd_fails)			\
	ERROR(virtio_state)			\
	ERROR(unix_bind_fails)			\
	ERROR(tx_flush_fails)			\
	ERROR(guest_memory_bounds)		\
	ERROR(no_data)				\
	ERROR(empty_queue)			\
	ERROR(muxer_event_fails)		\
	ERROR(conn_event_fails)			\
	ERROR(killq_resync)			\
	ERROR(pkt_buf_missing)

#endif /* VSB_ERRORS_H */
