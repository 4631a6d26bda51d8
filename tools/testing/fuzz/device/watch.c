// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "deadline.h"
#include "watch.h"

/* A call waits for a round of the worker at most; under emulation that is. */
#define HANG_NS	60000000000ULL

struct watch *watch;
static __thread struct watch_slot *mine;

int watch_init(void)
{
	watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return watch == MAP_FAILED ? -errno : 0;
}

void watch_take(unsigned int i)
{
	mine = &watch->slot[i];
}

void watch_enter(unsigned long request)
{
	if (!mine)
		return;
	mine->request = request;
	mine->since = now_ns();
}

void watch_leave(void)
{
	if (mine)
		mine->since = 0;
}

void watch_reset(void)
{
	for (unsigned int i = 0; i < WATCH_SLOTS; i++)
		watch->slot[i].since = 0;
}

bool watch_hangs(void)
{
	uint64_t now = now_ns();

	for (unsigned int i = 0; i < WATCH_SLOTS; i++) {
		const struct watch_slot *slot = &watch->slot[i];
		uint64_t since = slot->since;

		if (!since || now < since || now - since < HANG_NS)
			continue;
		printf("# round %llu: request %#lx of thread %u hangs\n",
		       (unsigned long long)watch->round, slot->request, i);
		return true;
	}
	return false;
}

/* The counters: all that is in the structure but its head and the gauges. */
#define FIRST	(offsetof(struct vsock_bridge_stats, rx_queue_event_count) / 8)
#define LAST	(sizeof(struct vsock_bridge_stats) / 8)

void watch_count(const struct vsock_bridge_stats *stats)
{
	const uint64_t *from = (const uint64_t *)stats;
	uint64_t *to = (uint64_t *)&watch->sum;

	for (size_t i = FIRST; i < LAST; i++)
		to[i] += from[i];
}

#define NAME(field)	{ #field, offsetof(struct vsock_bridge_stats, field) }
static const struct {
	const char *name;
	size_t offset;
} names[] = {
	NAME(rx_packets_count), NAME(tx_packets_count), NAME(rx_bytes_count),
	NAME(tx_bytes_count), NAME(conns_added), NAME(conns_killed),
	NAME(rsts_sent), NAME(events_sent),
	NAME(desc_chain_too_short_for_header),
	NAME(desc_chain_too_short_for_packet), NAME(invalid_pkt_len),
	NAME(unreadable_descriptor), NAME(unwritable_descriptor),
	NAME(desc_chain_overflow), NAME(iov_overflow), NAME(guest_memory),
	NAME(guest_memory_bounds), NAME(vring_broken), NAME(virtio_state),
	NAME(bad_src_cid), NAME(bad_dst_cid), NAME(bad_type), NAME(bad_op),
	NAME(unknown_flow), NAME(over_credit), NAME(over_buffered),
	NAME(too_many_connections), NAME(rst_overflow),
	NAME(tx_write_fails), NAME(tx_flush_fails), NAME(rx_read_fails),
	NAME(unix_connect_fails), NAME(unix_bind_fails),
	NAME(unix_accept_fails), NAME(invalid_port_request),
	NAME(handshake_timeouts), NAME(connect_timeouts),
	NAME(shutdown_timeouts), NAME(handshake_evictions),
	NAME(host_ports_exhausted), NAME(ports_denied),
	NAME(oversized_messages), NAME(seqpacket_refused), NAME(empty_queue),
	NAME(no_data), NAME(no_memory), NAME(activate_fails),
	NAME(cfg_fails), NAME(event_fd_fails),
};

/* What the storm has reached in the device. */
void watch_print(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t value;

		memcpy(&value, (const char *)&watch->sum + names[i].offset,
		       sizeof(value));
		printf("# %s %llu\n", names[i].name,
		       (unsigned long long)value);
	}
}
