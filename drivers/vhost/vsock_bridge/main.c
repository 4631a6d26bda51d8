// SPDX-License-Identifier: GPL-2.0
/*
 * vsock_bridge: a guest's virtio-vsock device, bridged to AF_UNIX sockets.
 */
#include <linux/module.h>

#include "dev.h"

static int __init vsb_init(void)
{
	return vsb_dev_register();
}

static void __exit vsb_exit(void)
{
	vsb_dev_unregister();
}

module_init(vsb_init);
module_exit(vsb_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(VSB_VERSION);
MODULE_AUTHOR("The vsock_bridge developers");
MODULE_DESCRIPTION("virtio-vsock device bridged to AF_UNIX sockets");
