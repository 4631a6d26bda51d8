// SPDX-License-Identifier: GPL-2.0
/*
 * The socket file of a device that the template named: it is removed with the
 * device.
 *
 * A work queue removes the file, with the credentials of the process that bound
 * the socket. The removal can block without bound, and the task that closes the
 * last descriptor of a device may be the kernel's thread for closing files, or
 * the server of the file system.
 */
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/path.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "host/unix/ownfile.h"
#include "host/unix/sockfile.h"

/*
 * How long the closing task waits for the removal, so that the next device can
 * use the name.
 */
#define VSB_OWNFILE_WAIT	HZ

/* Runs the removals. */
static struct workqueue_struct *vsb_ownfile_wq;

/**
 * struct vsb_ownfile - a file that is to be removed
 * @path: path of the file, with a reference until the work has run
 * @cred: credentials of the process that created the file, with a reference
 * @ref: references of the caller that requests the removal, and of the work
 * @removed: completed after the removal
 * @work: removes the file
 */
struct vsb_ownfile {
	struct path path;
	const struct cred *cred;
	refcount_t ref;
	struct completion removed;
	struct work_struct work;
};

int __init vsb_ownfile_init_module(void)
{
	vsb_ownfile_wq = alloc_workqueue("vsb_ownfile", WQ_UNBOUND, 0);
	return vsb_ownfile_wq ? 0 : -ENOMEM;
}

/* Waits for all removals. */
void vsb_ownfile_exit_module(void)
{
	destroy_workqueue(vsb_ownfile_wq);
}

static void vsb_ownfile_put(struct vsb_ownfile *file)
{
	if (!refcount_dec_and_test(&file->ref))
		return;
	put_cred(file->cred);
	kfree(file);
}

/*
 * No path is looked up, so the worker's root and working directory do not
 * matter.
 */
static void vsb_ownfile_run(struct work_struct *work)
{
	struct vsb_ownfile *file = container_of(work, struct vsb_ownfile, work);
	const struct cred *saved = override_creds(file->cred);

	vsb_sockfile_unlink(&file->path);
	revert_creds(saved);
	/*
	 * before the closing task continues: after its end, the mount must be
	 * free.
	 */
	path_put(&file->path);
	complete(&file->removed);
	vsb_ownfile_put(file);
}

/* Return: the file, or NULL if there is no memory. */
struct vsb_ownfile *vsb_ownfile_new(const struct path *path,
				    const struct cred *cred)
{
	struct vsb_ownfile *file = kmalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return NULL;
	file->path = *path;
	path_get(&file->path);
	file->cred = get_cred(cred);
	refcount_set(&file->ref, 2);
	init_completion(&file->removed);
	INIT_WORK(&file->work, vsb_ownfile_run);
	return file;
}

/* Removes the file, if it is still where it was created. @file may be NULL. */
void vsb_ownfile_remove(struct vsb_ownfile *file)
{
	if (!file)
		return;
	queue_work(vsb_ownfile_wq, &file->work);
	if (!(current->flags & PF_KTHREAD))
		wait_for_completion_timeout(&file->removed, VSB_OWNFILE_WAIT);
	vsb_ownfile_put(file);
}
