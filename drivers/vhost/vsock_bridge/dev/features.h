/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtio and vhost features that the device offers.
 */
#ifndef VSB_FEATURES_H
#define VSB_FEATURES_H

#include <linux/bits.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <linux/virtio_vsock.h>

struct vsb_dev;

#define VSB_VIRTIO_FEATURES						\
	(BIT_ULL(VIRTIO_F_NOTIFY_ON_EMPTY) |				\
	 BIT_ULL(VHOST_F_LOG_ALL) |					\
	 BIT_ULL(VIRTIO_F_ANY_LAYOUT) |					\
	 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |				\
	 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |				\
	 BIT_ULL(VIRTIO_F_VERSION_1) |					\
	 BIT_ULL(VIRTIO_F_IN_ORDER) |					\
	 BIT_ULL(VIRTIO_VSOCK_F_SEQPACKET))

long vsb_get_features(struct vsb_dev *dev, void *arg);
long vsb_set_features(struct vsb_dev *dev, void *arg);
long vsb_get_backend_features(struct vsb_dev *dev, void *arg);
long vsb_set_backend_features(struct vsb_dev *dev, void *arg);

#endif /* VSB_FEATURES_H */
