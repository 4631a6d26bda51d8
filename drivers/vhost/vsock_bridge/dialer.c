// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel thread that connects for an owner in a jail, one connect at a time.
 *
 * In a thread of the owner, /proc would show the captured root to the owner's
 * other threads. The kernel thread is in the owner's cgroups, and its memory is
 * charged to the owner's, so that a connect is judged and paid as the owner's.
 *
 * A path lookup takes as long as the file system likes. The worker's wait for
 * it ends with the device, or when the worker is killed. The thread then ends
 * by itself when the lookup returns, with a reference to the module, and puts
 * what it has.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/memcontrol.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "dialer.h"
#include "route.h"

/*
 * A thread that has nothing to do ends, because the cgroup that it is in counts
 * as frozen, or as empty, only without it. A new one costs a change of cgroup.
 */
#define VSB_DIALER_IDLE		(2 * HZ)

/*
 * Threads that a user's devices may have left behind in a lookup that no kill
 * ends. When there are as many, no other one is made for that user.
 */
#define VSB_DIALER_LEFT_MAX	16

/**
 * struct vsb_dialer_user - the dialers of a user
 * @node: place in the list of all
 * @uid: the user
 * @ref: dialers that refer to it
 * @left: threads that were left behind
 *
 * Under vsb_dialer_users_lock.
 */
struct vsb_dialer_user {
	struct list_head node;
	kuid_t uid;
	unsigned int ref;
	unsigned int left;
};

static LIST_HEAD(vsb_dialer_users);
/* protects the list and what is in it; nests in a dialer's lock, nothing in it */
static DEFINE_SPINLOCK(vsb_dialer_users_lock);

static struct vsb_dialer_user *vsb_dialer_user_find(kuid_t uid)
{
	struct vsb_dialer_user *user;

	list_for_each_entry(user, &vsb_dialer_users, node) {
		if (uid_eq(user->uid, uid))
			return user;
	}
	return NULL;
}

/* Return: the user of the current task, with a reference, or NULL. */
static struct vsb_dialer_user *vsb_dialer_user_get(void)
{
	struct vsb_dialer_user *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct vsb_dialer_user *user;
	kuid_t uid = current_uid();

	if (!new)
		return NULL;
	new->uid = uid;
	spin_lock(&vsb_dialer_users_lock);
	user = vsb_dialer_user_find(uid);
	if (!user) {
		list_add(&new->node, &vsb_dialer_users);
		swap(user, new);
	}
	user->ref++;
	spin_unlock(&vsb_dialer_users_lock);
	kfree(new);
	return user;
}

static void vsb_dialer_user_put(struct vsb_dialer_user *user)
{
	spin_lock(&vsb_dialer_users_lock);
	if (--user->ref)
		user = NULL;
	else
		list_del(&user->node);
	spin_unlock(&vsb_dialer_users_lock);
	kfree(user);
}

/* One more thread is left behind, or with -1 one of them has come back. */
static void vsb_dialer_user_left(struct vsb_dialer_user *user, int more)
{
	spin_lock(&vsb_dialer_users_lock);
	user->left += more;
	spin_unlock(&vsb_dialer_users_lock);
}

static bool vsb_dialer_user_may(const struct vsb_dialer_user *user)
{
	return READ_ONCE(user->left) < VSB_DIALER_LEFT_MAX;
}

enum vsb_dialer_state {
	VSB_DIALER_READY,	/* for the next connect */
	VSB_DIALER_ASKED,	/* the thread has a connect to make */
	VSB_DIALER_DONE,	/* its result is there */
};

/**
 * struct vsb_dialer - a thread that connects
 * @ref: references: of the device, and of the thread
 * @user: whose device it is; a reference is held
 * @lock: protects what follows; what describes a connect belongs to the thread
 *	while @state is ASKED; the siglock nests in it
 * @task: the thread, with a reference; NULL when there is none
 * @state: of the connect that the worker waits for, or has left
 * @cancelled: the device ends: no more connects
 * @left: its teardown does not wait for the connect at hand
 * @wait: of the worker, and of the thread
 * @route: where to connect to, with a reference
 * @memcg: what is charged for it, with a reference; may be NULL
 * @name: the name; of @route, with the port
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @sock: the result: a socket, or an error
 */
struct vsb_dialer {
	refcount_t ref;
	struct vsb_dialer_user *user;
	spinlock_t lock;	/* see above */
	struct task_struct *task;
	enum vsb_dialer_state state;
	bool cancelled;
	bool left;
	wait_queue_head_t wait;
	struct vsb_route *route;
	struct mem_cgroup *memcg;
	struct vsb_name name;
	int type;
	struct socket *sock;
};

/* Return: a dialer without a thread, or NULL when there is no memory. */
struct vsb_dialer *vsb_dialer_new(void)
{
	struct vsb_dialer *dialer = kzalloc(sizeof(*dialer),
					    GFP_KERNEL_ACCOUNT);

	if (!dialer)
		return NULL;
	dialer->user = vsb_dialer_user_get();
	if (!dialer->user) {
		kfree(dialer);
		return NULL;
	}
	refcount_set(&dialer->ref, 1);
	spin_lock_init(&dialer->lock);
	init_waitqueue_head(&dialer->wait);
	return dialer;
}

static void vsb_dialer_put(struct vsb_dialer *dialer)
{
	if (!refcount_dec_and_test(&dialer->ref))
		return;
	if (!IS_ERR_OR_NULL(dialer->sock))
		vsb_socket_discard(dialer->sock);
	vsb_dialer_user_put(dialer->user);
	kfree(dialer);
}

static void vsb_dialer_dial(struct vsb_dialer *dialer)
{
	struct mem_cgroup *old = set_active_memcg(dialer->memcg);

	dialer->sock = vsb_route_connect(dialer->route, &dialer->name,
					 dialer->type);
	set_active_memcg(old);
	mem_cgroup_put(dialer->memcg);
	vsb_route_put(dialer->route);
}

/* Return: false when nobody waits for the result, and the thread ends. */
static bool vsb_dialer_report(struct vsb_dialer *dialer)
{
	bool left;

	spin_lock(&dialer->lock);
	WRITE_ONCE(dialer->state, VSB_DIALER_DONE);
	left = dialer->left;
	spin_unlock(&dialer->lock);
	if (left)
		return false;
	wake_up(&dialer->wait);
	module_put(THIS_MODULE);
	return true;
}

/* Return: false when the thread was idle, and ends; with the module held. */
static bool vsb_dialer_stays(struct vsb_dialer *dialer)
{
	bool ends;

	spin_lock(&dialer->lock);
	ends = dialer->state != VSB_DIALER_ASKED && !dialer->cancelled &&
	       try_module_get(THIS_MODULE);
	if (ends)
		dialer->task = NULL;
	spin_unlock(&dialer->lock);
	if (ends)
		put_task_struct(current);
	return !ends;
}

static bool vsb_dialer_is_asked(struct vsb_dialer *dialer)
{
	return READ_ONCE(dialer->state) == VSB_DIALER_ASKED;
}

/* Return: false when nothing came for VSB_DIALER_IDLE. */
static bool vsb_dialer_sleep(struct vsb_dialer *dialer)
{
	return wait_event_idle_timeout(dialer->wait,
				       vsb_dialer_is_asked(dialer) ||
				       kthread_should_stop(),
				       VSB_DIALER_IDLE);
}

/* Return: false when the thread ends by itself, with the module held. */
static bool vsb_dialer_loop(struct vsb_dialer *dialer)
{
	while (!kthread_should_stop()) {
		if (!vsb_dialer_sleep(dialer) && !vsb_dialer_stays(dialer))
			return false;
		if (!vsb_dialer_is_asked(dialer))
			continue;
		vsb_dialer_dial(dialer);
		if (!vsb_dialer_report(dialer)) {
			vsb_dialer_user_left(dialer->user, -1);
			return false;
		}
	}
	return true;
}

static int vsb_dialer_thread(void *arg)
{
	struct vsb_dialer *dialer = arg;

	/* a lookup that a signal can end ends with the device */
	allow_kernel_signal(SIGKILL);
	if (vsb_dialer_loop(dialer))
		return 0;
	vsb_dialer_put(dialer);
	module_put_and_kthread_exit(0);
}

/* Have @task join the cgroups of the current task, in all hierarchies. */
static int vsb_dialer_join(struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	/* tasks that are in the same cgroups share the set of them */
	if (rcu_access_pointer(task->cgroups) ==
	    rcu_access_pointer(current->cgroups))
		return 0;
#endif
	return cgroup_attach_task_all(current, task);
}

/* Make the thread, which is no other's before it is started. */
static int vsb_dialer_start(struct vsb_dialer *dialer)
{
	struct task_struct *task;
	int ret;

	if (!vsb_dialer_user_may(dialer->user))
		return -EAGAIN;
	task = kthread_create(vsb_dialer_thread, dialer, "vsb-dial");
	if (IS_ERR(task))
		return PTR_ERR(task);
	ret = vsb_dialer_join(task);
	if (ret) {
		kthread_stop(task);
		return ret;
	}
	refcount_inc(&dialer->ref);
	get_task_struct(task);
	spin_lock(&dialer->lock);
	dialer->task = task;
	spin_unlock(&dialer->lock);
	wake_up_process(task);
	return 0;
}

/*
 * Ask the thread for a connect, if there is one, and it may. Return: 0; -ESRCH
 * without a thread; or an error.
 */
static int vsb_dialer_ask(struct vsb_dialer *dialer, struct vsb_route *route,
			  const struct vsb_name *name, int type)
{
	int ret = 0;

	spin_lock(&dialer->lock);
	if (dialer->cancelled || dialer->state != VSB_DIALER_READY)
		ret = -ECONNREFUSED;
	else if (!dialer->task)
		ret = -ESRCH;
	else if (!try_module_get(THIS_MODULE))
		ret = -ECONNREFUSED;
	if (!ret) {
		dialer->route = vsb_route_get(route);
		dialer->memcg = get_mem_cgroup_from_mm(current->mm);
		dialer->name = *name;
		dialer->type = type;
		WRITE_ONCE(dialer->state, VSB_DIALER_ASKED);
	}
	spin_unlock(&dialer->lock);
	if (!ret)
		wake_up(&dialer->wait);
	return ret;
}

/* Is the thread in the cgroups where the owner is now? */
static int vsb_dialer_follow(struct vsb_dialer *dialer)
{
	struct task_struct *task = NULL;
	int ret;

	spin_lock(&dialer->lock);
	if (dialer->task)
		task = get_task_struct(dialer->task);
	spin_unlock(&dialer->lock);
	if (!task)
		return vsb_dialer_start(dialer);
	ret = vsb_dialer_join(task);
	put_task_struct(task);
	return ret;
}

/*
 * The wait ends by the result, by the end of the device, or by a kill. It lets
 * the machine be suspended, and is no hung task.
 */
static struct socket *vsb_dialer_wait(struct vsb_dialer *dialer)
{
	struct socket *sock = ERR_PTR(-ECONNREFUSED);

	wait_event_state(dialer->wait,
			 READ_ONCE(dialer->state) == VSB_DIALER_DONE ||
			 READ_ONCE(dialer->cancelled),
			 (TASK_KILLABLE | TASK_FREEZABLE));
	spin_lock(&dialer->lock);
	if (dialer->state == VSB_DIALER_DONE) {
		sock = dialer->sock;
		dialer->sock = NULL;
		WRITE_ONCE(dialer->state, VSB_DIALER_READY);
	}
	spin_unlock(&dialer->lock);
	return sock;
}

/**
 * vsb_dialer_connect() - connect, in a thread that the owner cannot look into
 * @dialer: the dialer; the caller is a thread of the owner, and the only one
 * @route: where to
 * @name: the name; of @route, with the port
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 *
 * Return: the socket, or an error as of connect(2); -ECONNREFUSED when the
 * device ends.
 */
struct socket *vsb_dialer_connect(struct vsb_dialer *dialer,
				  struct vsb_route *route,
				  const struct vsb_name *name, int type)
{
	int ret;

	do {
		ret = vsb_dialer_follow(dialer);
		if (ret)
			return ERR_PTR(ret);
		ret = vsb_dialer_ask(dialer, route, name, type);
		/* an idle thread may have ended meanwhile; a new one has not */
	} while (ret == -ESRCH);
	return ret ? ERR_PTR(ret) : vsb_dialer_wait(dialer);
}

/* The device ends: nobody waits for a connect any more. From any task. */
void vsb_dialer_cancel(struct vsb_dialer *dialer)
{
	spin_lock(&dialer->lock);
	WRITE_ONCE(dialer->cancelled, true);
	if (dialer->state == VSB_DIALER_ASKED)
		send_sig(SIGKILL, dialer->task, 1);
	spin_unlock(&dialer->lock);
	wake_up(&dialer->wait);
}

/**
 * vsb_dialer_end() - the teardown of the device
 * @dialer: the dialer, cancelled; no worker uses it any more
 *
 * Stops the thread and waits for it, unless it has a connect under way. Such a
 * thread leaves the owner's cgroups, which can be removed then.
 */
void vsb_dialer_end(struct vsb_dialer *dialer)
{
	struct task_struct *task;

	spin_lock(&dialer->lock);
	WRITE_ONCE(dialer->cancelled, true);
	task = dialer->task;
	dialer->left = dialer->state == VSB_DIALER_ASKED;
	if (dialer->left)
		vsb_dialer_user_left(dialer->user, 1);
	spin_unlock(&dialer->lock);
	if (task && dialer->left) {
		vsb_dialer_join(task);
	} else if (task) {
		kthread_stop(task);
		/* that of the thread, which may not have run at all */
		vsb_dialer_put(dialer);
	}
	if (task)
		put_task_struct(task);
	vsb_dialer_put(dialer);
}
