// SPDX-License-Identifier: GPL-2.0
/*
 * The owner of a device: VHOST_SET_OWNER.
 */
#include <linux/errno.h>
#include <linux/sched/mm.h>

#include "datapath/life.h"
#include "dev/dev.h"
#include "dev/identity.h"
#include "dev/owner.h"

/*
 * Keeps the shared sockets open. Return: 0, or -EBADF if all processes have
 * closed one of them.
 */
static long vsb_owner_pin_listeners(struct vsb_dev *dev)
{
	long ret = 0;
	int i;

	mutex_lock(&dev->dp.lock);
	for (i = 0; i < VSB_LISTENERS && !ret; i++)
		ret = vsb_listener_pin(&dev->dp.listener[i]);
	vsb_dev_leave(dev);
	return ret;
}

static void vsb_owner_remember(struct vsb_dev *dev, struct vsb_identity *owner)
{
	mmgrab(current->mm);
	dev->owner_mm = current->mm;
	spin_lock(&dev->view_lock);
	dev->owned_by = owner;
	spin_unlock(&dev->view_lock);
}

/* The device has an owner from here on, so its sockets admit host programs. */
static void vsb_owner_install(struct vsb_dev *dev, struct vsb_identity *owner)
{
	int i;

	mutex_lock(&dev->dp.lock);
	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_listener_admit(&dev->dp.listener[i]);
	vsb_owner_remember(dev, owner);
	vsb_dev_leave(dev);
}

/* The current process did not become the owner; a later call may try again. */
static void vsb_owner_give_up(struct vsb_dev *dev)
{
	int i;

	mutex_lock(&dev->dp.lock);
	for (i = 0; i < VSB_LISTENERS; i++)
		vsb_listener_unpin(&dev->dp.listener[i]);
	dev->owned = false;
	vsb_dev_leave(dev);
}

/*
 * The threads are created outside the lock: if only one of them can be created,
 * it is stopped again. The stop waits for a thread that may handle the kill of
 * the owner and wait for the lock.
 */
long vsb_set_owner(struct vsb_dev *dev, void *arg)
{
	struct vsb_identity *owner;
	long ret = vsb_dev_reserve(dev, &dev->owned);

	if (ret)
		return ret;
	owner = vsb_identity_of_current();
	ret = owner ? vsb_owner_pin_listeners(dev) : -ENOMEM;
	ret = ret ?: vsb_datapath_attach(&dev->dp);
	if (ret) {
		vsb_identity_free(owner);
		vsb_owner_give_up(dev);
		return ret;
	}
	vsb_owner_install(dev, owner);
	return 0;
}
