// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge doctor: checks the host and names remedies. */
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
	"host: kernel, module, device nodes, KVM. Prints one line for each check, with a\n"
	"remedy if there is a problem. Also checks for each PATH whether a device can\n"
	"bind it. Changes nothing.\n";

static const char notes[] =
	"Example:\n"
	"  vsock-bridge doctor /run/vm1.sock\n"
	"\n"
	"Exit codes: 0 no problem, 1 there is a problem, 2 wrong usage.\n";

struct request {
	const char *root;
	bool json;
	bool problem;
};

static const struct option_spec options[] = {
	OPTION_JSON(struct request, json),
	{ "root", .value = "DIR", .at = offsetof(struct request, root),
	  .help = "check the system whose files are below DIR" },
	OPTIONS_END
};

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

static void look(struct request *request, const struct host *host, char **paths)
{
	const struct check *check;
	struct finding finding;

	for (check = checks; check->name; check++) {
		check->look(host, &finding);
		print(request, check->name, &finding);
	}
	for (; *paths; paths++) {
		checks_path(*paths, &finding);
		print(request, "path", &finding);
	}
}

static int run(struct request *request, char **paths)
{
	struct utsname kernel;
	struct host host = { .root = request->root };

	uname(&kernel);
	host.release = kernel.release;
	if (request->json) {
		json_object(NULL);
		json_array("checks");
	}
	look(request, &host, paths);
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
		.notes = notes,
		.tables = { { options } },
		.words = "PATHs",
		.most = INT_MAX,
	};
	struct request request = { .root = "" };
	int result = options_read(&syntax, argc, argv, &request);

	return result == OPTIONS_TAKEN ? run(&request, argv + optind) : result;
}
