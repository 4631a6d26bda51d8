/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An llist that is emptied in the order in which it was filled.
 */
#ifndef VSB_BATCH_H
#define VSB_BATCH_H

#include <linux/compiler.h>
#include <linux/llist.h>

/**
 * vsb_batch_next() - take the oldest node; for one at a time
 * @list: where others put them, from any context
 * @batch: those that were taken out of it, oldest first
 *
 * Return: the node, or NULL when there is none.
 */
static inline struct llist_node *vsb_batch_next(struct llist_head *list,
						struct llist_node **batch)
{
	struct llist_node *node = *batch;

	if (!node)
		node = llist_reverse_order(llist_del_all(list));
	/* others may ask meanwhile whether there is one */
	if (node)
		WRITE_ONCE(*batch, node->next);
	return node;
}

#endif /* VSB_BATCH_H */
