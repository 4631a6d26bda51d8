// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge doctor: what is missing, and what to do. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "checks.h"
#include "cmd.h"
#include "exit.h"
#include "json.h"
#include "options.h"

static const char usage[] =
	"Usage: vsock-bridge doctor [OPTION]... [PATH]...\n"
	"\n"
	"Checks whether this user can run virtual machines with vsock_bridge on this\n"
	"host: kernel, module, device nodes, KVM. Says in one line each what is so, and\n"
	"where something is wrong what to do. Of each PATH it says whether a device can\n"
	"have it. Changes nothing.\n"
	"\n"
	"  --json         print JSON\n"
	"  --root DIR     look at the system whose files are below DIR\n"
	"  -h, --help     show this help\n"
	"\n"
	"Example:\n"
	"  vsock-bridge doctor /run/vm1.sock\n"
	"\n"
	"Exit codes: 0 no problem, 1 there is one, 2 wrong usage.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "root", required_argument, NULL, OPT_ROOT },
	{}
};

struct request {
	const char *root;
	bool json;
	bool problem;
};

static int take(void *to, int option)
{
	struct request *request = to;

	if (option == OPT_JSON)
		request->json = true;
	else
		request->root = optarg;
	return 0;
}

static void print_text(const char *name, const struct finding *finding)
{
	printf("%-8s %-12s %s%s%s\n", finding_verdict(finding), name, finding->text,
	       *finding->remedy ? ": " : "", finding->remedy);
}

static void print_json(const char *name, const struct finding *finding)
{
	json_object(NULL);
	json_text("check", name);
	json_text("verdict", finding_verdict(finding));
	json_text("text", finding->text);
	if (*finding->remedy)
		json_text("remedy", finding->remedy);
	else
		json_null("remedy");
	json_end();
}

static void print(struct request *request, const char *name,
		  const struct finding *finding)
{
	if (finding->verdict == FINDING_PROBLEM)
		request->problem = true;
	(request->json ? print_json : print_text)(name, finding);
}

static void look(struct request *request, const struct place *place, char **paths)
{
	const struct check *check;
	struct finding finding;

	for (check = checks; check->name; check++) {
		check->look(place, &finding);
		print(request, check->name, &finding);
	}
	for (; *paths; paths++) {
		checks_path(*paths, &finding);
		print(request, "path", &finding);
	}
}

static int run(struct request *request, char **paths)
{
	struct utsname host;
	struct place place = { .root = request->root };

	uname(&host);
	place.release = host.release;
	if (request->json) {
		json_object(NULL);
		json_array("checks");
	}
	look(request, &place, paths);
	if (request->json) {
		json_end();
		json_bool("problem", request->problem);
		json_end();
	}
	return request->problem ? EXIT_FAILED : EXIT_OK;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "doctor",
		.usage = usage,
		.options = options,
		.take = take,
		.words = "PATHs",
		.most = INT_MAX,
	};
	struct request request = { .root = "" };
	int result = options_read(&syntax, argc, argv, &request);

	return result == OPTIONS_TAKEN ? run(&request, argv + optind) : result;
}
