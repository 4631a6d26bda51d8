// SPDX-License-Identifier: GPL-2.0
/*
 * Lets a host program that speaks AF_VSOCK to its guests speak to one that is
 * behind a bridge, by LD_PRELOAD:
 *
 *	VSOCK_UDS=/run/vm1.sock LD_PRELOAD=preload.so PROGRAM
 *
 * connect() to a port of the guest becomes a connection to VSOCK_UDS, or to
 * VSOCK_UDS_seqpacket, with the line "CONNECT <port>", bind() to a port becomes
 * the file VSOCK_UDS_<port>.
 * Addresses are translated back. All else is left to AF_UNIX, so what a program
 * then sees is what the bridge can do, and not what this file makes up; but
 * the sizes of vsock's buffers, which only the kernel's own transports have, are
 * kept and returned again.
 *
 * One thread, stream and SEQPACKET sockets, descriptors below NR_FDS.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NR_FDS		1024
#define NR_BUFFERS	3	/* SO_VM_SOCKETS_BUFFER_SIZE, _MIN_, _MAX_ */
#define BUFFER_SIZE	262144
#define GUEST_CID	3

/* What is known of a socket that the program believes to be AF_VSOCK. */
struct endpoint {
	bool open;
	int type;
	unsigned int local;
	unsigned int peer;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	unsigned long long buffers[NR_BUFFERS];
};

static struct endpoint endpoints[NR_FDS];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fail(int error)
{
	errno = error;
	return -1;
}

static struct endpoint *endpoint_of(int fd)
{
	if (fd < 0 || fd >= NR_FDS || !endpoints[fd].open)
		return NULL;
	return &endpoints[fd];
}

static int endpoint_new(int fd, int type, unsigned int local,
			unsigned int peer)
{
	struct endpoint *end;
	int i;

	if (fd >= NR_FDS) {
		REAL(close)(fd);
		return fail(EMFILE);
	}
	if (fd < 0)
		return fd;
	end = &endpoints[fd];
	memset(end, 0, sizeof(*end));
	end->open = true;
	end->type = type;
	end->local = local;
	end->peer = peer;
	for (i = 0; i < NR_BUFFERS; i++)
		end->buffers[i] = BUFFER_SIZE;
	return fd;
}

/* The path of the bridge with @suffix. */
static int uds_address(struct sockaddr_un *to, const char *suffix)
{
	const char *path = getenv("VSOCK_UDS");
	int len;

	if (!path)
		return fail(ENODEV);
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	len = snprintf(to->sun_path, sizeof(to->sun_path), "%s%s", path,
		       suffix);
	if (len < (int)sizeof(to->sun_path))
		return 0;
	return fail(ENAMETOOLONG);
}

static const struct sockaddr_vm *vsock_address(const struct sockaddr *address,
					       socklen_t len)
{
	if (len >= sizeof(struct sockaddr_vm) &&
	    address->sa_family == AF_VSOCK)
		return (const struct sockaddr_vm *)address;
	errno = EINVAL;
	return NULL;
}

static void tell_address(struct sockaddr *to, socklen_t *len,
			 unsigned int cid, unsigned int port)
{
	struct sockaddr_vm address = {
		.svm_family = AF_VSOCK,
		.svm_cid = cid,
		.svm_port = port,
	};

	if (!to)
		return;
	memcpy(to, &address, *len < sizeof(address) ? *len : sizeof(address));
	*len = sizeof(address);
}

int socket(int domain, int type, int protocol)
{
	int bare = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	int fd;

	if (domain != AF_VSOCK)
		return REAL(socket)(domain, type, protocol);
	if (bare != SOCK_STREAM && bare != SOCK_SEQPACKET)
		return fail(ESOCKTNOSUPPORT);
	fd = REAL(socket)(AF_UNIX, type, 0);
	return endpoint_new(fd, bare, VMADDR_PORT_ANY, VMADDR_PORT_ANY);
}

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
	struct endpoint *end = endpoint_of(fd);
	const struct sockaddr_vm *vm;
	struct sockaddr_un un;
	char suffix[16];

	if (!end)
		return REAL(bind)(fd, address, len);
	vm = vsock_address(address, len);
	if (!vm)
		return -1;
	snprintf(suffix, sizeof(suffix), "_%u", vm->svm_port);
	if (uds_address(&un, suffix) ||
	    REAL(bind)(fd, (struct sockaddr *)&un, sizeof(un)))
		return -1;
	end->local = vm->svm_port;
	memcpy(end->path, un.sun_path, sizeof(end->path));
	return 0;
}

/* The line, and exactly the answer's line: what follows is payload. */
static int handshake(int fd, int type, unsigned int port)
{
	size_t i, step = type == SOCK_STREAM ? 1 : sizeof("OK 4294967295\n");
	char line[32] = "";
	ssize_t n;

	n = snprintf(line, sizeof(line), "CONNECT %u\n", port);
	if (send(fd, line, n, MSG_NOSIGNAL) != n)
		return -1;
	for (i = 0; i + step <= sizeof(line); i += n) {
		n = recv(fd, &line[i], step, 0);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		if (line[i + n - 1] == '\n')
			return strncmp(line, "OK ", 3) ? fail(EPROTO) : 0;
	}
	return fail(ECONNRESET);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	struct endpoint *end = endpoint_of(fd);
	const struct sockaddr_vm *vm;
	struct sockaddr_un un;

	if (!end)
		return REAL(connect)(fd, address, len);
	vm = vsock_address(address, len);
	if (!vm || uds_address(&un, end->type == SOCK_SEQPACKET ?
				    "_seqpacket" : "") ||
	    REAL(connect)(fd, (struct sockaddr *)&un, sizeof(un)) ||
	    handshake(fd, end->type, vm->svm_port))
		return -1;
	end->peer = vm->svm_port;
	return 0;
}

int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	struct endpoint *end = endpoint_of(fd);
	int new;

	if (!end)
		return REAL(accept4)(fd, address, len, flags);
	new = endpoint_new(REAL(accept4)(fd, NULL, NULL, flags), end->type,
			   end->local, VMADDR_PORT_ANY);
	if (new >= 0)
		tell_address(address, len, GUEST_CID, VMADDR_PORT_ANY);
	return new;
}

int accept(int fd, struct sockaddr *address, socklen_t *len)
{
	return accept4(fd, address, len, 0);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
	struct endpoint *end = endpoint_of(fd);

	if (!end)
		return REAL(getsockname)(fd, address, len);
	tell_address(address, len, VMADDR_CID_HOST, end->local);
	return 0;
}

int getpeername(int fd, struct sockaddr *address, socklen_t *len)
{
	struct endpoint *end = endpoint_of(fd);

	if (!end)
		return REAL(getpeername)(fd, address, len);
	tell_address(address, len, GUEST_CID, end->peer);
	return 0;
}

static unsigned long long *buffer_option(struct endpoint *end, int option,
					 socklen_t len)
{
	if (option >= SO_VM_SOCKETS_BUFFER_SIZE && option < NR_BUFFERS &&
	    len >= sizeof(*end->buffers))
		return &end->buffers[option];
	errno = ENOPROTOOPT;
	return NULL;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct endpoint *end = endpoint_of(fd);
	unsigned long long *buffer;

	if (!end || level != AF_VSOCK)
		return REAL(setsockopt)(fd, level, option, value, len);
	buffer = buffer_option(end, option, len);
	if (!buffer)
		return -1;
	memcpy(buffer, value, sizeof(*buffer));
	return 0;
}

int getsockopt(int fd, int level, int option, void *restrict value,
	       socklen_t *restrict len)
{
	struct endpoint *end = endpoint_of(fd);
	unsigned long long *buffer;

	if (!end || level != AF_VSOCK)
		return REAL(getsockopt)(fd, level, option, value, len);
	buffer = buffer_option(end, option, *len);
	if (!buffer)
		return -1;
	memcpy(value, buffer, sizeof(*buffer));
	*len = sizeof(*buffer);
	return 0;
}

int close(int fd)
{
	struct endpoint *end = endpoint_of(fd);

	if (end) {
		if (end->path[0])
			unlink(end->path);
		end->open = false;
	}
	return REAL(close)(fd);
}
