// SPDX-License-Identifier: GPL-2.0
/*
 * A host end: the host's side of one connection, of any kind.
 */
#include <linux/cred.h>
#include <linux/uidgid.h>
#include <linux/uio.h>
#include <linux/user_namespace.h>

#include "host/end.h"

/**
 * vsb_end_attach() - take an end into use
 * @end: the end, as an acceptor or a route has made it
 * @watch: the watch that gets the events
 * @pages: pages of the device
 */
void vsb_end_attach(struct vsb_end *end, struct vsb_watch *watch,
		    struct vsb_pages *pages)
{
	end->watch = watch;
	end->pages = pages;
	end->ops->attach(end);
}

/*
 * Reports the error that was set, if any, to the peer. No event is posted after
 * the return.
 */
void vsb_end_detach(struct vsb_end *end)
{
	end->ops->detach(end);
	end->watch = NULL;
}

/**
 * vsb_end_close() - release an end that is not attached
 * @end: the end
 * @wait: the calling task may wait for a file system. If false, a work queue
 *	releases an end whose release may block.
 *
 * Called without a lock. The release of a socket can put the last reference to
 * a dentry, and the eviction of the inode can block without bound, for instance
 * on a frozen file system.
 */
void vsb_end_close(struct vsb_end *end, bool wait)
{
	end->ops->close(end, wait);
}

/* Closes all ends of a list. */
void vsb_ends_close(struct list_head *closing, bool wait)
{
	struct vsb_end *end, *next;

	list_for_each_entry_safe(end, next, closing, closing)
		vsb_end_close(end, wait);
	INIT_LIST_HEAD(closing);
}

/* Drops the next message. Return: 0, or an error: then the message stays. */
long vsb_end_drop_message(struct vsb_end *end)
{
	struct kvec none = {};
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &none, 1, 0);
	return vsb_end_recv(end, &iter);
}

/* See @peer of struct vsb_end_ops; @end may be NULL. */
void vsb_end_peer(const struct vsb_end *end, u32 *pid, u32 *uid)
{
	*pid = 0;
	*uid = from_kuid_munged(current_user_ns(), INVALID_UID);
	if (end)
		end->ops->peer(end, pid, uid);
}
