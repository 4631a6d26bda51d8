// SPDX-License-Identifier: GPL-2.0
/*
 * The capabilities of the module and the counters of a device:
 * VSOCK_BRIDGE_GET_INFO and VSOCK_BRIDGE_GET_STATS.
 */
#include <linux/vsock_bridge.h>

#include "dev/dev.h"
#include "dev/features.h"
#include "dev/info.h"

static const struct vsock_bridge_info vsb_info = {
	.size = sizeof(vsb_info),
	.abi_version = VSOCK_BRIDGE_ABI_VERSION,
	.version = VSB_VERSION,
	.virtio_features = VSB_VIRTIO_FEATURES,
	.max_path = VSOCK_BRIDGE_PATH_MAX,
	.max_ports = VSOCK_BRIDGE_MAX_PORTS,
	.max_connections = VSOCK_BRIDGE_MAX_CONNECTIONS,
	.max_handshakes = VSOCK_BRIDGE_MAX_HANDSHAKES,
	.max_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS,
	.max_host_port = VSOCK_BRIDGE_MAX_HOST_PORT,
	.min_buf_alloc = VSOCK_BRIDGE_MIN_BUF_ALLOC,
	.max_buf_alloc = VSOCK_BRIDGE_MAX_BUF_ALLOC,
	.min_buffered = VSOCK_BRIDGE_MIN_BUFFERED,
	.max_buffered = VSOCK_BRIDGE_MAX_BUFFERED,
	.max_message = VSOCK_BRIDGE_MAX_MESSAGE,
};

/*
 * @dev is NULL on a control descriptor: the answer is the same for all devices.
 */
long vsb_get_info(struct vsb_dev *dev, void *arg)
{
	struct vsock_bridge_info *info = arg;

	*info = vsb_info;
	return 0;
}

long vsb_get_stats(struct vsb_dev *dev, void *arg)
{
	struct vsb_datapath *dp = &dev->dp;
	struct vsock_bridge_stats *stats = arg;

	*stats = dp->ctx.stats;
	stats->size = sizeof(*stats);
	stats->connections = dp->conns.nr - dp->conns.nr_lingering;
	stats->handshakes = dp->conns.nr_handshakes;
	stats->lingering = dp->conns.nr_lingering;
	stats->connects_pending = dp->conns.nr_connecting;
	stats->rsts_pending = dp->conns.rsts.count;
	stats->rx_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_RX]);
	stats->tx_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_TX]);
	stats->ev_queue_event_count = vsb_queue_kicks(&dp->queue[VSB_EVENT]);
	return 0;
}
