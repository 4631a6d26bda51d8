# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the tests of the command. A script sources this file with its
# arguments; without a BINARY, the command is built. The script defines functions
# test_WHAT_IS_EXPECTED and ends with run_tests.
#
# Each test runs in a subshell with "set -e", in an empty folder of its own. Its output
# is shown if it fails. Sockets are made with perl, which every Debian has.

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# build: builds the command and prints its path.
build() {
	local project=$TESTS/../../.. out=$TESTS/../../../.lab/cli

	make --no-print-directory -s -C "$project/tools/vsock-bridge" \
		O="$(realpath -m "$out")" >&2 && echo "$out/vsock-bridge"
}

[ $# -gt 0 ] || set -- "$(build)"
if [ ! -x "$1" ]; then
	echo "Bail out! usage: ${0##*/} [BINARY]"
	exit 2
fi

# shellcheck source-path=SCRIPTDIR source=../poll.sh
. "$TESTS/../poll.sh"
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$TESTS/../tap.sh"
SCRATCH=$(mktemp -d)
chmod 755 "$SCRATCH"
trap 'rm -rf "$SCRATCH"' EXIT
# Other users must be able to run it, wherever it was built.
install -m 755 "$1" "$SCRATCH/vsock-bridge"
BINARY=$SCRATCH/vsock-bridge
NODE=/dev/vsock-bridge
LC_ALL=C
export BINARY LC_ALL
# shellcheck disable=SC2034	# used by the scripts that source this file
readonly TESTS SCRATCH NODE
umask 022

# Descriptors that the caller left open would conflict with --fd.
close_inherited() {
	local fd

	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || [ "$fd" -ge 255 ] || eval "exec $fd>&-"
	done
}

# run ARG...: runs the command; sets STATUS and writes ./out and ./err.
run() {
	STATUS=0
	"$BINARY" "$@" >out 2>err || STATUS=$?
}

# run_as_nobody ARG...: the same without the rights of root.
run_as_nobody() {
	local -a drop=()

	touch out err
	chmod 666 out err
	[ "$EUID" -ne 0 ] ||
		drop=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	STATUS=0
	"${drop[@]}" "$BINARY" "$@" >out 2>err || STATUS=$?
}

expect_status() {
	[ "$STATUS" -eq "$1" ] && return
	echo "status $STATUS instead of $1"
	cat out err
	return 1
}

# expect_error STATUS TEXT: stderr is one line with TEXT and, after a colon, advice.
expect_error() {
	expect_status "$1" || return
	[ ! -s out ] || { echo "there is output"; return 1; }
	[ "$(wc -l <err)" -eq 1 ] || { echo "not one line:"; cat err; return 1; }
	grep -q '^vsock-bridge: .*: .' err || { echo "not of the form:"; cat err; return 1; }
	grep -qF -e "$2" err || { echo "no '$2' in:"; cat err; return 1; }
}

# fails STATUS TEXT ARG...: the command fails with STATUS and an error with TEXT.
fails() {
	local status=$1 text=$2

	shift 2
	run "$@"
	expect_error "$status" "$text"
}

# works ARG...: the command succeeds and writes nothing to stderr.
works() {
	run "$@"
	expect_status 0 || return
	[ ! -s err ] || { echo "complaints:"; cat err; return 1; }
}

expect_out() {
	grep -qE -e "$1" out || { echo "no '$1' in:"; cat out; return 1; }
}

expect_no_file() {
	[ ! -e "$1" ] || { echo "left behind: $1"; return 1; }
}

expect_same() {
	[ "$1" = "$2" ] || { printf "'%s' instead of '%s'\n" "$1" "$2"; return 1; }
}

eventually() {
	! poll 30 "$@" || return 0
	echo "never happened: $*"
	return 1
}

# with_socket FD TYPE PATH COMMAND...: COMMAND inherits a listening socket.
with_socket() {
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -MPOSIX -e '
		my ($fd, $type, $path) = splice(@ARGV, 0, 3);
		$^F = 1000;	# exec keeps descriptors open
		socket(S, AF_UNIX, eval $type, 0) or die;
		bind(S, pack_sockaddr_un($path)) or die "bind: $!";
		listen(S, 5) or die;
		if (fileno(S) != $fd) {
			POSIX::dup2(fileno(S), $fd) or die;
			close(S);
		}
		exec @ARGV or die' "$@"
}

make_stale_socket() { with_socket 3 SOCK_STREAM "$1" true; }

# with_listener PATH TYPE CLIENTS COMMAND...: runs COMMAND while a socket is bound to
# PATH, with CLIENTS clients in its backlog of 1.
with_listener() {
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -e '
		my ($path, $type, $clients) = splice(@ARGV, 0, 3);
		socket(S, AF_UNIX, eval $type, 0) or die;
		bind(S, pack_sockaddr_un($path)) or die "bind: $!";
		listen(S, 0) if $type ne "SOCK_DGRAM";
		for my $i (1 .. $clients) {
			socket($c[$i], AF_UNIX, SOCK_STREAM, 0) or die;
			connect($c[$i], pack_sockaddr_un($path)) or die;
		}
		exit(system(@ARGV) >> 8)' "$@"
}

listens() {
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		exit !connect(S, pack_sockaddr_un($ARGV[0]))' "$1"
}

# For sh -c: writes the numbers of its open descriptors to the file $0. It uses only
# builtins and no glob, because a glob opens a folder.
# shellcheck disable=SC2016,SC2034	# expands in the sh of a test
LIST_FDS='fds=; fd=0
	while [ $fd -lt 100 ]; do
		[ ! -e /proc/self/fd/$fd ] || fds="$fds $fd"
		fd=$((fd + 1))
	done
	echo $fds >"$0"'

inode() { stat -c %i "$1"; }

run_one() {
	mkdir "$SCRATCH/$1"
	chmod 777 "$SCRATCH/$1"
	(
		cd "$SCRATCH/$1" || exit 1
		set -eE
		trap 'echo "line $LINENO: $BASH_COMMAND"' ERR
		"$1"
	)
}

# run_bounded SECONDS TEST: runs the test; it fails if it takes longer.
run_bounded() {
	local test dog status=0

	# in a process group of its own, so that all of its processes can be killed
	set -m
	run_one "$2" &
	test=$!
	set +m
	# shellcheck disable=SC2016	# perl's variables
	perl -e 'sleep(shift); print "it hangs\n"; kill("-KILL", shift)' "$1" "$test" &
	dog=$!
	wait "$test" || status=$?
	# KILL, not TERM: before exec, the process is this script with its clean-up trap
	kill -KILL "$dog" 2>/dev/null
	wait "$dog" 2>/dev/null
	return "$status"
}

run_tests() {
	local -a tests
	local name output=$SCRATCH/output

	close_inherited
	mapfile -t tests < <(sed -n 's/^\(test_[a-z0-9_]*\)() {$/\1/p' "$0")
	[ "${#tests[@]}" -gt 0 ] || {
		echo "Bail out! ${0##*/} has no test"
		exit 2
	}
	echo "TAP version 13"
	plan "${#tests[@]}"
	for name in "${tests[@]}"; do
		# No "if": it would switch the test's "set -e" off.
		run_bounded 120 "$name" </dev/null >"$output" 2>&1
		# shellcheck disable=SC2181
		if [ $? -eq 0 ]; then
			result ok "${name#test_}"
		else
			result 'not ok' "${name#test_}" "$output"
		fi
	done
	finish
}
