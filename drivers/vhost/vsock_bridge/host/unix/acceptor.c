// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX acceptors: listening sockets.
 */
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/un.h>
#include <linux/wait.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "base/compat.h"
#include "host/unix/acceptor.h"
#include "host/unix/end.h"
#include "host/unix/name.h"
#include "host/unix/socket.h"
#include "host/unix/sockfile.h"
#include "host/watch.h"

/* Maximum number of clients that wait in the backlog. */
#define VSB_UNIX_BACKLOG	1024

/**
 * struct vsb_unix_acceptor - a listening socket
 * @acceptor: the part that all kinds have
 * @sock: the socket, with a reference to its file; NULL while it is not pinned
 * @weak: while a shared socket is not pinned: its sock, with a reference. It
 *	stays valid after all processes have closed the socket.
 * @wait: the acceptor's entry in the socket's wait queue
 */
struct vsb_unix_acceptor {
	struct vsb_acceptor acceptor;
	struct socket *sock;
	struct sock *weak;
	wait_queue_entry_t wait;
};

static struct vsb_unix_acceptor *
vsb_unix_acceptor(const struct vsb_acceptor *acceptor)
{
	return container_of(acceptor, struct vsb_unix_acceptor, acceptor);
}

static int vsb_unix_acceptor_wake(wait_queue_entry_t *wait, unsigned int mode,
				  int sync, void *key)
{
	struct vsb_unix_acceptor *unx =
		container_of(wait, struct vsb_unix_acceptor, wait);

	vsb_watch_post(unx->acceptor.watch, VSB_WATCH_IN);
	return 0;
}

static void vsb_unix_acceptor_attach(struct vsb_acceptor *acceptor)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor(acceptor);

	init_waitqueue_func_entry(&unx->wait, vsb_unix_acceptor_wake);
	add_wait_queue(sk_sleep(unx->sock->sk), &unx->wait);
	vsb_watch_post(acceptor->watch, VSB_WATCH_IN);
}

static void vsb_unix_acceptor_detach(struct vsb_acceptor *acceptor)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor(acceptor);

	remove_wait_queue(sk_sleep(unx->sock->sk), &unx->wait);
}

static struct vsb_end *vsb_unix_acceptor_accept(struct vsb_acceptor *acceptor)
{
	return vsb_unix_accept(vsb_unix_acceptor(acceptor)->sock);
}

/*
 * The device must not keep a shared socket open: a client in the backlog may
 * have passed the device's own descriptor, and then the device and the socket
 * would keep each other open for ever. When all processes have closed the
 * socket, its backlog is gone, with all descriptors that wait there.
 */
static void vsb_unix_acceptor_unpin(struct vsb_acceptor *acceptor)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor(acceptor);

	unx->weak = unx->sock->sk;
	sock_hold(unx->weak);
	sockfd_put(unx->sock);
	unx->sock = NULL;
}

/*
 * AF_UNIX clears sk_socket under the state lock before it frees the socket and
 * its file, so the lock keeps both valid here.
 */
static int vsb_unix_acceptor_pin(struct vsb_acceptor *acceptor)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor(acceptor);
	struct socket *sock;

	unix_state_lock(unx->weak);
	sock = unx->weak->sk_socket;
	if (sock && (!sock->file || !vsb_get_live_file(&sock->file)))
		sock = NULL;
	unix_state_unlock(unx->weak);
	if (!sock)
		return -EBADF;
	sock_put(unx->weak);
	unx->weak = NULL;
	unx->sock = sock;
	return 0;
}

/* A listening socket that is shut down for reading refuses clients. */
static void vsb_unix_set_refusing(struct sock *sk, bool refusing)
{
	int shutdown;

	unix_state_lock(sk);
	shutdown = sk->sk_shutdown & ~RCV_SHUTDOWN;
	WRITE_ONCE(sk->sk_shutdown, refusing ? shutdown | RCV_SHUTDOWN :
					       shutdown);
	unix_state_unlock(sk);
}

static void vsb_unix_acceptor_admit(struct vsb_acceptor *acceptor)
{
	if (!acceptor->shared)
		vsb_unix_set_refusing(vsb_unix_acceptor(acceptor)->sock->sk,
				      false);
}

static void vsb_unix_acceptor_refuse(struct vsb_acceptor *acceptor)
{
	struct socket *sock = vsb_unix_acceptor(acceptor)->sock;

	if (sock && file_count(sock->file) == 1)
		kernel_sock_shutdown(sock, SHUT_RDWR);
}

/*
 * A task closes a file on its way to user space, or when it exits; until then
 * the socket refuses clients. A kernel thread would leave the close to a work
 * queue, which may run after the owner's end is reported. Therefore it closes
 * the file synchronously.
 */
static void vsb_unix_acceptor_close(struct vsb_acceptor *acceptor)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor(acceptor);

	vsb_unix_acceptor_refuse(acceptor);
	if (unx->weak)
		sock_put(unx->weak);
	else if (current->flags & PF_KTHREAD)
		__fput_sync(unx->sock->file);
	else
		sockfd_put(unx->sock);
	kfree(unx);
}

static const struct vsb_acceptor_ops vsb_unix_acceptor_ops = {
	.attach = vsb_unix_acceptor_attach,
	.detach = vsb_unix_acceptor_detach,
	.accept = vsb_unix_acceptor_accept,
	.unpin = vsb_unix_acceptor_unpin,
	.pin = vsb_unix_acceptor_pin,
	.admit = vsb_unix_acceptor_admit,
	.refuse = vsb_unix_acceptor_refuse,
	.close = vsb_unix_acceptor_close,
};

static struct vsb_unix_acceptor *vsb_unix_acceptor_new(bool shared)
{
	struct vsb_unix_acceptor *unx = kzalloc(sizeof(*unx),
						GFP_KERNEL_ACCOUNT);

	if (!unx)
		return NULL;
	unx->acceptor.ops = &vsb_unix_acceptor_ops;
	unx->acceptor.shared = shared;
	return unx;
}

static int vsb_unix_check_shared(const struct socket *sock, int type)
{
	/* checks the family of the socket, not the one in its address */
	if (sock->sk->sk_family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (sock->type != type)
		return -ESOCKTNOSUPPORT;
	return READ_ONCE(sock->sk->sk_state) == TCP_LISTEN ? 0 : -EINVAL;
}

/**
 * vsb_unix_acceptor_from_fd() - share a listening socket of the current process
 * @fd: descriptor of the socket
 * @type: SOCK_*, the required type
 *
 * Return: the acceptor, or an error: -EBADF, -ENOTSOCK, -EAFNOSUPPORT,
 * -ESOCKTNOSUPPORT, -ENOMEM, or -EINVAL if the socket does not listen.
 */
struct vsb_acceptor *vsb_unix_acceptor_from_fd(int fd, int type)
{
	struct vsb_unix_acceptor *unx = NULL;
	struct socket *sock;
	int ret;

	sock = sockfd_lookup(fd, &ret);
	if (!sock)
		return ERR_PTR(ret);
	ret = vsb_unix_check_shared(sock, type);
	if (!ret) {
		unx = vsb_unix_acceptor_new(true);
		ret = unx ? 0 : -ENOMEM;
	}
	if (ret) {
		sockfd_put(sock);
		return ERR_PTR(ret);
	}
	unx->sock = sock;
	return &unx->acceptor;
}

/*
 * A listening socket needs an open file, although no descriptor refers to it.
 * Landlock treats a listener without a file as owned by no domain, so every
 * task may connect to it. Linux 6.12 expects that the file exists.
 */
static struct socket *vsb_unix_create_file(struct vsb_context *ctx, int type)
{
	struct socket *sock = vsb_socket_create(ctx, type);
	struct file *file;

	if (IS_ERR(sock))
		return sock;
	/* on failure, sock_alloc_file() releases the socket */
	file = sock_alloc_file(sock, 0, NULL);
	return IS_ERR(file) ? ERR_CAST(file) : sock;
}

/* Binds; on failure, the socket file does not exist. */
static int vsb_unix_bind(struct socket *sock, const struct vsb_name *name,
			 const struct vsb_sockfile *file)
{
	const struct path *path = &unix_sk(sock->sk)->path;
	struct sockaddr_un addr;
	int ret, len;

	len = vsb_socket_address(&addr, name);
	if (len < 0)
		return len;
	/* AF_UNIX creates the file with the socket's mode, less the umask */
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

/**
 * vsb_unix_listen() - bind and listen
 * @ctx: the context of the name and of the file; the current task is in it
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @name: the address
 * @file: mode and owner of the socket file
 *
 * The acceptor refuses clients until vsb_acceptor_admit().
 *
 * Return: the acceptor, or an error as from bind(2) or chown(2).
 */
struct vsb_acceptor *vsb_unix_listen(struct vsb_context *ctx, int type,
				     const struct vsb_name *name,
				     const struct vsb_sockfile *file)
{
	struct vsb_unix_acceptor *unx = vsb_unix_acceptor_new(false);
	struct socket *sock;
	int ret;

	if (!unx)
		return ERR_PTR(-ENOMEM);
	sock = vsb_unix_create_file(ctx, type);
	if (IS_ERR(sock)) {
		kfree(unx);
		return ERR_CAST(sock);
	}
	unx->sock = sock;
	/* clients inherit this setting */
	vsb_refuse_files(sock->sk);
	vsb_unix_set_refusing(sock->sk, true);
	ret = vsb_unix_bind(sock, name, file);
	if (!ret)
		ret = kernel_listen(sock, VSB_UNIX_BACKLOG);
	if (ret) {
		vsb_acceptor_close(&unx->acceptor);
		return ERR_PTR(ret);
	}
	return &unx->acceptor;
}

/* Removes the file of a socket that was just bound, if it has a file. */
void vsb_unix_acceptor_unlink(const struct vsb_acceptor *acceptor)
{
	const struct path *path = vsb_unix_acceptor_path(acceptor);

	if (path->dentry)
		vsb_sockfile_unlink(path);
}

/*
 * Return: the path of the file of a bound socket, valid as long as the socket.
 */
const struct path *vsb_unix_acceptor_path(const struct vsb_acceptor *acceptor)
{
	return &unix_sk(vsb_unix_acceptor(acceptor)->sock->sk)->path;
}
