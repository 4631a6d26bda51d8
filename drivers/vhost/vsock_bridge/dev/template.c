// SPDX-License-Identifier: GPL-2.0
/*
 * Where a device is whose VMM opens the node itself and knows nothing of host
 * ends: the module parameter uds_template.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/vsock_bridge.h>

#include "base/log.h"
#include "dev/dev.h"

/* What stands for the guest's CID in it, and the longest that one can be. */
#define VSB_TEMPLATE_CID	"%u"
#define VSB_TEMPLATE_CID_MAX	(sizeof("4294967294") - 1)

/* Under the lock of the module's parameters. */
static char vsb_template[VSOCK_BRIDGE_PATH_MAX + 1];

/* A path from the root, with the CID in one place. */
static bool vsb_template_ok(const char *text, size_t len)
{
	const char *cid = strnstr(text, VSB_TEMPLATE_CID, len);
	size_t max = len - strlen(VSB_TEMPLATE_CID) + VSB_TEMPLATE_CID_MAX;

	return text[0] == '/' && cid && memchr(text, '%', len) == cid &&
	       !memchr(cid + 1, '%', text + len - cid - 1) &&
	       max <= VSOCK_BRIDGE_PATH_MAX;
}

static int vsb_template_set(const char *text, const struct kernel_param *kp)
{
	/* who writes to sysfs ends the line */
	size_t len = strcspn(text, "\n");

	if (len && !vsb_template_ok(text, len)) {
		pr_err("uds_template: %.*s: not an absolute path with one %%u for the CID, of at most %d bytes\n",
		       (int)len, text, VSOCK_BRIDGE_PATH_MAX);
		return -EINVAL;
	}
	memcpy(vsb_template, text, len);
	vsb_template[len] = '\0';
	return 0;
}

static int vsb_template_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", vsb_template);
}

static const struct kernel_param_ops vsb_template_ops = {
	.set = vsb_template_set,
	.get = vsb_template_get,
};

module_param_cb(uds_template, &vsb_template_ops, NULL, 0644);
MODULE_PARM_DESC(uds_template,
		 "socket path of a device without one, %u being the guest's CID; none by default");

/* Return: is there one? */
static bool vsb_template_expand(struct vsb_name *name, u64 cid)
{
	const char *at;

	kernel_param_lock(THIS_MODULE);
	at = strstr(vsb_template, VSB_TEMPLATE_CID);
	if (at)
		name->len = scnprintf(name->text, sizeof(name->text),
				      "%.*s%llu%s", (int)(at - vsb_template),
				      vsb_template, cid,
				      at + strlen(VSB_TEMPLATE_CID));
	kernel_param_unlock(THIS_MODULE);
	return at;
}

/**
 * vsb_template_set_cid() - VHOST_VSOCK_SET_GUEST_CID
 * @dev: the device
 * @cid: a CID that a guest may have
 *
 * Where the device has no host end, and there is a template, it is bound as if
 * the current process had said so.
 *
 * Return: 0, -EBUSY when a running guest would change its CID, or an error as of
 * VSOCK_BRIDGE_SET_UDS.
 */
long vsb_template_set_cid(struct vsb_dev *dev, u64 cid)
{
	struct vsb_name name;
	bool named = vsb_template_expand(&name, cid);
	long ret = vsb_uds_set_cid(dev, cid, named ? &name : NULL);

	if (named && ret && ret != -EINTR)
		vsb_dev_warn(&dev->dp.ctx, "uds_template: %.*s: error %ld, CID not set\n",
			     (int)name.len, name.text, ret);
	return ret;
}
