// SPDX-License-Identifier: GPL-2.0
/*
 * The open devices, by number.
 *
 * The registry holds no references: a device is removed before its last
 * reference is dropped.
 */
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "dev/dev.h"
#include "dev/registry.h"

/* Protects vsb_registry. Innermost: a lookup waits for no device. */
static DEFINE_SPINLOCK(vsb_registry_lock);
static DEFINE_IDR(vsb_registry);

/* Numbers are cyclic, so a number is not reused soon. Return: 0 or an error. */
int vsb_registry_add(struct vsb_dev *dev)
{
	int number;

	/* allocates before the spinlock is taken */
	idr_preload(GFP_KERNEL);
	spin_lock(&vsb_registry_lock);
	number = idr_alloc_cyclic(&vsb_registry, dev, 1, 0, GFP_NOWAIT);
	if (number > 0)
		dev->dp.ctx.stats.device = number;
	spin_unlock(&vsb_registry_lock);
	idr_preload_end();
	return min(number, 0);
}

void vsb_registry_remove(struct vsb_dev *dev)
{
	spin_lock(&vsb_registry_lock);
	idr_remove(&vsb_registry, dev->dp.ctx.stats.device);
	spin_unlock(&vsb_registry_lock);
}

/* Return: the device with that number and a reference to it, or NULL. */
struct vsb_dev *vsb_registry_find(u32 number)
{
	struct vsb_dev *dev;

	spin_lock(&vsb_registry_lock);
	dev = idr_find(&vsb_registry, number);
	if (dev)
		vsb_dev_get(dev);
	spin_unlock(&vsb_registry_lock);
	return dev;
}

/*
 * Return: the device with the next larger number and a reference to it, or
 * NULL.
 */
struct vsb_dev *vsb_registry_next(u32 after)
{
	struct vsb_dev *dev = NULL;
	int number;

	if (after >= INT_MAX)
		return NULL;
	number = after + 1;
	spin_lock(&vsb_registry_lock);
	dev = idr_get_next(&vsb_registry, &number);
	if (dev)
		vsb_dev_get(dev);
	spin_unlock(&vsb_registry_lock);
	return dev;
}
