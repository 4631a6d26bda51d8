// SPDX-License-Identifier: GPL-2.0
/*
 * device_fuzz: a hostile guest, a hostile VMM, careless host programs and an
 * administration tool against /dev/vsock-bridge. Prints TAP.
 *
 *   device_fuzz [--seed N] [--round N] [--rounds N] [--seconds N] [--single]
 *		[--beside]
 *
 * A run is a sequence of rounds, each with its own device. The seed and the
 * number of a round determine its choices. With --single, one thread performs
 * all steps in an order that the seed determines; otherwise every actor is a
 * thread. --round starts with that round, --rounds ends after that many.
 * --beside says that other programs use the module and AF_UNIX at the same
 * time, so leaks are not checked.
 *
 * Rounds run in a child process, because some tests kill the owner of a device.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "deadline.h"
#include "verdict.h"
#include "watch.h"
#include "world.h"

#define SINGLE_STEPS	3000U
#define ROUND_MS	700U
#define ROUNDS_A_LIFE	5U

enum actor {
	DRIVER,
	HOST,
	VMM,
	IOCTLS,
	SCRIBBLER,
	TOOL,
	ACTORS,
	JUDGE,
};

struct options {
	uint64_t seed;
	uint64_t first;
	uint64_t rounds;
	unsigned int seconds;
	bool single;
	bool beside;
};

/* The thread of an actor. */
struct player {
	struct world *world;
	struct driver *driver;
	struct host *host;
	struct tool *tool;
	enum actor actor;
	pthread_t thread;
};

static void step(const struct player *p, enum actor actor, uint64_t n)
{
	struct world *w = p->world;
	struct rng r = rng_of(w->seed, w->round, actor, n);

	watch->steps++;
	switch (actor) {
	case DRIVER:
		driver_step(p->driver, w, &r);
		break;
	case HOST:
		host_step(p->host, w, &r);
		break;
	case VMM:
		vmm_step(w, &r);
		break;
	case IOCTLS:
		vmm_ioctl(w, &r);
		break;
	case SCRIBBLER:
		if (world_wrong(w, &r))
			driver_scribble(w, &r);
		break;
	case TOOL:
		tool_step(p->tool, w, &r);
		break;
	default:
		break;
	}
}

/* Leaves processor time to the device's threads. */
static void rest(const struct world *w, enum actor actor)
{
	if (actor == VMM || actor == IOCTLS || actor == TOOL)
		usleep(w->pace * 1000 + 100);
	else
		usleep(actor == SCRIBBLER ? 200 : 50);
}

static void *play(void *arg)
{
	const struct player *p = arg;

	watch_take(p->actor);
	for (uint64_t n = 0; !p->world->over; n++) {
		step(p, p->actor, n);
		rest(p->world, p->actor);
	}
	return NULL;
}

static enum actor next_actor(const struct world *w, uint64_t n)
{
	struct rng r = rng_of(w->seed, w->round, ~1ULL, n);

	if (rng_one_in(&r, 16 + 16 * w->pace))
		return rng_one_in(&r, 3) ? TOOL : rng_below(&r, 2) ? VMM : IOCTLS;
	return rng_one_in(&r, 16) ? SCRIBBLER :
	       rng_below(&r, 3) ? DRIVER : HOST;
}

static void play_alone(struct player *p)
{
	for (uint64_t n = 0; n < SINGLE_STEPS; n++)
		step(p, next_actor(p->world, n), n);
}

/* The parent process detects a thread that hangs in a call. */
static int play_together(const struct player *one)
{
	struct player players[ACTORS];
	unsigned int i, n;

	for (n = 0; n < ACTORS; n++) {
		players[n] = *one;
		players[n].actor = n;
		if (pthread_create(&players[n].thread, NULL, play,
				   &players[n]))
			break;
	}
	usleep(ROUND_MS * 1000);
	one->world->over = true;
	for (i = 0; i < n; i++)
		pthread_join(players[i].thread, NULL);
	return n == ACTORS ? 0 : -EAGAIN;
}

/* Marks the round in the console log, for analysing a kernel warning. */
static void mark_console(const struct world *w)
{
	FILE *f = fopen("/dev/kmsg", "w");

	if (!f)
		return;
	fprintf(f, "device_fuzz: --seed %llu --round %llu\n",
		(unsigned long long)w->seed, (unsigned long long)w->round);
	fclose(f);
}

static bool run_round(const struct options *o, uint64_t round)
{
	struct player p = {
		.driver = driver_new(),
		.host = host_new(),
		.tool = tool_new(),
	};
	struct rng r = rng_of(o->seed, round, ~2ULL, 0);
	struct world w;
	bool ok = false;
	int err;

	err = world_open(&w, o->seed, round);
	w.single = o->single;
	mark_console(&w);
	watch_take(JUDGE);
	err = err ?: vmm_begin(&w, &r);
	if (err) {
		printf("# round %llu: setup failed: %s\n",
		       (unsigned long long)round, strerror(-err));
		return false;
	}
	p.world = &w;
	if (o->single)
		play_alone(&p);
	else
		err = play_together(&p);
	watch_take(JUDGE);
	host_end(p.host);
	tool_end(p.tool);
	free(p.driver);
	world_mend(&w);
	world_come_first(&w);
	if (o->single)
		printf("# round %llu: trace %016llx\n",
		       (unsigned long long)round, (unsigned long long)w.trace);
	ok = !err && verdict_round(&w);
	world_close(&w);
	return ok;
}

/* Runs the rounds of one process that owns devices. */
static int live(const struct options *o, uint64_t last, uint64_t deadline)
{
	world_catch_faults();
	for (unsigned int i = 0; i < ROUNDS_A_LIFE && watch->round < last &&
	     deadline_left(deadline); i++, watch->round++)
		if (!run_round(o, watch->round))
			return 1;
	return 0;
}

/*
 * Waits for the child; kills it at its time, or when it hangs. Returns its
 * status, or -1 if it hung.
 */
static int attend(pid_t child, uint64_t kill_at)
{
	int status;

	while (!waitpid(child, &status, WNOHANG)) {
		bool hangs = watch_hangs();

		if (hangs || now_ns() >= kill_at)
			kill(child, SIGKILL);
		if (hangs)
			return -1;
		usleep(20000);
	}
	return status;
}

/* Every third process is killed early. */
static uint64_t end_of_life(const struct options *o, uint64_t life)
{
	struct rng r = rng_of(o->seed, ~3ULL, life, 0);

	return o->single || life % 3 != 2 ? UINT64_MAX :
	       deadline_in(100 + rng_below(&r, 4000));
}

static bool survive(const struct options *o, uint64_t deadline)
{
	uint64_t last = o->rounds ? o->first + o->rounds : UINT64_MAX;
	uint64_t life, kill_at;
	int status;
	pid_t child;

	watch->round = o->first;
	for (life = 0; deadline_left(deadline) && watch->round < last; life++) {
		fflush(stdout);
		kill_at = end_of_life(o, life);
		child = fork();
		if (!child) {
			status = live(o, last, deadline);
			fflush(stdout);
			_exit(status);
		}
		status = child < 0 ? -1 : attend(child, kill_at);
		watch_reset();
		if (status > 0 && WIFSIGNALED(status) &&
		    WTERMSIG(status) == SIGKILL && kill_at != UINT64_MAX) {
			watch->round++;
			continue;
		}
		if (status) {
			printf("# round %llu: status %#x\n",
			       (unsigned long long)watch->round, status);
			return false;
		}
	}
	return true;
}

/* The first device leaves some allocations for the lifetime of the module. */
static bool warm_up(void)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(!verdict_fresh());
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

static bool report(unsigned int n, bool ok, const char *text)
{
	printf("%s %u - %s\n", ok ? "ok" : "not ok", n, text);
	return ok;
}

static int storm(const struct options *o)
{
	uint64_t deadline = deadline_in(o->seconds * 1000);
	struct belongings before;
	bool ok;

	printf("# seed %llu\n", (unsigned long long)o->seed);
	ok = report(1, warm_up(), "a device works before the rounds");
	verdict_take_stock(&before);
	ok &= report(2, survive(o, deadline),
		     "every call returns, and devices work after each round");
	printf("# %llu rounds from %llu on, %llu steps, %llu devices recovered\n",
	       (unsigned long long)(watch->round - o->first),
	       (unsigned long long)o->first,
	       (unsigned long long)watch->steps,
	       (unsigned long long)watch->recovered);
	watch_print();
	ok &= report(3, watch->recovered && watch->sum.conns_added &&
		     watch->sum.rx_bytes_count && watch->sum.tx_bytes_count,
		     "the rounds opened connections and moved bytes in both directions");
	if (!o->beside)
		ok &= report(4, warm_up() && verdict_nothing_left(&before),
			     "no device leaks after its owner has exited");
	printf("1..%d\n", o->beside ? 3 : 4);
	if (!ok)
		printf("# reproduce: device_fuzz --seed %llu --round %llu%s\n",
		       (unsigned long long)o->seed,
		       (unsigned long long)watch->round,
		       o->single ? " --single" : "");
	return !ok;
}

static void usage(void)
{
	fprintf(stderr, "usage: device_fuzz [--seed N] [--round N] [--rounds N] [--seconds N] [--single] [--beside]\n");
	exit(2);
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "round", required_argument, NULL, 'r' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 't' },
		{ "single", no_argument, NULL, '1' },
		{ "beside", no_argument, NULL, 'b' },
		{},
	};
	struct options o = { .seed = time(NULL), .seconds = 40 };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 's':
			o.seed = strtoull(optarg, NULL, 0);
			break;
		case 'r':
			o.first = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			o.rounds = strtoull(optarg, NULL, 0);
			break;
		case 't':
			o.seconds = strtoul(optarg, NULL, 0);
			break;
		case '1':
			o.single = true;
			break;
		case 'b':
			o.beside = true;
			break;
		default:
			usage();
		}
	}
	return o;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);

	if (watch_init())
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	return storm(&o);
}
