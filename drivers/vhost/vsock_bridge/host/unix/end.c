// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX host ends: connected sockets.
 *
 * An entry in the socket's wait queue delivers events, not a changed callback
 * of the sock: after remove_wait_queue() the entry's function is not running
 * and will not run, so the end can be freed, and the module unloaded.
 */
#include <linux/bvec.h>
#include <linux/container_of.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/init.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uidgid.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "base/compat.h"
#include "host/end.h"
#include "host/pages.h"
#include "host/unix/end.h"
#include "host/unix/name.h"
#include "host/unix/socket.h"
#include "host/watch.h"

/*
 * Send buffer: room for about thirty of AF_UNIX's largest buffers (36544
 * bytes).
 */
#define VSB_UNIX_SNDBUF		(1024 * 1024)

/*
 * The device's pages carry sends of at least VSB_SEND_PAGES_MIN bytes from
 * guest memory. The bytes of one send fit into VSB_SEND_PARTS blocks of pages,
 * of which the first block may be partly in use.
 */
#define VSB_SEND_PAGES_MIN	2048
#define VSB_SEND_PARTS		5

/* Releases sockets that hold descriptors, or the last reference to a file. */
static struct workqueue_struct *vsb_unix_wq;

/**
 * struct vsb_unix_end - a connected socket
 * @end: the part that all kinds have
 * @sock: the socket
 * @wait: the end's entry in the socket's wait queue
 * @release: work that releases the socket outside the data path
 * @reset: for SEQPACKET, AF_UNIX reported the peer's reset before all of its
 *	messages were received
 */
struct vsb_unix_end {
	struct vsb_end end;
	struct socket *sock;
	wait_queue_entry_t wait;
	struct work_struct release;
	bool reset;
};

int __init vsb_unix_init_module(void)
{
	vsb_unix_wq = alloc_workqueue("vsb_unix", WQ_UNBOUND, 0);
	return vsb_unix_wq ? 0 : -ENOMEM;
}

/* Waits until all sockets are released. */
void vsb_unix_exit_module(void)
{
	destroy_workqueue(vsb_unix_wq);
}

static struct vsb_unix_end *vsb_unix_end(const struct vsb_end *end)
{
	return container_of(end, struct vsb_unix_end, end);
}

static struct sock *vsb_unix_end_sk(const struct vsb_end *end)
{
	return vsb_unix_end(end)->sock->sk;
}

/*
 * Does the peer have enough room that poll() reports it as writable, by
 * AF_UNIX's rule? The function takes no lock, because the caller holds one: a
 * connection keeps its peer, and a reference to it, until the device releases
 * its socket, and by then the wait queue entry is gone.
 */
static bool vsb_unix_peer_has_room(struct sock *sk)
{
	const struct sock *peer = READ_ONCE(unix_sk(sk)->peer);

	return peer && refcount_read(&peer->sk_wmem_alloc) <
		       READ_ONCE(peer->sk_sndbuf) / 4;
}

static int vsb_unix_end_wake(wait_queue_entry_t *wait, unsigned int mode,
			     int sync, void *key)
{
	struct vsb_unix_end *unx = container_of(wait, struct vsb_unix_end,
						wait);
	struct vsb_watch *watch = unx->end.watch;
	__poll_t mask = key_to_poll(key);
	int events = 0;

	/* a wakeup without a key is a change of state: any event is possible */
	if (!mask || (mask & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		events |= VSB_WATCH_IN;
	if (!mask || (mask & (EPOLLHUP | EPOLLERR)) ||
	    ((mask & EPOLLOUT) && READ_ONCE(watch->want_write)))
		events |= VSB_WATCH_OUT;
	if (!events)
		return 0;
	if (!mask || (mask & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ||
	    !vsb_unix_peer_has_room(unx->sock->sk))
		events |= VSB_WATCH_URGENT;

	vsb_watch_post(watch, events);
	return 0;
}

/* Gives the socket a send buffer for the bytes of a guest. */
static void vsb_unix_end_attach(struct vsb_end *end)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);
	struct sock *sk = unx->sock->sk;

	lock_sock(sk);
	vsb_refuse_files(sk);
	WRITE_ONCE(sk->sk_sndbuf, VSB_UNIX_SNDBUF);
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	release_sock(sk);
	init_waitqueue_func_entry(&unx->wait, vsb_unix_end_wake);
	add_wait_queue(sk_sleep(sk), &unx->wait);
	vsb_watch_post(end->watch, VSB_WATCH_IN | VSB_WATCH_OUT);
}

/*
 * The device never receives descriptors that a host program passes, because
 * closing a descriptor can block without bound, for instance a socket with
 * SO_LINGER.
 *
 * A worker that closed the descriptor would block in its next get_signal(), and
 * so would its guest. Therefore a work queue releases the socket: its files go
 * to the kernel's delayed_fput(), one work for the whole machine, which blocks
 * instead. A local user can also block that work without the device, through
 * AF_UNIX's collector or AIO. From Linux 6.16 on the sender gets EPERM.
 */
static bool vsb_unix_has_files(const struct sock *sk)
{
	return atomic_read(&unix_sk(sk)->scm_stat.nr_fds);
}

/* Return: the socket at the other end, with a reference, or NULL. */
static struct sock *vsb_unix_get_peer(struct sock *sk)
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
 * Reports an error to the peer: the error is set before the end wakes the peer,
 * and no unread bytes are left for which AF_UNIX would report another error. A
 * reader that checks for an error before it is set, and for EOF afterwards,
 * gets the error from its next call.
 */
static void vsb_unix_report_error(struct socket *sock, int error)
{
	struct sock *peer = vsb_unix_get_peer(sock->sk);

	if (!peer)
		return;
	WRITE_ONCE(peer->sk_err, error);
	kernel_sock_shutdown(sock, SHUT_RDWR);
	sk_error_report(peer);
	sock_put(peer);
	if (!vsb_unix_has_files(sock->sk))
		skb_queue_purge(&sock->sk->sk_receive_queue);
}

static void vsb_unix_end_detach(struct vsb_end *end)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);

	remove_wait_queue(sk_sleep(unx->sock->sk), &unx->wait);
	if (end->error)
		vsb_unix_report_error(unx->sock, end->error);
}

static void vsb_unix_end_free(struct vsb_unix_end *unx)
{
	sock_release(unx->sock);
	kfree(unx);
}

static void vsb_unix_release_work(struct work_struct *work)
{
	vsb_unix_end_free(container_of(work, struct vsb_unix_end, release));
}

/*
 * The peer sees EOF at once, or ECONNRESET if it left unread bytes in this
 * socket, as AF_UNIX reports it at the release.
 */
static void vsb_unix_shutdown_now(struct socket *sock)
{
	if (skb_queue_empty_lockless(&sock->sk->sk_receive_queue))
		kernel_sock_shutdown(sock, SHUT_RDWR);
	else
		vsb_unix_report_error(sock, ECONNRESET);
}

/*
 * May the release wait for a file system? It puts the dentry of the file that
 * the client connected to. With the last reference the inode can be evicted.
 */
static bool vsb_unix_release_blocks(const struct sock *sk)
{
	const struct dentry *dentry = unix_sk(sk)->path.dentry;

	return dentry && d_count(dentry) == 1;
}

static void vsb_unix_end_close(struct vsb_end *end, bool wait)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);
	struct sock *sk = unx->sock->sk;

	if (!vsb_unix_has_files(sk) && (wait || !vsb_unix_release_blocks(sk))) {
		vsb_unix_end_free(unx);
		return;
	}
	vsb_unix_shutdown_now(unx->sock);
	INIT_WORK(&unx->release, vsb_unix_release_work);
	queue_work(vsb_unix_wq, &unx->release);
}

static long vsb_unix_sendmsg(struct socket *sock, const struct iov_iter *from,
			     int flags)
{
	struct msghdr msg = {
		.msg_iter = *from,
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags,
	};

	return sock_sendmsg(sock, &msg);
}

/*
 * Return: true if a send would not return EAGAIN, by AF_UNIX's rule, which
 * ignores lengths.
 */
static bool vsb_unix_has_room(const struct sock *sk)
{
	return refcount_read(&sk->sk_wmem_alloc) < READ_ONCE(sk->sk_sndbuf);
}

/*
 * Sends by reference to the device's pages. Return: number of bytes sent, or an
 * error; 0 if there is no page, or if the bytes cannot be read.
 */
static long vsb_unix_send_pages(struct vsb_unix_end *unx,
				const struct iov_iter *from)
{
	struct bio_vec parts[VSB_SEND_PARTS];
	struct iov_iter rest = *from, iter;
	unsigned int nr;
	long sent;

	/* checked first, because without room the copy would be wasted */
	if (!vsb_unix_has_room(unx->sock->sk))
		return -EAGAIN;
	nr = vsb_pages_fill(unx->end.pages, &rest, parts, VSB_SEND_PARTS);
	if (!nr)
		return 0;
	iov_iter_bvec(&iter, ITER_SOURCE, parts, nr,
		      iov_iter_count(from) - iov_iter_count(&rest));
	sent = vsb_unix_sendmsg(unx->sock, &iter, VSB_SPLICE_PAGES);
	vsb_pages_put(parts, nr);
	return sent;
}

/*
 * Bytes in kernel memory, which are small or were buffered, are always copied.
 */
static long vsb_unix_end_send(struct vsb_end *end, struct iov_iter *from)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);
	long sent = 0;

	if (VSB_SPLICE_PAGES && unx->sock->type == SOCK_STREAM &&
	    user_backed_iter(from) &&
	    iov_iter_count(from) >= VSB_SEND_PAGES_MIN)
		sent = vsb_unix_send_pages(unx, from);
	return sent ? sent : vsb_unix_sendmsg(unx->sock, from, 0);
}

/* Return: length of the next message; -EAGAIN if there is none. */
static long vsb_unix_message_len(struct sock *sk)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	const struct sk_buff *skb;
	long len = -EAGAIN;

	spin_lock(&queue->lock);
	skb = skb_peek(queue);
	if (skb)
		len = skb->len;
	spin_unlock(&queue->lock);
	return len;
}

static unsigned int vsb_unix_end_state(const struct vsb_end *end)
{
	const struct sock *sk = vsb_unix_end_sk(end);
	int shutdown = READ_ONCE(sk->sk_shutdown);
	unsigned int state = 0;

	if ((shutdown & RCV_SHUTDOWN) || READ_ONCE(sk->sk_err)) {
		state |= VSB_END_EOF;
		smp_rmb();	/* (O): the EOF state before the bytes */
	}
	if (shutdown & SEND_SHUTDOWN)
		state |= VSB_END_SHUT_RD;
	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		state |= VSB_END_DATA;
	if (vsb_unix_has_files(sk))
		state |= VSB_END_FILES;
	return state;
}

static long vsb_unix_recvmsg_once(struct vsb_unix_end *unx,
				  const struct iov_iter *to, int flags)
{
	struct msghdr msg = { .msg_iter = *to };

	if (vsb_unix_has_files(unx->sock->sk))
		return -EPERM;
	return sock_recvmsg(unx->sock, &msg, flags | MSG_DONTWAIT);
}

/*
 * A stream reports a reset after the bytes that arrived before it. SEQPACKET
 * reports it once, and before the messages; here it follows the messages, see
 * vsb_unix_end_reason().
 */
static long vsb_unix_recvmsg(struct vsb_unix_end *unx,
			     const struct iov_iter *to, int flags)
{
	long got = vsb_unix_recvmsg_once(unx, to, flags);

	if (got != -ECONNRESET || unx->sock->type != SOCK_SEQPACKET ||
	    vsb_unix_message_len(unx->sock->sk) < 0)
		return got;
	unx->reset = true;
	return vsb_unix_recvmsg_once(unx, to, flags);
}

/* Bytes that arrive after the read of the state cause an event. */
static long vsb_unix_end_recv(struct vsb_end *end, struct iov_iter *to)
{
	long got = vsb_unix_recvmsg(vsb_unix_end(end), to, 0);

	end->more = (got > 0 && got == iov_iter_count(to)) ||
		    (vsb_unix_end_state(end) & (VSB_END_DATA | VSB_END_EOF));
	return got;
}

/*
 * A peek at a stream begins at its first byte. Only the device reads the
 * socket, so no other reader uses its offset for peeking.
 */
static long vsb_unix_end_peek(struct vsb_end *end, struct iov_iter *to,
			      u32 skip)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);
	struct sock *sk = unx->sock->sk;
	long got;

	if (skip)
		WRITE_ONCE(sk->sk_peek_off, skip);
	got = vsb_unix_recvmsg(unx, to, MSG_PEEK);
	if (skip)
		WRITE_ONCE(sk->sk_peek_off, -1);
	return got;
}

/*
 * Return: why a socket without a message is readable: -ENODATA for EOF, or an
 * error; -EAGAIN if it is not readable. No message follows EOF, so the receive
 * takes none.
 */
static long vsb_unix_end_reason(struct vsb_end *end)
{
	struct vsb_unix_end *unx = vsb_unix_end(end);
	unsigned int state = vsb_unix_end_state(end);
	long ret;

	if (!(state & VSB_END_EOF) || (state & VSB_END_DATA))
		return -EAGAIN;
	if (unx->reset)
		return -ECONNRESET;
	ret = vsb_end_drop_message(end);
	return ret ? ret : -ENODATA;
}

static long vsb_unix_end_next_message(struct vsb_end *end)
{
	long len = vsb_unix_message_len(vsb_unix_end_sk(end));

	return len < 0 ? vsb_unix_end_reason(end) : len;
}

/* The unit is AF_UNIX's buffers, of at most 36 KiB, with their overhead. */
static u32 vsb_unix_end_unread(const struct vsb_end *end)
{
	return refcount_read(&vsb_unix_end_sk(end)->sk_wmem_alloc);
}

static void vsb_unix_end_shutdown(struct vsb_end *end, int how)
{
	kernel_sock_shutdown(vsb_unix_end(end)->sock, how);
}

/* The peer is the process that connected, or that made the socket listen. */
static void vsb_unix_end_peer(const struct vsb_end *end, u32 *pid, u32 *uid)
{
	struct sock *sk = vsb_unix_end_sk(end);
	kuid_t kuid = INVALID_UID;

	spin_lock(&sk->sk_peer_lock);
	*pid = pid_vnr(sk->sk_peer_pid);
	if (sk->sk_peer_cred)
		kuid = sk->sk_peer_cred->euid;
	spin_unlock(&sk->sk_peer_lock);
	*uid = from_kuid_munged(current_user_ns(), kuid);
}

static const struct vsb_end_ops vsb_unix_end_ops = {
	.attach = vsb_unix_end_attach,
	.detach = vsb_unix_end_detach,
	.close = vsb_unix_end_close,
	.send = vsb_unix_end_send,
	.recv = vsb_unix_end_recv,
	.peek = vsb_unix_end_peek,
	.next_message = vsb_unix_end_next_message,
	.state = vsb_unix_end_state,
	.unread = vsb_unix_end_unread,
	.shutdown = vsb_unix_end_shutdown,
	.peer = vsb_unix_end_peer,
};

static struct vsb_unix_end *vsb_unix_end_new(void)
{
	struct vsb_unix_end *unx = kzalloc(sizeof(*unx), GFP_KERNEL_ACCOUNT);

	if (unx)
		unx->end.ops = &vsb_unix_end_ops;
	return unx;
}

/*
 * Return: the next client of @listener, or an error; -EAGAIN if there is none.
 */
struct vsb_end *vsb_unix_accept(struct socket *listener)
{
	struct vsb_unix_end *unx = vsb_unix_end_new();
	int ret;

	/* without memory, the client stays in the backlog */
	if (!unx)
		return ERR_PTR(-ENOMEM);
	ret = kernel_accept(listener, &unx->sock, O_NONBLOCK);
	if (ret) {
		kfree(unx);
		return ERR_PTR(ret);
	}
	return &unx->end;
}

static struct socket *vsb_unix_connect_socket(struct vsb_context *ctx, int type,
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

/**
 * vsb_unix_connect() - connect to a name, without waiting for the backlog
 * @ctx: the context of the name; the current task is in it
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @name: the address
 *
 * Return: the host end, or an error as from connect(2); -EAGAIN if the backlog
 * is full.
 */
struct vsb_end *vsb_unix_connect(struct vsb_context *ctx, int type,
				 const struct vsb_name *name)
{
	struct vsb_unix_end *unx = vsb_unix_end_new();
	struct socket *sock;

	if (!unx)
		return ERR_PTR(-ENOMEM);
	sock = vsb_unix_connect_socket(ctx, type, name);
	if (IS_ERR(sock)) {
		kfree(unx);
		return ERR_CAST(sock);
	}
	unx->sock = sock;
	return &unx->end;
}
