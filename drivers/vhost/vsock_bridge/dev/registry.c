// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that are open, by their numbers.
 *
 * It holds no references: a device is taken out before it may go.
 */
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "dev/dev.h"
#include "dev/registry.h"

/* Protects vsb_registry. Innermost: no device holds up who looks for another. */
static DEFINE_SPINLOCK(vsb_registry_lock);
static DEFINE_IDR(vsb_registry);

/* A number that was not in use for long. Return: 0 or an error. */
int vsb_registry_add(struct vsb_dev *dev)
{
	int number;

	/* memory is waited for before the lock is taken */
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

/* Return: the device of that number, with a reference, or NULL. */
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

/* Return: the device of the next larger number, likewise. */
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
