// SPDX-License-Identifier: GPL-2.0
/*
 * vsock-load: one measurement of one peer with a real guest, which runs
 * "vsock-load --serve". Prints one line of JSON, like vsock-bench, without the
 * values that only a guest's driver can count.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "deadline.h"
#include "ends.h"
#include "load.h"
#include "options.h"
#include "endpoint.h"
#include "print.h"
#include "shared.h"
#include "supervisor.h"

static bool serving;

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "vsock-load: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	/* In the guest, only this connection fails. */
	if (!serving)
		kill(0, SIGKILL);
	_exit(1);
}

/* ---- options ---- */

/**
 * struct job - what to measure, and on which guest
 * @bench: as for vsock-bench; its dir has the socket of a bridge
 * @qemu: pid of the guest's QEMU
 * @relay_dir: dir is a temporary folder, to be removed
 */
struct job {
	struct bench bench;
	pid_t qemu;
	bool relay_dir;
};

static void usage(void)
{
	fputs("usage: vsock-load --serve\n"
	      "       vsock-load --qemu PID --cid N --peer PEER --scenario SCENARIO\n"
	      "       [--dir FOLDER] [--size BYTES] [--conns N] [--warmup-ms N]\n"
	      "       [--ms N] [--limit-s N]\n"
	      "FOLDER/0 is the socket of a bridge.\n",
	      stderr);
	exit(2);
}

static bool can_do(const struct bench *b)
{
	switch (b->scenario) {
	case SCENARIO_G2H:
	case SCENARIO_H2G:
	case SCENARIO_BOTH:
	case SCENARIO_PINGPONG:
	case SCENARIO_CONNECT_G2H:
	case SCENARIO_CONNECT_H2G:
		return b->peer != PEER_SOCKETPAIR;
	default:
		return false;
	}
}

static void parse(struct job *job, int argc, char **argv)
{
	static const struct option options[] = {
		{ "serve", no_argument, NULL, 'v' },
		{ "qemu", required_argument, NULL, 'q' },
		{ "cid", required_argument, NULL, 'i' },
		{ "dir", required_argument, NULL, 'd' },
		OPTIONS_OF_BOTH,
		{ }
	};
	struct bench *b = &job->bench;
	int c;

	*b = (struct bench){
		.peer = PEERS, .scenario = SCENARIOS, .size = 64, .conns = 1,
		.devices = 1, .warmup_ms = 100, .ms = 300, .limit_s = 10,
	};
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'v':
			serving = true;
			break;
		case 'q':
			job->qemu = option_number("qemu", optarg, 1 << 22);
			break;
		case 'i':
			b->cid = option_number("cid", optarg, UINT32_MAX);
			break;
		case 'd':
			snprintf(b->dir, sizeof(b->dir), "%s", optarg);
			break;
		default:
			if (!option_of_both(b, c, optarg))
				usage();
		}
	}
	if (optind != argc)
		usage();
	if (!serving && (!job->qemu || !b->cid || b->peer == PEERS ||
			 b->scenario == SCENARIOS || !can_do(b)))
		usage();
}

/*
 * Only the socket of a bridge exists already; other peers need a temporary
 * folder.
 */
static void complete(struct job *job)
{
	if (job->bench.dir[0])
		return;
	strcpy(job->bench.dir, "/tmp/vsock-load.XXXXXX");
	if (!mkdtemp(job->bench.dir))
		die("%s: %s", job->bench.dir, strerror(errno));
	job->relay_dir = true;
}

/* ---- the load ---- */

static ROLE dial_in_turn(void *arg)
{
	struct end *end = arg;

	connect_in_turn(end->cell, endpoint_dial);
}

static ROLE accept_in_turn(void *arg)
{
	struct end *end = arg;

	serve_in_turn(end->fd);
}

/* Connects to the guest and tells it the purpose of the connection. */
static int ask_for(const struct cell *cell, enum wish_kind kind)
{
	struct wish wish = {
		.size = cell->bench->size,
		.port = HOST_PORT(cell),
	};
	uint8_t data[1 + sizeof(wish)] = { kind };
	int fd = endpoint_dial(cell);

	memcpy(data + 1, &wish, sizeof(wish));
	write_all(fd, data, sizeof(data));
	return fd;
}

static void start_conn(struct cell *cell)
{
	const struct bench *b = cell->bench;
	_Atomic uint64_t *taken = &cell->counters.to_host;
	int fd;

	if (b->scenario == SCENARIO_PINGPONG) {
		fd = ask_for(cell, WISH_ECHO);
		end_start(cell, fd, end_ping, b->size, taken);
		return;
	}
	fd = ask_for(cell, b->scenario == SCENARIO_BOTH ? WISH_BOTH :
			   streams_to_host(b) ? WISH_SOURCE : WISH_SINK);
	if (streams_to_host(b))
		end_start(cell, fd, end_sink, b->size, taken);
	if (streams_to_guest(b))
		end_start(cell, fd, end_source, b->size, taken);
}

static void start_guest_connects(struct cell *cell)
{
	char path[ENDPOINT_PATH];
	int listener;

	endpoint_port_path(cell, path);
	unlink(path);
	listener = endpoint_listen(cell);
	end_start(cell, listener, accept_in_turn, 0, NULL);
	ask_for(cell, WISH_DIAL);
}

static void start_load(struct cell *cell)
{
	const struct bench *b = cell->bench;

	switch (b->scenario) {
	case SCENARIO_CONNECT_G2H:
		start_guest_connects(cell);
		break;
	case SCENARIO_CONNECT_H2G:
		end_start(cell, -1, dial_in_turn, 0, NULL);
		break;
	default:
		for (unsigned int i = 0; i < b->conns; i++)
			start_conn(cell);
	}
}

/* ---- the two readings ---- */

/**
 * struct reading - the counters of both sides
 * @ns: time of the reading, by the host's clock
 * @to_host: bytes that the host read
 * @ops: round trips and connections of the host
 * @guest: the guest's counters, at about the same time
 */
struct reading {
	uint64_t ns;
	uint64_t to_host;
	uint64_t ops;
	struct tally guest;
};

static struct account account;

static void ask_guest(int control, struct tally *tally)
{
	write_all(control, "?", 1);
	read_all(control, tally, sizeof(*tally));
}

static void read_host(struct reading *r, const struct cell *cell)
{
	r->ns = now_ns();
	r->to_host = cell->counters.to_host;
	r->ops = cell->counters.ops;
}

/* The guest may answer late: its answer has its own time. */
static struct usage measure(struct cell *cell, int control,
			    struct reading *from, struct reading *to)
{
	sleep_ms(cell->bench->warmup_ms);
	account_open(&account, cell, 1);
	ask_guest(control, &from->guest);
	account_start(&account);
	read_host(from, cell);
	sleep_ms(cell->bench->ms);
	read_host(to, cell);
	account_stop(&account);
	ask_guest(control, &to->guest);
	return account_close(&account, cell, 1);
}

/* ---- the result ---- */

/* A count of the guest, scaled to the host's interval. */
static uint64_t scaled(uint64_t n, const struct reading *from,
		       const struct reading *to)
{
	return (double)n * (to->ns - from->ns) /
	       (to->guest.ns - from->guest.ns);
}

static uint64_t ops_of(const struct bench *b, const struct reading *from,
		       const struct reading *to, uint64_t bytes)
{
	if (streams_to_host(b) || streams_to_guest(b))
		return bytes / b->size;
	if (b->scenario == SCENARIO_CONNECT_G2H)
		return scaled(to->guest.ops - from->guest.ops, from, to);
	return to->ops - from->ops;
}

static void print_result(struct cell *cell, const struct reading *from,
			 const struct reading *to, const struct usage *usage)
{
	const struct bench *b = cell->bench;
	uint64_t to_host = to->to_host - from->to_host;
	uint64_t to_guest = scaled(to->guest.taken - from->guest.taken, from,
				   to);
	uint64_t bytes = to_host + to_guest, ops = ops_of(b, from, to, bytes);

	/* of a large message, a part may be all that arrived */
	if (!ops && !bytes)
		die("nothing happened between the two readings");
	printf("{\"peer\":\"%s\",\"scenario\":\"%s\",\"size\":%u,\"conns\":%u,\"devices\":1",
	       peer_names[b->peer], scenario_names[b->scenario], b->size,
	       b->conns);
	printf(",\"seconds\":%.6f,\"bytes\":%" PRIu64 ",\"ops\":%" PRIu64,
	       (to->ns - from->ns) / 1e9, bytes, ops);
	printf(",\"to_host\":%" PRIu64 ",\"to_guest\":%" PRIu64, to_host,
	       to_guest);
	print_roles("cpu_s", usage->ns, 1e9, 6);
	print_roles("switches", usage->switches, 1, 0);
	if (to->ops > from->ops)
		print_latency(cell, from->ops, to->ops);
	printf("}\n");
}

static void run(void *arg)
{
	static struct cell cell;	/* threads use it after this returns */
	struct job *job = arg;
	struct reading from, to;
	struct usage usage;
	int control;

	cell.bench = &job->bench;
	cell.guest = job->qemu;
	cell.host = getpid();
	cell.latencies = calloc(BENCH_MAX_LATENCIES, sizeof(*cell.latencies));
	if (!cell.latencies)
		die("no memory");
	endpoint_open(&cell);
	control = ask_for(&cell, WISH_COUNT);
	start_load(&cell);
	usage = measure(&cell, control, &from, &to);
	print_result(&cell, &from, &to, &usage);
}

int main(int argc, char **argv)
{
	struct job job = { 0 };

	parse(&job, argc, argv);
	if (serving)
		load_serve();
	complete(&job);
	return supervisor_run(run, &job, job.bench.limit_s,
			  job.relay_dir ? job.bench.dir : NULL);
}
