// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel thread that makes host connects for a jailed owner, one at a time.
 *
 * An owner is jailed when its root or working directory differs from those that
 * were captured with the configuration. A thread of its process must not use
 * the captured ones, because /proc would expose them to the owner's other
 * threads. The kernel thread joins the owner's cgroups and charges its
 * allocations to the owner's memcg, so that cgroup-based policies and limits of
 * the owner apply to the connect. Before Linux 6.4 the worker is a kernel
 * thread, and the dialer makes all connects.
 *
 * A path lookup can block without bound. The worker stops waiting for it when
 * the device ends or when the worker is killed. The thread, which holds a
 * reference to the module, then drops its references and exits as soon as the
 * lookup returns.
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

#include "host/dialer.h"
#include "host/end.h"
#include "host/route.h"

/*
 * An idle thread exits after this time, because a cgroup that contains it never
 * counts as frozen or empty. The time is not zero, because a new thread has to
 * be moved into the owner's cgroups first.
 */
#define VSB_DIALER_IDLE		(2 * HZ)

/*
 * Limit, for each user, of threads that are still in a lookup after the end of
 * their device. At the limit no new thread is created for that user.
 */
#define VSB_DIALER_LEFT_MAX	16

/**
 * struct vsb_dialer_user - the dialers of a user
 * @node: entry in vsb_dialer_users
 * @uid: the user that opened the devices
 * @ref: number of dialers that refer to this structure
 * @left: number of threads that outlive their device in a lookup
 *
 * Protected by vsb_dialer_users_lock.
 */
struct vsb_dialer_user {
	struct list_head node;
	kuid_t uid;
	unsigned int ref;
	unsigned int left;
};

static LIST_HEAD(vsb_dialer_users);
/* protects the list and its entries; innermost, nests in vsb_dialer.lock */
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

/* @more is 1 if a thread outlives its device, -1 if such a thread exits. */
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
	VSB_DIALER_READY,	/* no connect is under way */
	VSB_DIALER_ASKED,	/* the thread makes a connect */
	VSB_DIALER_DONE,	/* the result is in @end */
};

/**
 * struct vsb_dialer - a thread that connects
 * @ref: references held by the device and by the thread
 * @user: the user that opened the device; holds a reference
 * @lock: protects the fields below. While @state is VSB_DIALER_ASKED, @route,
 *	@memcg, @port, @type and @end belong to the thread. The siglock nests
 *	in @lock.
 * @task: the thread, with a reference; NULL when there is no thread
 * @state: state of the current connect, also when the worker no longer waits
 * @cancelled: the device ends and makes no more connects
 * @left: the teardown does not wait for the connect under way
 * @wait: wait queue of the worker and of the thread
 * @route: the route to connect to, with a reference
 * @memcg: memcg to charge for the connect, with a reference; may be NULL
 * @port: the port that the guest wants
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @end: the result: a host end, or an error
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
	u32 port;
	int type;
	struct vsb_end *end;
};

/* Return: a dialer without a thread, or NULL if there is no memory. */
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
	if (!IS_ERR_OR_NULL(dialer->end))
		vsb_end_close(dialer->end, true);
	vsb_dialer_user_put(dialer->user);
	kfree(dialer);
}

static void vsb_dialer_dial(struct vsb_dialer *dialer)
{
	struct mem_cgroup *old = set_active_memcg(dialer->memcg);

	dialer->end = vsb_route_connect(dialer->route, dialer->port,
					dialer->type);
	set_active_memcg(old);
	mem_cgroup_put(dialer->memcg);
	vsb_route_put(dialer->route);
}

/* Return: false if the device has ended and the thread must exit. */
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

/* Return: false if the idle thread must exit, holding a module reference. */
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

/* Return: false if no connect was requested for VSB_DIALER_IDLE. */
static bool vsb_dialer_sleep(struct vsb_dialer *dialer)
{
	return wait_event_idle_timeout(dialer->wait,
				       vsb_dialer_is_asked(dialer) ||
				       kthread_should_stop(),
				       VSB_DIALER_IDLE);
}

/* Return: false if the thread exits by itself, holding a module reference. */
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

	/* vsb_dialer_cancel() interrupts a killable lookup */
	allow_kernel_signal(SIGKILL);
	if (vsb_dialer_loop(dialer))
		return 0;
	vsb_dialer_put(dialer);
	module_put_and_kthread_exit(0);
}

/* Moves @task into the cgroups of the current task, in all hierarchies. */
static int vsb_dialer_join(struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	/* tasks in the same cgroups share one css_set */
	if (rcu_access_pointer(task->cgroups) ==
	    rcu_access_pointer(current->cgroups))
		return 0;
#endif
	return cgroup_attach_task_all(current, task);
}

/*
 * Creates the thread; it joins the cgroups before it runs. -EAGAIN of a connect
 * means that the peer's backlog is full, so this function never returns it.
 */
static int vsb_dialer_start(struct vsb_dialer *dialer)
{
	struct task_struct *task;
	int ret;

	if (!vsb_dialer_user_may(dialer->user))
		return -EBUSY;
	task = kthread_create(vsb_dialer_thread, dialer, "vsb-dial");
	if (IS_ERR(task))
		return PTR_ERR(task) == -EAGAIN ? -ENOMEM : PTR_ERR(task);
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
 * Requests a connect from the thread. Return: 0; -ESRCH if there is no thread;
 * -ECONNREFUSED if the device ends, or if a connect is still under way.
 */
static int vsb_dialer_ask(struct vsb_dialer *dialer, struct vsb_route *route,
			  u32 port, int type)
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
		dialer->port = port;
		dialer->type = type;
		WRITE_ONCE(dialer->state, VSB_DIALER_ASKED);
	}
	spin_unlock(&dialer->lock);
	if (!ret)
		wake_up(&dialer->wait);
	return ret;
}

/* Moves the thread to the owner's current cgroups; creates it if necessary. */
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
 * Waits for the result, the end of the device, or a fatal signal. The wait does
 * not block a suspend, and the hung-task detector ignores it.
 */
static struct vsb_end *vsb_dialer_wait(struct vsb_dialer *dialer)
{
	struct vsb_end *end = ERR_PTR(-ECONNREFUSED);

	wait_event_state(dialer->wait,
			 READ_ONCE(dialer->state) == VSB_DIALER_DONE ||
			 READ_ONCE(dialer->cancelled),
			 (TASK_KILLABLE | TASK_FREEZABLE));
	spin_lock(&dialer->lock);
	if (dialer->state == VSB_DIALER_DONE) {
		end = dialer->end;
		dialer->end = NULL;
		WRITE_ONCE(dialer->state, VSB_DIALER_READY);
	}
	spin_unlock(&dialer->lock);
	return end;
}

/**
 * vsb_dialer_connect() - connect in a thread that the owner cannot inspect
 * @dialer: the dialer; only the worker's thread that connects calls this
 * @route: the route to connect to
 * @port: the port that the guest requested
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 *
 * Return: the host end, or an error as from connect(2); -ECONNREFUSED if the
 * device ends.
 */
struct vsb_end *vsb_dialer_connect(struct vsb_dialer *dialer,
				   struct vsb_route *route, u32 port, int type)
{
	int ret;

	do {
		ret = vsb_dialer_follow(dialer);
		if (ret)
			return ERR_PTR(ret);
		ret = vsb_dialer_ask(dialer, route, port, type);
		/*
		 * an idle thread may have exited since the check; a new thread
		 * has not.
		 */
	} while (ret == -ESRCH);
	return ret ? ERR_PTR(ret) : vsb_dialer_wait(dialer);
}

/*
 * The device ends: stops the wait and refuses further connects, from any task.
 */
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
 * vsb_dialer_end() - stop the dialer at the teardown of the device
 * @dialer: the dialer, which is cancelled and which no worker uses any more
 *
 * Stops the thread and waits for it, unless a connect is under way. In that
 * case the function moves the thread out of the owner's cgroups, so that they
 * can be removed, and the thread exits when the connect returns.
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
		/* the thread's reference: the thread may never have run */
		vsb_dialer_put(dialer);
	}
	if (task)
		put_task_struct(task);
	vsb_dialer_put(dialer);
}
