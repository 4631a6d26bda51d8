// SPDX-License-Identifier: GPL-2.0
/*
 * The virtio and vhost features: VHOST_GET_FEATURES, VHOST_SET_FEATURES, and
 * the same ioctls for backend features. The device has no backend features.
 */
#include <linux/errno.h>
#include <linux/vhost.h>

#include "datapath/life.h"
#include "dev/dev.h"
#include "dev/features.h"

long vsb_get_features(struct vsb_dev *dev, void *arg)
{
	*(u64 *)arg = VSB_VIRTIO_FEATURES;
	return 0;
}

long vsb_set_features(struct vsb_dev *dev, void *arg)
{
	struct vsb_datapath *dp = &dev->dp;
	u64 features = *(u64 *)arg;
	bool log_all;

	/* as in vhost: a bit that is not offered is not supported */
	if (features & ~VSB_VIRTIO_FEATURES)
		return -EOPNOTSUPP;
	log_all = features & BIT_ULL(VHOST_F_LOG_ALL);
	if (dp->running && !vsb_datapath_log_fits(dp, dp->log.base, log_all))
		return -EFAULT;
	/* accepted while the guest runs, because a migration needs that */
	vsb_datapath_set_features(dp, features);
	return 0;
}

long vsb_get_backend_features(struct vsb_dev *dev, void *arg)
{
	*(u64 *)arg = 0;
	return 0;
}

long vsb_set_backend_features(struct vsb_dev *dev, void *arg)
{
	return *(u64 *)arg ? -EOPNOTSUPP : 0;
}
