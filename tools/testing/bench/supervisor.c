// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor.h"

static pid_t group;

static void on_limit(int signal)
{
	static const char text[] = "not done in time\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	kill(-group, SIGKILL);
}

/* Kills all processes of the group, and waits until they have ended. */
static void end_group(const char *dir)
{
	char command[128];

	kill(-group, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	if (!dir)
		return;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command))
		fprintf(stderr, "%s is left over\n", dir);
}

int supervisor_run(void (*run)(void *arg), void *arg, unsigned int limit_s,
		   const char *dir)
{
	int status;

	/*
	 * When the program has ended, its relays become children of this
	 * process.
	 */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	group = fork();
	if (group < 0) {
		perror("fork");
		return 1;
	}
	if (!group) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		run(arg);
		fflush(stdout);
		_exit(0);
	}
	setpgid(group, group);
	signal(SIGALRM, on_limit);
	signal(SIGTERM, on_limit);
	alarm(limit_s);
	while (waitpid(group, &status, 0) < 0 && errno == EINTR)
		;
	end_group(dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
