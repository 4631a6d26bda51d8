// SPDX-License-Identifier: GPL-2.0
/*
 * vsock_bridge: a guest's virtio-vsock device, bridged to AF_UNIX sockets.
 */
#include <linux/module.h>

#include "conn/conn.h"
#include "dev/dev.h"
#include "host/unix/end.h"
#include "host/unix/ownfile.h"

static int __init vsb_init(void)
{
	int ret;

	ret = vsb_unix_init_module();
	if (ret)
		return ret;
	ret = vsb_conn_init_module();
	if (ret)
		goto err_unix;
	ret = vsb_ownfile_init_module();
	if (ret)
		goto err_conn;
	ret = vsb_dev_register();
	if (ret)
		goto err_ownfile;
	return 0;

err_ownfile:
	vsb_ownfile_exit_module();
err_conn:
	vsb_conn_exit_module();
err_unix:
	vsb_unix_exit_module();
	return ret;
}

/* Devices that are about to end use what is below them. */
static void __exit vsb_exit(void)
{
	vsb_dev_unregister();
	vsb_ownfile_exit_module();
	vsb_conn_exit_module();
	vsb_unix_exit_module();
}

module_init(vsb_init);
module_exit(vsb_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(VSB_VERSION);
MODULE_AUTHOR("The vsock_bridge developers");
MODULE_DESCRIPTION("virtio-vsock device bridged to AF_UNIX sockets");
