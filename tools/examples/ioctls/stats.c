// SPDX-License-Identifier: GPL-2.0
/* Statistics: how many bytes a guest has moved. */
#include <errno.h>
#include <linux/vsock_bridge.h>
#include <stdint.h>
#include <sys/ioctl.h>

/* TX is what the guest has sent, RX what it was given. */
int stats_bytes(int fd, uint64_t *tx, uint64_t *rx)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VSOCK_BRIDGE_GET_STATS, &stats))
		return -errno;
	*tx = stats.tx_bytes_count;
	*rx = stats.rx_bytes_count;
	return 0;
}
