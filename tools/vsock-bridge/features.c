// SPDX-License-Identifier: GPL-2.0
/*
 * Names of feature bits. The numbers are those of the virtio specification and
 * of <linux/vhost_types.h>: older systems' headers lack some of them.
 */
#include <linux/vsock_bridge.h>

#include "features.h"

const struct feature module_features[] = {
	{ 0, "UDS_PATH" },
	{ 1, "UDS_ABSTRACT" },
	{ 2, "UDS_OWNER" },
	{ 3, "UDS_REPLACE" },
	{ 4, "EVICTION" },
	{ 5, "HOST_PORTS" },
	{ 6, "UDS_FDS" },
	{ 7, "UDS_ONE_WAY" },
	{ 8, "PORT_MAP" },
	{ 9, "MAX_BUFFERED" },
	{ 10, "SEQPACKET" },
	{ 11, "EVENT_QUEUE" },
	{ 12, "CONTROL" },
	{}
};

const struct feature virtio_features[] = {
	{ 0, "STREAM" },
	{ 1, "SEQPACKET" },
	{ 2, "NO_IMPLIED_STREAM" },
	{ 24, "NOTIFY_ON_EMPTY" },
	{ 26, "LOG_ALL" },
	{ 27, "ANY_LAYOUT" },
	{ 28, "INDIRECT_DESC" },
	{ 29, "EVENT_IDX" },
	{ 32, "VERSION_1" },
	{ 33, "ACCESS_PLATFORM" },
	{ 34, "RING_PACKED" },
	{ 35, "IN_ORDER" },
	{ 36, "ORDER_PLATFORM" },
	{ 37, "SR_IOV" },
	{ 38, "NOTIFICATION_DATA" },
	{ 39, "NOTIF_CONFIG_DATA" },
	{ 40, "RING_RESET" },
	{}
};

__u64 features_unknown(const struct feature *table, __u64 bits)
{
	for (; table->name; table++)
		bits &= ~(1ULL << table->bit);
	return bits;
}
