// SPDX-License-Identifier: GPL-2.0
/*
 * A host AF_UNIX socket and our hook in its wait queue.
 *
 * A hook in the wait queue, and not a changed callback of the sock: when
 * remove_wait_queue() returns the hook is not running and will not run, so
 * the object around it can go, and so can the module.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/path.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/uidgid.h>
#include <linux/un.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "base/compat.h"
#include "host/unix/context.h"
#include "host/unix/socket.h"
#include "host/unix/sockfile.h"

/* Room for about thirty of AF_UNIX's largest buffers (36544 bytes). */
#define VSB_SOCKET_SNDBUF	(1024 * 1024)

/* Closes sockets that hold descriptors, or the last reference to a file. */
static struct workqueue_struct *vsb_socket_wq;

/* Clients that may wait for their accept. */
#define VSB_SOCKET_BACKLOG	1024

int __init vsb_socket_init_module(void)
{
	vsb_socket_wq = alloc_workqueue("vsb_socket", WQ_UNBOUND, 0);
	return vsb_socket_wq ? 0 : -ENOMEM;
}

/* Waits for what is being closed. */
void vsb_socket_exit_module(void)
{
	destroy_workqueue(vsb_socket_wq);
}

/*
 * Has the peer so much room that it is writable to poll(), by AF_UNIX's rule?
 * Without a lock, for the hook has one: a connection's peer is the same, and
 * held, until we release our side, and before that the hook is out.
 */
static bool vsb_socket_peer_has_room(struct sock *sk)
{
	const struct sock *peer = READ_ONCE(unix_sk(sk)->peer);

	return peer && refcount_read(&peer->sk_wmem_alloc) <
		       READ_ONCE(peer->sk_sndbuf) / 4;
}

static int vsb_socket_wake(wait_queue_entry_t *wait, unsigned int mode,
			   int sync, void *key)
{
	struct vsb_socket *s = container_of(wait, struct vsb_socket, wait);
	__poll_t mask = key_to_poll(key);
	int events = 0;

	/* A wake-up without a key is a change of state: all may have changed */
	if (!mask || (mask & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		events |= VSB_SOCK_IN;
	if (!mask || (mask & (EPOLLHUP | EPOLLERR)) ||
	    ((mask & EPOLLOUT) && READ_ONCE(s->want_write)))
		events |= VSB_SOCK_OUT;
	if (!events)
		return 0;
	if (!mask || (mask & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ||
	    !vsb_socket_peer_has_room(s->sock->sk))
		events |= VSB_SOCK_NOW;

	vsb_socket_post(s, events);
	return 0;
}

void vsb_socket_init(struct vsb_socket *s, void (*notify)(struct vsb_socket *))
{
	s->sock = NULL;
	init_waitqueue_func_entry(&s->wait, vsb_socket_wake);
	atomic_set(&s->events, 0);
	s->want_write = false;
	s->blame = 0;
	s->reset = false;
	s->notify = notify;
}

/**
 * vsb_socket_watch() - take over a socket and hook into its wait queue
 * @s: has no socket
 * @sock: the socket, or the reference to a shared one; ours from here on
 *
 * What happened before is notified as well.
 */
void vsb_socket_watch(struct vsb_socket *s, struct socket *sock)
{
	s->sock = sock;
	add_wait_queue(sk_sleep(sock->sk), &s->wait);
	vsb_socket_post(s, VSB_SOCK_IN | VSB_SOCK_OUT);
}

/* The same, of a connection: with room for what the guest sends. */
void vsb_socket_attach(struct vsb_socket *s, struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	vsb_refuse_files(sk);
	WRITE_ONCE(sk->sk_sndbuf, VSB_SOCKET_SNDBUF);
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	release_sock(sk);
	vsb_socket_watch(s, sock);
}

/*
 * Descriptors that a host program passes are never received, because closing a
 * descriptor can block without bound, for instance a socket with SO_LINGER.
 *
 * A worker that closed the descriptor would block in its next get_signal(), and
 * so would its guest. Therefore a work queue releases the socket: its files go
 * to the kernel's delayed_fput(), one work for the whole machine, which blocks
 * instead. A local user can also block that work without the device, through
 * AF_UNIX's collector or AIO. From Linux 6.16 on the sender gets EPERM.
 */
static bool vsb_socket_has_files(const struct socket *sock)
{
	return atomic_read(&unix_sk(sock->sk)->scm_stat.nr_fds);
}

/* Return: the socket at the other end, with a reference, or NULL. */
static struct sock *vsb_socket_peer(struct sock *sk)
{
	struct sock *peer;

	unix_state_lock(sk);
	peer = unix_sk(sk)->peer;
	if (peer)
		sock_hold(peer);
	unix_state_unlock(sk);
	return peer;
}

/*
 * Tell the peer what it is blamed for: the error is there before the end wakes
 * it, and nothing unread is left that would make AF_UNIX tell another. A reader
 * that comes in the same moment, and looks for an error before there is one and
 * for the end when there is, has the error with its next call.
 */
static void vsb_socket_tell(struct socket *sock, int error)
{
	struct sock *peer = vsb_socket_peer(sock->sk);

	if (!peer)
		return;
	WRITE_ONCE(peer->sk_err, error);
	kernel_sock_shutdown(sock, SHUT_RDWR);
	sk_error_report(peer);
	sock_put(peer);
	if (!vsb_socket_has_files(sock))
		skb_queue_purge(&sock->sk->sk_receive_queue);
}

/**
 * struct vsb_release - a socket to be closed off the data path
 * @work: does it
 * @sock: the socket
 */
struct vsb_release {
	struct work_struct work;
	struct socket *sock;
};

static void vsb_release_run(struct work_struct *work)
{
	struct vsb_release *release = container_of(work, struct vsb_release,
						   work);

	sock_release(release->sock);
	kfree(release);
}

/*
 * The peer sees the end now: ECONNRESET where it wrote what is not read, as
 * AF_UNIX itself says with the release.
 */
static void vsb_socket_end_now(struct socket *sock)
{
	if (skb_queue_empty_lockless(&sock->sk->sk_receive_queue))
		kernel_sock_shutdown(sock, SHUT_RDWR);
	else
		vsb_socket_tell(sock, ECONNRESET);
}

/* The socket is released later. */
static bool vsb_socket_release_later(struct socket *sock)
{
	struct vsb_release *release = kmalloc(sizeof(*release),
					      GFP_KERNEL_ACCOUNT);

	if (!release)
		return false;
	vsb_socket_end_now(sock);
	INIT_WORK(&release->work, vsb_release_run);
	release->sock = sock;
	queue_work(vsb_socket_wq, &release->work);
	return true;
}

/*
 * Let no client into a socket that listens any more, unless its file is shared
 * and others go on. NULL is fine.
 */
void vsb_socket_refuse(struct socket *sock)
{
	if (sock && file_count(sock->file) == 1)
		kernel_sock_shutdown(sock, SHUT_RDWR);
}

/*
 * A file is closed when this task is on its way to user space, or exits; until
 * then clients are refused. A thread of the kernel would leave it to a work
 * queue, behind which the owner's end may be reported.
 */
static void vsb_socket_put_file(struct socket *sock)
{
	vsb_socket_refuse(sock);
	if (current->flags & PF_KTHREAD)
		__fput_sync(sock->file);
	else
		sockfd_put(sock);
}

/*
 * Close a socket that is not watched; NULL is fine. Those that listen have a file.
 * A file system may make the release of another one wait, so no lock is held.
 */
void vsb_socket_discard(struct socket *sock)
{
	if (!sock)
		return;
	if (sock->file)
		vsb_socket_put_file(sock);
	else if (!vsb_socket_has_files(sock) || !vsb_socket_release_later(sock))
		sock_release(sock);
}

/*
 * May the release of a connection's socket wait for a file system? It puts the
 * dentry of the file that the client connected to; for the last reference the
 * inode can be evicted.
 */
static bool vsb_socket_release_blocks(const struct socket *sock)
{
	const struct dentry *dentry = unix_sk(sock->sk)->path.dentry;

	return dentry && d_count(dentry) == 1;
}

/* The same for a task that must not wait for a file system: a work queue does. */
void vsb_socket_discard_soon(struct socket *sock)
{
	if (!vsb_socket_release_blocks(sock) || !vsb_socket_release_later(sock))
		vsb_socket_discard(sock);
}

/**
 * vsb_socket_detach() - take the hook out; nothing is notified afterwards
 * @s: may have no socket
 *
 * A peer that is to see an error sees it now.
 *
 * Return: the socket, for vsb_socket_discard() without a lock; or NULL.
 */
struct socket *vsb_socket_detach(struct vsb_socket *s)
{
	struct socket *sock = s->sock;

	if (!sock)
		return NULL;
	remove_wait_queue(sk_sleep(sock->sk), &s->wait);
	if (s->blame)
		vsb_socket_tell(sock, s->blame);
	s->sock = NULL;
	return sock;
}

static int vsb_socket_check_listener(const struct socket *sock, int type)
{
	/* what it is, not what its address looks like */
	if (sock->sk->sk_family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (sock->type != type)
		return -ESOCKTNOSUPPORT;
	return READ_ONCE(sock->sk->sk_state) == TCP_LISTEN ? 0 : -EINVAL;
}

/**
 * vsb_socket_from_fd() - share a listening socket of the current process
 * @fd: its descriptor
 * @type: SOCK_*, what it must be
 *
 * Return: the socket, with a reference, or an error: -EBADF, -ENOTSOCK,
 * -EAFNOSUPPORT, -ESOCKTNOSUPPORT, or -EINVAL when it does not listen.
 */
struct socket *vsb_socket_from_fd(int fd, int type)
{
	struct socket *sock;
	int ret;

	sock = sockfd_lookup(fd, &ret);
	if (!sock)
		return ERR_PTR(ret);
	ret = vsb_socket_check_listener(sock, type);
	if (ret) {
		sockfd_put(sock);
		return ERR_PTR(ret);
	}
	return sock;
}

/**
 * vsb_socket_lend() - keep a shared listening socket without keeping it open
 * @sock: the socket, with a reference, which is put
 *
 * When all that have it open have closed it, its backlog is gone, with all
 * descriptors that wait in there.
 *
 * Return: what is left of it: a reference, for vsb_socket_forget().
 */
struct sock *vsb_socket_lend(struct socket *sock)
{
	struct sock *sk = sock->sk;

	sock_hold(sk);
	sockfd_put(sock);
	return sk;
}

/*
 * Open what was lent. Return: the socket, with a reference; NULL when it has been
 * closed. AF_UNIX takes the socket away from the sock under the lock of the
 * state, before it and its file are freed.
 */
struct socket *vsb_socket_borrow(struct sock *lent)
{
	struct socket *sock;

	unix_state_lock(lent);
	sock = lent->sk_socket;
	if (sock && (!sock->file || !vsb_get_live_file(&sock->file)))
		sock = NULL;
	unix_state_unlock(lent);
	return sock;
}

/* NULL is fine. */
void vsb_socket_forget(struct sock *lent)
{
	if (lent)
		sock_put(lent);
}

static int vsb_socket_address(struct sockaddr_un *addr,
			      const struct vsb_name *name)
{
	/* a path ends with a NUL, which may not be left out here */
	size_t len = name->len + !vsb_name_is_abstract(name);

	if (len > sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, name->text, name->len);
	return offsetof(struct sockaddr_un, sun_path) + len;
}

/*
 * Not a kernel socket: it counts as the caller's for its security module and
 * keeps its network namespace alive.
 */
static struct socket *vsb_socket_create(struct vsb_context *ctx, int type)
{
	struct socket *sock;
	int ret;

	ret = __sock_create(ctx->net, AF_UNIX, type, 0, &sock, 0);
	return ret ? ERR_PTR(ret) : sock;
}

/*
 * The same with an open file that no descriptor stands for. What listens has
 * one, for whoever connects is judged by it: to Landlock a listener without a
 * file is nobody's, open to all, and 6.12's expects that there is one.
 */
static struct socket *vsb_socket_create_file(struct vsb_context *ctx, int type)
{
	struct socket *sock = vsb_socket_create(ctx, type);
	struct file *file;

	if (IS_ERR(sock))
		return sock;
	/* when it fails, the socket is gone */
	file = sock_alloc_file(sock, 0, NULL);
	return IS_ERR(file) ? ERR_CAST(file) : sock;
}

/* Bind; the file is as wanted, or it is not there. */
static int vsb_socket_bind(struct socket *sock, const struct vsb_name *name,
			   const struct vsb_sockfile *file)
{
	const struct path *path = &unix_sk(sock->sk)->path;
	struct sockaddr_un addr;
	int ret, len;

	len = vsb_socket_address(&addr, name);
	if (len < 0)
		return len;
	/* AF_UNIX gives the file the socket's own mode, less the umask. */
	if (file->mode_given)
		SOCK_INODE(sock)->i_mode = S_IFSOCK | file->mode;
	ret = kernel_bind(sock, vsb_sockaddr(&addr), len);
	if (ret || vsb_name_is_abstract(name))
		return ret;
	ret = vsb_sockfile_chown(path, file);
	if (ret)
		vsb_sockfile_unlink(path);
	return ret;
}

/*
 * A socket that listens and is shut down for reading refuses clients, as one that
 * does not listen. It stays so until vsb_socket_admit().
 */
static void vsb_socket_shut_door(struct socket *sock)
{
	struct sock *sk = sock->sk;

	unix_state_lock(sk);
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | RCV_SHUTDOWN);
	unix_state_unlock(sk);
}

/* Clients of a socket of vsb_socket_listen() get in from here on. */
void vsb_socket_admit(struct socket *sock)
{
	struct sock *sk = sock->sk;

	unix_state_lock(sk);
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown & ~RCV_SHUTDOWN);
	unix_state_unlock(sk);
}

/**
 * vsb_socket_listen() - bind and listen
 * @ctx: whose name and whose file it is; the current task must be in it
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @name: where
 * @file: how the file shall be
 *
 * No client gets in before vsb_socket_admit().
 *
 * Return: the socket, or an error as of bind(2) or chown(2).
 */
struct socket *vsb_socket_listen(struct vsb_context *ctx, int type,
				 const struct vsb_name *name,
				 const struct vsb_sockfile *file)
{
	struct socket *sock = vsb_socket_create_file(ctx, type);
	int ret;

	if (IS_ERR(sock))
		return sock;
	/* clients inherit it */
	vsb_refuse_files(sock->sk);
	vsb_socket_shut_door(sock);
	ret = vsb_socket_bind(sock, name, file);
	if (!ret)
		ret = kernel_listen(sock, VSB_SOCKET_BACKLOG);
	if (ret) {
		vsb_socket_discard(sock);
		return ERR_PTR(ret);
	}
	return sock;
}

/* Remove the file of a socket that was just bound to it, if it has one. */
void vsb_socket_unlink(const struct socket *sock)
{
	const struct path *path = &unix_sk(sock->sk)->path;

	if (path->dentry)
		vsb_sockfile_unlink(path);
}

/* Where the file of a bound socket is, as long as the socket is. */
const struct path *vsb_socket_path(const struct socket *sock)
{
	return &unix_sk(sock->sk)->path;
}

/**
 * vsb_socket_connect() - connect to a name, without waiting for the backlog
 * @ctx: who connects; the current task must be in it
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @name: where to
 *
 * Return: the socket, or an error as of connect(2); -EAGAIN when the backlog
 * is full.
 */
struct socket *vsb_socket_connect(struct vsb_context *ctx, int type,
				  const struct vsb_name *name)
{
	struct sockaddr_un addr;
	struct socket *sock;
	int ret, len;

	len = vsb_socket_address(&addr, name);
	if (len < 0)
		return ERR_PTR(len);
	sock = vsb_socket_create(ctx, type);
	if (IS_ERR(sock))
		return sock;

	ret = kernel_connect(sock, vsb_sockaddr(&addr), len, O_NONBLOCK);
	if (ret) {
		sock_release(sock);
		return ERR_PTR(ret);
	}
	return sock;
}

/* Return: the next client, or an error; -EAGAIN when there is none. */
struct socket *vsb_socket_accept(struct vsb_socket *s)
{
	struct socket *sock;
	int ret;

	ret = kernel_accept(s->sock, &sock, O_NONBLOCK);
	return ret ? ERR_PTR(ret) : sock;
}

static long vsb_socket_sendmsg(struct vsb_socket *s,
			       const struct iov_iter *from, int flags)
{
	struct msghdr msg = {
		.msg_iter = *from,
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags,
	};

	return sock_sendmsg(s->sock, &msg);
}

/*
 * Return: bytes that were taken from @from, or an error; never 0. Of SEQPACKET
 * all of them are taken, as one message, or none.
 */
long vsb_socket_send(struct vsb_socket *s, struct iov_iter *from)
{
	return vsb_socket_sendmsg(s, from, 0);
}

/* The same of a stream, for pages, which the socket then refers to. */
long vsb_socket_send_pages(struct vsb_socket *s, struct iov_iter *from)
{
	return vsb_socket_sendmsg(s, from, VSB_SPLICE_PAGES);
}

long vsb_socket_send_text(struct vsb_socket *s, const char *text, size_t len)
{
	struct kvec kvec = { .iov_base = (char *)text, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	return vsb_socket_send(s, &iter);
}

/* Length of the message that comes next; -EAGAIN when there is none. */
long vsb_socket_message_len(const struct vsb_socket *s)
{
	struct sk_buff_head *queue = &s->sock->sk->sk_receive_queue;
	const struct sk_buff *skb;
	long len = -EAGAIN;

	spin_lock(&queue->lock);
	skb = skb_peek(queue);
	if (skb)
		len = skb->len;
	spin_unlock(&queue->lock);
	return len;
}

static long vsb_socket_recv_once(struct vsb_socket *s,
				 const struct iov_iter *to, int flags)
{
	struct msghdr msg = { .msg_iter = *to };

	if (vsb_socket_has_files(s->sock))
		return -EPERM;
	return sock_recvmsg(s->sock, &msg, flags | MSG_DONTWAIT);
}

/*
 * A stream tells of a reset behind the bytes that came before, SEQPACKET before
 * its messages, and once. Here it comes behind them; see vsb_socket_end().
 */
static long vsb_socket_recvmsg(struct vsb_socket *s, struct iov_iter *to,
			       int flags)
{
	long got = vsb_socket_recv_once(s, to, flags);

	if (got != -ECONNRESET || s->sock->type != SOCK_SEQPACKET ||
	    vsb_socket_message_len(s) < 0)
		return got;
	s->reset = true;
	return vsb_socket_recv_once(s, to, flags);
}

/* Return: bytes that were put into @to, 0 at the end, or an error. */
long vsb_socket_recv(struct vsb_socket *s, struct iov_iter *to)
{
	return vsb_socket_recvmsg(s, to, 0);
}

long vsb_socket_recv_text(struct vsb_socket *s, char *text, size_t len,
			  bool peek)
{
	struct kvec kvec = { .iov_base = text, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, len);
	return vsb_socket_recvmsg(s, &iter, peek ? MSG_PEEK : 0);
}

/*
 * Read of the message that comes next, from byte @skip on; it stays. The
 * socket is ours alone, so that its offset for peeking is nobody else's.
 */
long vsb_socket_peek_message(struct vsb_socket *s, struct iov_iter *to,
			     u32 skip)
{
	struct sock *sk = s->sock->sk;
	long got;

	WRITE_ONCE(sk->sk_peek_off, skip);
	got = vsb_socket_recvmsg(s, to, MSG_PEEK);
	WRITE_ONCE(sk->sk_peek_off, -1);
	return got;
}

/* Return: 0, or an error: then it is still there. */
long vsb_socket_drop_message(struct vsb_socket *s)
{
	return vsb_socket_recv_text(s, NULL, 0, false);
}

/*
 * Why a socket without a message is readable: 0 for the end, an error, or
 * -EAGAIN: it is not. Behind the end no message comes, so the read takes none.
 */
long vsb_socket_end(struct vsb_socket *s)
{
	if (!vsb_socket_at_eof(s))
		return -EAGAIN;
	smp_rmb();	/* (O): the end is seen: so are the messages before it */
	if (vsb_socket_message_len(s) >= 0)
		return -EAGAIN;
	if (s->reset)
		return -ECONNRESET;
	return vsb_socket_recv_text(s, NULL, 0, false);
}

void vsb_socket_shutdown_read(struct vsb_socket *s)
{
	kernel_sock_shutdown(s->sock, SHUT_RD);
}

void vsb_socket_shutdown_write(struct vsb_socket *s)
{
	kernel_sock_shutdown(s->sock, SHUT_WR);
}

/* No more bytes will come than those that are queued. */
bool vsb_socket_at_eof(const struct vsb_socket *s)
{
	const struct sock *sk = s->sock->sk;

	return (READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN) ||
	       READ_ONCE(sk->sk_err);
}

/* The peer reads no more. */
bool vsb_socket_is_deaf(const struct vsb_socket *s)
{
	return READ_ONCE(s->sock->sk->sk_shutdown) & SEND_SHUTDOWN;
}

/* The peer reads no more, has written its last byte, and all of them are read. */
bool vsb_socket_is_gone(const struct vsb_socket *s)
{
	if (!vsb_socket_at_eof(s) || !vsb_socket_is_deaf(s))
		return false;
	smp_rmb();	/* (O): the end is seen: so are the bytes before it */
	return skb_queue_empty_lockless(&s->sock->sk->sk_receive_queue);
}

/* Has the peer passed descriptors, which are not received? */
bool vsb_socket_holds_files(const struct vsb_socket *s)
{
	return vsb_socket_has_files(s->sock);
}

/*
 * What the peer has not read of us, with AF_UNIX's own structures; by whole
 * buffers, of 36 KiB at most.
 */
u32 vsb_socket_unread(const struct vsb_socket *s)
{
	return refcount_read(&s->sock->sk->sk_wmem_alloc);
}

/* A send would not say EAGAIN; by AF_UNIX's rule, which looks at no lengths. */
bool vsb_socket_has_room(const struct vsb_socket *s)
{
	const struct sock *sk = s->sock->sk;

	return refcount_read(&sk->sk_wmem_alloc) < READ_ONCE(sk->sk_sndbuf);
}

/*
 * A read would not say EAGAIN. Asked after a short read; what comes after the
 * question is notified.
 */
bool vsb_socket_readable(const struct vsb_socket *s)
{
	return !skb_queue_empty_lockless(&s->sock->sk->sk_receive_queue) ||
	       vsb_socket_at_eof(s);
}

/*
 * Who is at the other end: who connected, or who made it listen. As the current
 * process knows them; 0, and the overflow user, where nobody is known.
 */
void vsb_socket_peer_is(const struct vsb_socket *s, u32 *pid, u32 *uid)
{
	struct sock *sk = s->sock ? s->sock->sk : NULL;
	kuid_t kuid = INVALID_UID;

	*pid = 0;
	if (sk) {
		spin_lock(&sk->sk_peer_lock);
		*pid = pid_vnr(sk->sk_peer_pid);
		if (sk->sk_peer_cred)
			kuid = sk->sk_peer_cred->euid;
		spin_unlock(&sk->sk_peer_lock);
	}
	*uid = from_kuid_munged(current_user_ns(), kuid);
}
