// SPDX-License-Identifier: GPL-2.0
/*
 * The template: the module parameter uds_template names the host end of devices
 * whose VMM opens the node itself and does not configure a host end.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/vsock_bridge.h>

#include "base/log.h"
#include "dev/host_end.h"
#include "dev/template.h"

/* The placeholder of the guest's CID, and the length of the longest CID. */
#define VSB_TEMPLATE_CID	"%u"
#define VSB_TEMPLATE_CID_MAX	(sizeof("4294967294") - 1)

/* Empty if there is no template. The lock of module parameters protects it. */
static char vsb_template[VSOCK_BRIDGE_PATH_MAX + 1];

/* Return: true for an absolute path with exactly one placeholder. */
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
	/* a write to sysfs usually ends with a newline */
	size_t len = strcspn(text, "\n");

	if (len && !vsb_template_ok(text, len)) {
		pr_err("uds_template: %.*s: not an absolute path with one %%u for the CID and at most %d bytes, refused\n",
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
		 "socket path of a device without a host end, with %u for the guest's CID (default: none)");

/* Return: true with the name for @cid, or false if there is no template. */
bool vsb_template_expand(struct vsb_name *name, u64 cid)
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
 * vsb_template_build() - build a host end as if the caller had set it
 * @end: the host end; zeroed by the caller
 * @name: the expanded template
 *
 * The socket file is removed with the host end.
 *
 * Return: 0, or an error as from vsb_host_end_build().
 */
long vsb_template_build(struct vsb_host_end *end, const struct vsb_name *name)
{
	struct vsb_host_end_plan plan = {
		.name = *name,
		.sockfile = { .uid = INVALID_UID, .gid = INVALID_GID },
		.unlink_on_close = true,
	};
	long ret = vsb_host_end_build(end, &plan);

	if (!ret)
		end->view.flags |= VSOCK_BRIDGE_DEVICE_TEMPLATE;
	return ret;
}
