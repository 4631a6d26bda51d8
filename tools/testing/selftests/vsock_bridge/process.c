// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "process.h"

int process_run(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(fn(arg));
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int read_result(struct process *p)
{
	struct pollfd pfd = { .fd = p->pipe, .events = POLLIN };
	unsigned char result;

	if (poll(&pfd, 1, WAIT_MS) != 1)
		return -ETIMEDOUT;
	return read(p->pipe, &result, 1) == 1 ? result : -EPIPE;
}

static void child(struct process *p, int ready[2], int hold[2],
		  void (*fn)(struct process *p, void *arg), void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(ready[0]);
	close(hold[1]);
	p->pipe = ready[1];
	p->hold = hold[0];
	fn(p, arg);
	_exit(0);
}

int process_start(struct process *p, void (*fn)(struct process *p, void *arg),
		  void *arg)
{
	int ready[2], hold[2], result;

	if (pipe2(ready, O_CLOEXEC) || pipe2(hold, O_CLOEXEC))
		return -errno;
	p->pid = fork();
	if (p->pid < 0)
		return -errno;
	if (!p->pid)
		child(p, ready, hold, fn, arg);
	close(ready[1]);
	close(hold[0]);
	p->pipe = ready[0];
	p->hold = hold[1];
	result = read_result(p);
	if (result)
		process_kill(p);
	return result;
}

void process_ready(struct process *p, int result)
{
	unsigned char byte = result < 0 ? -result : result;

	if (write(p->pipe, &byte, 1) != 1)
		_exit(1);
}

void process_wait(struct process *p)
{
	char byte;

	while (read(p->hold, &byte, 1) < 0 && errno == EINTR)
		;
}

static void forget(struct process *p)
{
	waitpid(p->pid, NULL, 0);
	close(p->pipe);
	p->pid = 0;
}

void process_end(struct process *p)
{
	close(p->hold);
	forget(p);
}

void process_kill(struct process *p)
{
	kill(p->pid, SIGKILL);
	close(p->hold);
	forget(p);
}

static bool is_gone(struct process *p)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	pid_t pid;

	while (!(pid = waitpid(p->pid, NULL, WNOHANG)) &&
	       deadline_left(deadline))
		poll(NULL, 0, 1);
	if (!pid)
		return false;
	close(p->pipe);
	p->pid = 0;
	return true;
}

bool process_ends(struct process *p)
{
	close(p->hold);
	return is_gone(p);
}

bool process_dies(struct process *p)
{
	kill(p->pid, SIGKILL);
	close(p->hold);
	return is_gone(p);
}

int process_become(unsigned int uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

bool process_is_named(const char *folder, pid_t id, const char *name)
{
	char path[64], comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d/comm", folder, id);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(comm, sizeof(comm), f))
		comm[0] = 0;
	fclose(f);
	comm[strcspn(comm, "\n")] = 0;
	return !strcmp(comm, name);
}

/* The name of an entry that is not a process is not a number. */
pid_t process_find(const char *folder, const char *name)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	pid_t id, found = 0;

	while (dir && !found && (e = readdir(dir))) {
		id = atoi(e->d_name);
		if (id && process_is_named(folder, id, name))
			found = id;
	}
	if (dir)
		closedir(dir);
	return found;
}

int process_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
