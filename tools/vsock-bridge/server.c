// SPDX-License-Identifier: GPL-2.0
/* A listening socket whose file is removed when the program stops listening. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "diag.h"
#include "exit.h"
#include "server.h"
#include "uds.h"
#include "wait.h"

/* The file that was made, for the signal handler. */
static struct {
	const char *path;
	struct stat made;
} file;

static void remove_file(void)
{
	if (file.path)
		uds_unlink(AT_FDCWD, file.path, &file.made);
	file.path = NULL;
}

static void end_by_signal(int number)
{
	remove_file();
	signal(number, SIG_DFL);
	raise(number);
}

/* A signal that the caller ignores, as nohup(1) does, stays ignored. */
static void catch(int number)
{
	if (signal(number, end_by_signal) == SIG_IGN)
		signal(number, SIG_IGN);
}

static void catch_signals(void)
{
	catch(SIGHUP);
	catch(SIGINT);
	catch(SIGTERM);
}

static void remember_file(const char *path)
{
	if (!lstat(path, &file.made))
		file.path = path;
}

static int bind_file(const struct server *server)
{
	const char *path = server->address.path;
	mode_t umask_before;
	int failed;

	if (!uds_is_abstract(path) &&
	    uds_remove_stale(AT_FDCWD, path, server->replace))
		return -1;
	umask_before = umask(0);
	umask(server->mode < 0 ? umask_before : 0777 & ~(mode_t)server->mode);
	failed = bind(server->fd, (const struct sockaddr *)&server->address.un,
		      server->address.length);
	umask(umask_before);
	if (failed)
		uds_bind_failed(path, errno);
	else if (!uds_is_abstract(path))
		remember_file(path);
	return failed;
}

int server_open(struct server *server)
{
	server->fd = descriptor_above_stderr(socket(AF_UNIX,
						    server->type | SOCK_CLOEXEC, 0));
	if (server->fd < 0) {
		diag("cannot open a socket: %s: check the limits of this process",
		     strerror(errno));
		return EXIT_FAILED;
	}
	catch_signals();
	if (bind_file(server)) {
		server_close(server);
		return EXIT_FAILED;
	}
	if (!listen(server->fd, server->backlog))
		return 0;
	diag("cannot listen on %s: %s: try again", server->address.path,
	     strerror(errno));
	server_close(server);
	return EXIT_FAILED;
}

int server_accept(const struct server *server, unsigned long timeout_ms, int *fd)
{
	unsigned long deadline = timeout_ms ? wait_deadline(timeout_ms) : WAIT_FOREVER;

	if (!poll_until(server->fd, POLLIN, deadline)) {
		diag("no connection to %s in %lu ms: check the guest, or raise --timeout",
		     server->address.path, timeout_ms);
		return EXIT_TIMED_OUT;
	}
	do {
		*fd = descriptor_above_stderr(accept4(server->fd, NULL, NULL,
						      SOCK_CLOEXEC));
	} while (*fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (*fd >= 0)
		return 0;
	diag("cannot accept on %s: %s: check the limits of this process",
	     server->address.path, strerror(errno));
	return EXIT_FAILED;
}

void server_close(struct server *server)
{
	remove_file();
	close(server->fd);
	server->fd = -1;
}
