// SPDX-License-Identifier: GPL-2.0
/*
 * vsock_bridge: a guest's virtio-vsock device, bridged to AF_UNIX sockets.
 */
#include <linux/module.h>

#include "conn/conn.h"
#include "dev/dev.h"
#include "dev/nodes.h"
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
	ret = vsb_dev_init_module();
	if (ret)
		goto err_ownfile;
	ret = vsb_nodes_register();
	if (ret)
		goto err_dev;
	return 0;

err_dev:
	vsb_dev_exit_module();
err_ownfile:
	vsb_ownfile_exit_module();
err_conn:
	vsb_conn_exit_module();
err_unix:
	vsb_unix_exit_module();
	return ret;
}

/* In reverse order, because a device in its teardown uses the lower parts. */
static void __exit vsb_exit(void)
{
	vsb_nodes_unregister();
	vsb_dev_exit_module();
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
