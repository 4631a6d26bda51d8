// SPDX-License-Identifier: GPL-2.0
/*
 * vsock-bench: one measurement of one peer. Prints one line of JSON; README.md
 * describes its fields.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "bench.h"
#include "deadline.h"
#include "options.h"
#include "print.h"
#include "shared.h"
#include "supervisor.h"

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "vsock-bench: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	/* One process of the group has failed, so all must end. */
	kill(0, SIGKILL);
	_exit(1);
}

/* ---- options ---- */

static void usage(void)
{
	fputs("usage: vsock-bench --peer PEER --scenario SCENARIO [--size BYTES] [--conns N]\n"
	      "       [--devices N] [--warmup-ms N] [--ms N] [--limit-s N] [--poll-us N]\n"
	      "       [--syscalls]\n",
	      stderr);
	exit(2);
}

static void parse(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {
		OPTIONS_OF_BOTH,
		{ "devices", required_argument, NULL, 'd' },
		{ "poll-us", required_argument, NULL, 'o' },
		{ "syscalls", no_argument, NULL, 'y' },
		{ }
	};
	int c;

	*b = (struct bench){
		.peer = PEERS, .scenario = SCENARIOS, .size = 64,
		.devices = 1, .warmup_ms = 20, .ms = 60, .limit_s = 60,
	};
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			b->devices = option_number("devices", optarg,
						   BENCH_MAX_CELLS);
			break;
		case 'o':
			b->poll_us = option_number("poll-us", optarg, 10000);
			break;
		case 'y':
			b->syscalls = true;
			break;
		default:
			if (!option_of_both(b, c, optarg))
				usage();
		}
	}
	if (optind != argc || b->peer == PEERS || b->scenario == SCENARIOS)
		usage();
}

/* Sets the parameters that a scenario requires, and the defaults. */
static void complete(struct bench *b)
{
	switch (b->scenario) {
	case SCENARIO_PINGPONG_BULK_G2H:
	case SCENARIO_PINGPONG_BULK_H2G:
	case SCENARIO_PINGPONG_STALLED:
		b->conns = 2;
		break;
	case SCENARIO_STORM_G2H:
	case SCENARIO_STORM_H2G:
	case SCENARIO_IDLE:
		b->conns = b->conns ?: 1000;
		break;
	default:
		b->conns = b->conns ?: 1;
	}
	b->cid = 1000 + getpid() * BENCH_MAX_CELLS;
	strcpy(b->dir, "/tmp/vsock-bench.XXXXXX");
	if (!mkdtemp(b->dir))
		die("%s: %s", b->dir, strerror(errno));
}

/* ---- the processes ---- */

/* For a process of a cell, and for the programs that it starts. */
static void raise_limits(void)
{
	struct rlimit files = { .rlim_cur = 8192, .rlim_max = 8192 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		die("8192 descriptors: %s", strerror(errno));
}

static pid_t start_process(const char *name, void (*run)(struct cell *cell),
			   struct cell *cell)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		signal(SIGCHLD, SIG_DFL);
		raise_limits();
		run(cell);
		abort();
	}
	return pid;
}

static void start_cell(struct cell *cell, const struct bench *b,
		       unsigned int index)
{
	bool plain = b->peer == PEER_SOCKETPAIR;
	pthread_barrierattr_t attr;

	cell->bench = b;
	cell->index = index;
	cell->latencies = shared(BENCH_MAX_LATENCIES * sizeof(*cell->latencies));
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&cell->step, &attr, 3);
	sem_init(&cell->ready, 1, 0);
	sem_init(&cell->done, 1, 0);
	cell->guest = start_process("bench-guest",
				    plain ? run_plain_guest : run_guest, cell);
	cell->host = start_process("bench-host", run_host, cell);
}

static void take(sem_t *sem)
{
	while (sem_wait(sem))
		if (errno != EINTR)
			die("sem_wait: %s", strerror(errno));
}

/* A child exits only on an error, so the others must end. */
static void on_child(int signal)
{
	static const char text[] = "vsock-bench: a process died\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	kill(0, SIGKILL);
}

/* ---- the two readings ---- */

/* The sum of the counters of all cells. */
struct reading {
	uint64_t ns;
	uint64_t to_host;
	uint64_t to_guest;
	uint64_t ops;
	uint64_t packets_to_host;
	uint64_t packets_to_guest;
	uint64_t kicks;
	uint64_t calls;
	uint64_t bytes_of[BENCH_MAX_CELLS];
};

static void read_counters(struct reading *r, const struct cell *cells,
			  unsigned int nr)
{
	memset(r, 0, sizeof(*r));
	r->ns = now_ns();
	for (unsigned int i = 0; i < nr; i++) {
		const struct counters *c = &cells[i].counters;

		r->bytes_of[i] = c->to_host + c->to_guest;
		r->to_host += c->to_host;
		r->to_guest += c->to_guest;
		r->ops += c->ops;
		r->packets_to_host += c->packets_to_host;
		r->packets_to_guest += c->packets_to_guest;
		r->kicks += c->kicks;
		r->calls += c->calls;
	}
}

/**
 * struct result - the result of a measurement
 * @from: the first reading
 * @to: the second reading
 * @usage: use between the two
 * @syscalls: system calls between the two
 * @memory: bytes per connection, for SCENARIO_IDLE
 */
struct result {
	struct reading from;
	struct reading to;
	struct usage usage;
	uint64_t syscalls[ROLES];
	double memory;
};

static struct account account;

/*
 * Between the two readings the coordinator sleeps, so it takes no processor
 * time.
 */
static void measure(const struct bench *b, struct cell *cells,
		    struct result *result)
{
	sleep_ms(b->warmup_ms);
	if (b->syscalls)
		syscalls_start();
	account_open(&account, cells, b->devices);
	account_start(&account);
	read_counters(&result->from, cells, b->devices);
	if (has_end(b))
		take(&cells[0].done);
	else
		sleep_ms(b->ms);
	read_counters(&result->to, cells, b->devices);
	account_stop(&account);
	if (b->syscalls)
		syscalls_count(&account, result->syscalls);
	result->usage = account_close(&account, cells, b->devices);
	if (has_end(b)) {
		result->from = (struct reading){ .ns = cells[0].begin_ns };
		result->to.ns = cells[0].end_ns;
	}
}

/* ---- the result ---- */

static void print_shares(const struct result *r, unsigned int nr)
{
	printf(",\"device_bytes\":[");
	for (unsigned int i = 0; i < nr; i++)
		printf("%s%" PRIu64, i ? "," : "",
		       r->to.bytes_of[i] - r->from.bytes_of[i]);
	printf("]");
}

static bool is_stream(const struct bench *b)
{
	return streams_to_host(b) || streams_to_guest(b);
}

static void print_result(const struct bench *b, struct cell *cells,
			 const struct result *r)
{
	double seconds = (r->to.ns - r->from.ns) / 1e9;
	uint64_t bytes = r->to.to_host + r->to.to_guest - r->from.to_host -
			 r->from.to_guest;
	uint64_t ops = is_stream(b) ? bytes / b->size : r->to.ops - r->from.ops;

	if (is_stream(b) && !bytes)
		die("no byte moved between the two readings");
	printf("{\"peer\":\"%s\",\"scenario\":\"%s\",\"size\":%u,\"conns\":%u,\"devices\":%u,",
	       peer_names[b->peer], scenario_names[b->scenario], b->size,
	       b->conns, b->devices);
	printf("\"seconds\":%.6f,\"bytes\":%" PRIu64 ",\"ops\":%" PRIu64,
	       seconds, bytes, ops);
	printf(",\"to_host\":%" PRIu64 ",\"to_guest\":%" PRIu64,
	       r->to.to_host - r->from.to_host,
	       r->to.to_guest - r->from.to_guest);
	printf(",\"packets_to_host\":%" PRIu64 ",\"packets_to_guest\":%" PRIu64,
	       r->to.packets_to_host - r->from.packets_to_host,
	       r->to.packets_to_guest - r->from.packets_to_guest);
	printf(",\"kicks\":%" PRIu64 ",\"calls\":%" PRIu64,
	       r->to.kicks - r->from.kicks, r->to.calls - r->from.calls);
	print_roles("cpu_s", r->usage.ns, 1e9, 6);
	print_roles("switches", r->usage.switches, 1, 0);
	if (!is_stream(b) && !has_end(b) && b->scenario != SCENARIO_IDLE)
		print_latency(cells, r->from.ops, r->to.ops);
	if (b->devices > 1)
		print_shares(r, b->devices);
	if (b->syscalls)
		print_roles("syscalls", r->syscalls, 1, 0);
	if (b->scenario == SCENARIO_IDLE)
		printf(",\"memory_per_conn\":%.0f,\"wakeups_per_s\":%.1f",
		       r->memory,
		       r->usage.switches[ROLE_WORKER] / seconds);
	printf("}\n");
}

static void coordinate(const struct bench *b)
{
	struct cell *cells = shared(b->devices * sizeof(*cells));
	struct result result = { 0 };
	uint64_t memory;

	for (unsigned int i = 0; i < b->devices; i++)
		start_cell(&cells[i], b, i);
	for (unsigned int i = 0; i < b->devices; i++)
		pthread_barrier_wait(&cells[i].step);
	memory = kernel_memory();
	for (unsigned int i = 0; i < b->devices; i++)
		pthread_barrier_wait(&cells[i].step);
	for (unsigned int i = 0; i < b->devices; i++) {
		take(&cells[i].ready);
		take(&cells[i].ready);
	}
	if (b->scenario == SCENARIO_IDLE)
		result.memory = ((double)kernel_memory() - memory) / b->conns;
	measure(b, cells, &result);
	print_result(b, cells, &result);
}

/* Runs in the process that the supervisor starts. */
static void run(void *arg)
{
	signal(SIGCHLD, on_child);
	coordinate(arg);
}

int main(int argc, char **argv)
{
	struct bench *b = shared(sizeof(*b));

	parse(b, argc, argv);
	complete(b);
	return supervisor_run(run, b, b->limit_s, b->dir);
}
