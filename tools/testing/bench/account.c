// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"

#define TRACING		"/sys/kernel/tracing"
#define SYS_ENTER	TRACING "/events/raw_syscalls/sys_enter"

const char *const role_names[ROLES] = {
	"worker", "app", "guest", "relay", "kernel", "other",
};

/**
 * struct stat_line - fields of /proc/PID/stat
 * @comm: the task's name
 * @ppid: its parent
 */
struct stat_line {
	char comm[32];
	pid_t ppid;
};

static bool read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "r");
	bool ok;

	if (!file)
		return false;
	ok = fgets(line, size, file);
	fclose(file);
	return ok;
}

static bool read_stat(pid_t pid, pid_t tid, struct stat_line *stat)
{
	char path[64], line[512], *open, *close;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	if (!read_line(path, line, sizeof(line)))
		return false;
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (!open || !close)
		return false;
	*close = 0;
	snprintf(stat->comm, sizeof(stat->comm), "%s", open + 1);
	return sscanf(close + 1, " %*c %d", &stat->ppid) == 1;
}

static bool is_worker(const char *comm)
{
	return !strncmp(comm, "vhost-", 6) || !strncmp(comm, "vsb-", 4);
}

/* A relay is recognized by its process's name; its threads have other names. */
static bool is_relay(pid_t pid)
{
	struct stat_line process;

	return read_stat(pid, pid, &process) &&
	       (!strcmp(process.comm, "socat") ||
		!strcmp(process.comm, "vhost-device-vs"));
}

static enum role role_of(pid_t pid, const struct stat_line *stat,
			 const struct cell *cells, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (pid == cells[i].guest)
			return is_worker(stat->comm) ? ROLE_WORKER : ROLE_GUEST;
		if (pid == cells[i].host)
			return ROLE_APP;
	}
	if (pid == 2 || stat->ppid == 2)
		return is_worker(stat->comm) ? ROLE_WORKER : ROLE_KERNEL;
	return is_relay(pid) ? ROLE_RELAY : ROLE_OTHER;
}

static const struct task *find_task(const struct account *account, pid_t tid)
{
	for (unsigned int i = 0; i < account->nr; i++)
		if (account->tasks[i].tid == tid)
			return &account->tasks[i];
	return NULL;
}

/* A task that has ended keeps its last values. */
static void read_task(const struct task *task, uint64_t *ns, uint64_t *switches)
{
	char line[128];
	ssize_t len = pread(task->fd, line, sizeof(line) - 1, 0);

	if (len <= 0)
		return;
	line[len] = 0;
	if (sscanf(line, "%" SCNu64 " %*u %" SCNu64, ns, switches) != 2)
		*ns = *switches = 0;
}

static void add_task(struct account *account, pid_t pid, pid_t tid,
		     const struct cell *cells, unsigned int nr)
{
	struct task *task = &account->tasks[account->nr];
	struct stat_line stat;
	char path[64];

	if (find_task(account, tid))
		return;
	if (account->nr == ACCOUNT_TASKS)
		die("more than %d tasks", ACCOUNT_TASKS);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, tid);
	if (!read_stat(pid, tid, &stat))
		return;
	memset(task, 0, sizeof(*task));
	task->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (task->fd < 0)
		return;
	task->tid = tid;
	task->role = role_of(pid, &stat, cells, nr);
	account->nr++;
}

/* Calls @f for each entry of a folder whose name is a number. */
static bool for_each_number(const char *path, void (*f)(pid_t id, void *arg),
			    void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			f(atoi(entry->d_name), arg);
	closedir(dir);
	return true;
}

struct scan {
	struct account *account;
	const struct cell *cells;
	unsigned int nr;
	pid_t pid;
};

static void scan_task(pid_t tid, void *arg)
{
	struct scan *scan = arg;

	add_task(scan->account, scan->pid, tid, scan->cells, scan->nr);
}

/* A process that has ended meanwhile is left out. */
static void scan_process(pid_t pid, void *arg)
{
	struct scan *scan = arg;
	char path[64];

	scan->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	for_each_number(path, scan_task, scan);
}

static void find_tasks(struct account *account, const struct cell *cells,
		       unsigned int nr)
{
	struct scan scan = { .account = account, .cells = cells, .nr = nr };

	if (!for_each_number("/proc", scan_process, &scan))
		die("/proc: %s", strerror(errno));
}

void account_open(struct account *account, const struct cell *cells,
		  unsigned int nr)
{
	account->nr = 0;
	find_tasks(account, cells, nr);
}

void account_start(struct account *account)
{
	for (unsigned int i = 0; i < account->nr; i++) {
		struct task *task = &account->tasks[i];

		read_task(task, &task->ns, &task->switches);
	}
}

void account_stop(struct account *account)
{
	for (unsigned int i = 0; i < account->nr; i++) {
		struct task *task = &account->tasks[i];
		uint64_t ns = task->ns, switches = task->switches;

		read_task(task, &ns, &switches);
		task->ns = ns - task->ns;
		task->switches = switches - task->switches;
	}
}

struct usage account_close(struct account *account, const struct cell *cells,
			   unsigned int nr)
{
	unsigned int known = account->nr;
	struct usage usage = { 0 };

	find_tasks(account, cells, nr);
	for (unsigned int i = 0; i < account->nr; i++) {
		struct task *task = &account->tasks[i];

		if (i >= known)
			read_task(task, &task->ns, &task->switches);
		usage.ns[task->role] += task->ns;
		usage.switches[task->role] += task->switches;
		close(task->fd);
	}
	return usage;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die("%s: %s", path, strerror(errno));
}

void syscalls_start(void)
{
	struct stat st;

	if (stat(SYS_ENTER, &st))
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	write_file(SYS_ENTER "/trigger", "hist:keys=common_pid:size=4096");
}

void syscalls_count(const struct account *account, uint64_t counts[ROLES])
{
	FILE *file = fopen(SYS_ENTER "/hist", "r");
	const struct task *task;
	char line[256];
	uint64_t hits;
	int tid;

	memset(counts, 0, ROLES * sizeof(*counts));
	if (!file)
		die("%s/hist: %s", SYS_ENTER, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "{ common_pid: %d } hitcount: %" SCNu64, &tid,
			   &hits) != 2)
			continue;
		task = find_task(account, tid);
		if (task)
			counts[task->role] += hits;
	}
	fclose(file);
	write_file(SYS_ENTER "/trigger", "!hist:keys=common_pid:size=4096");
}

uint64_t kernel_memory(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	uint64_t total = 0, objects, size;
	char line[512];

	if (!file)
		die("/proc/slabinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %" SCNu64 " %*u %" SCNu64, &objects,
			   &size) == 2)
			total += objects * size;
	fclose(file);
	return total;
}
