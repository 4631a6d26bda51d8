# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Test results as TAP, for every test that is a shell script: one behaviour a
# line. A script prints its plan first (plan N), or last (finish).

# The file that keeps the output of a behaviour until its result is known.
TAP_OUTPUT=
TAP_COUNT=0
TAP_FAILED=0
TAP_PLANNED=
TAP_STOPPED=

# plan N: N results follow.
plan() {
	TAP_PLANNED=$1
	echo "1..$1"
}

# result ok|'not ok' NAME [FILE]: one line, and FILE below it when it is not ok
result() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "$1 $TAP_COUNT - $2"
	[ "$1" = ok ] && return
	TAP_FAILED=$((TAP_FAILED + 1))
	[ -z "${3:-}" ] || sed 's/^/# /' "$3"
}

# check NAME COMMAND...: the behaviour is there when COMMAND succeeds. Its
# output is shown only when it does not.
check() {
	local name=$1 outcome=ok

	shift
	[ -n "$TAP_OUTPUT" ] || TAP_OUTPUT=$(mktemp)
	if [ -n "$TAP_STOPPED" ]; then
		echo "not run: $TAP_STOPPED" >"$TAP_OUTPUT"
		outcome='not ok'
	else
		"$@" >"$TAP_OUTPUT" 2>&1 || outcome='not ok'
	fi
	result "$outcome" "$name" "$TAP_OUTPUT"
}

# need NAME COMMAND...: a check without which the rest makes no sense
need() {
	local failed=$TAP_FAILED

	check "$@"
	[ "$TAP_FAILED" -eq "$failed" ] || TAP_STOPPED=${TAP_STOPPED:-$1}
}

# expect WANTED GOT NAME [FILE]: the two are the same; FILE explains a failure.
expect() {
	[ "$1" != "$2" ] || {
		result ok "$3"
		return
	}
	result 'not ok' "$3"
	echo "# wanted '$1', got '$2'"
	[ -z "${4:-}" ] || sed 's/^/# /' "$4"
}

# skip NAME REASON
skip() { result ok "$1 # SKIP $2"; }

# finish: the script ends, with the plan if it has not printed one.
finish() {
	[ -n "$TAP_PLANNED" ] || echo "1..$TAP_COUNT"
	[ -z "$TAP_OUTPUT" ] || rm -f "$TAP_OUTPUT"
	exit "$((TAP_FAILED > 0))"
}

# gives STATUS COMMAND...: COMMAND ends with just that status.
gives() {
	local want=$1 got=0

	shift
	"$@" || got=$?
	[ "$got" -eq "$want" ] || {
		echo "exit status $got, not $want: $*"
		return 1
	}
}

# says TEXT COMMAND...: COMMAND's output has TEXT, whatever its exit status.
says() {
	local want=$1 output

	shift
	output=$("$@" 2>&1) || :
	printf '%s\n' "$output"
	[[ $output == *"$want"* ]] || {
		echo "expected: $want"
		return 1
	}
}
