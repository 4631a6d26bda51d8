// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's CID: VHOST_VSOCK_SET_GUEST_CID. If the device has no host end and
 * there is a template, the template's host end is installed with the CID:
 * either both are set, or none.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/vm_sockets.h>
#include <linux/vsock_bridge.h>

#include "base/log.h"
#include "datapath/life.h"
#include "dev/cid.h"
#include "dev/dev.h"
#include "dev/host_end.h"
#include "dev/template.h"

/*
 * Return: true if no template applies, because the caller has chosen a host end
 * or the template's host end for this CID is already installed.
 */
static bool vsb_cid_host_end_fits(const struct vsb_dev *dev,
				  const struct vsb_name *name)
{
	const struct vsb_host_end_view *end = &dev->end;

	if (!end->flags)
		return vsb_routes_are_chosen(&dev->dp.routes);
	return !(end->flags & VSOCK_BRIDGE_DEVICE_TEMPLATE) ||
	       (end->name.len == name->len &&
		!memcmp(end->name.text, name->text, name->len));
}

/* Sets only the CID. */
static long vsb_cid_set(struct vsb_dev *dev, u64 cid)
{
	long ret = vsb_dev_enter(dev);

	if (ret)
		return ret;
	ret = vsb_datapath_set_cid(&dev->dp, cid);
	vsb_dev_leave(dev);
	return ret;
}

/* Builds the template's host end and sets both; the caller has reserved it. */
static long vsb_cid_set_both(struct vsb_dev *dev, u64 cid,
			     const struct vsb_name *name)
{
	struct vsb_host_end end = {};
	long built = vsb_template_build(&end, name);
	long dead = vsb_host_end_lock(&end, dev);
	long ret = built ?: dead;

	ret = ret ?: vsb_datapath_set_cid(&dev->dp, cid);
	if (!ret)
		vsb_host_end_install(&end, dev);
	vsb_host_end_unlock(dev);
	vsb_host_end_discard(&end);
	return ret;
}

/* Reserves the host end, or sets only the CID: then @reserved is false. */
static long vsb_cid_begin(struct vsb_dev *dev, u64 cid,
			  const struct vsb_name *name, bool *reserved)
{
	struct vsb_datapath *dp = &dev->dp;
	long ret = vsb_dev_enter(dev);

	*reserved = false;
	if (ret)
		return ret;
	if (vsb_cid_host_end_fits(dev, name)) {
		ret = vsb_datapath_set_cid(dp, cid);
	} else if (dev->configuring || (dp->running && cid != dp->guest_cid)) {
		ret = -EBUSY;
	} else {
		dev->configuring = true;
		*reserved = true;
	}
	vsb_dev_leave(dev);
	return ret;
}

static long vsb_cid_set_by_template(struct vsb_dev *dev, u64 cid,
				    const struct vsb_name *name)
{
	bool reserved;
	long ret = vsb_cid_begin(dev, cid, name, &reserved);

	if (reserved)
		ret = vsb_cid_set_both(dev, cid, name);
	if (ret && ret != -EINTR)
		vsb_dev_warn(&dev->dp.ctx, "uds_template: %.*s: error %ld, CID not set\n",
			     (int)name->len, name->text, ret);
	return ret;
}

/*
 * Reserved CIDs are refused as in vhost-vsock. Several devices may have the
 * same CID, because their sockets tell them apart.
 */
long vsb_set_guest_cid(struct vsb_dev *dev, void *arg)
{
	u64 cid = *(u64 *)arg;
	struct vsb_name name;

	if (cid <= VMADDR_CID_HOST || cid >= VMADDR_CID_ANY)
		return -EINVAL;
	if (vsb_template_expand(&name, cid))
		return vsb_cid_set_by_template(dev, cid, &name);
	return vsb_cid_set(dev, cid);
}
