# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Test results as TAP, one behaviour per line.

# Where what a behaviour says is kept until it is known to be there.
TAP_OUTPUT=/run/tap
TAP_COUNT=0
TAP_FAILED=0
TAP_STOPPED=

# check NAME COMMAND...: the behaviour is there when COMMAND succeeds. Its
# output is shown only when it does not.
check() {
	local name=$1 result=ok
	shift
	TAP_COUNT=$((TAP_COUNT + 1))
	if [ -n "$TAP_STOPPED" ]; then
		echo "not run: $TAP_STOPPED" >"$TAP_OUTPUT"
		result='not ok'
	else
		"$@" >"$TAP_OUTPUT" 2>&1 || result='not ok'
	fi
	echo "$result $TAP_COUNT - $name"
	[ "$result" = ok ] && return
	sed 's/^/# /' "$TAP_OUTPUT"
	TAP_FAILED=$((TAP_FAILED + 1))
}

# skip NAME REASON
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# need NAME COMMAND...: a check without which the rest makes no sense
need() {
	local failed=$TAP_FAILED

	check "$@"
	[ "$TAP_FAILED" -eq "$failed" ] || TAP_STOPPED=${TAP_STOPPED:-$1}
}

finish() {
	echo "1..$TAP_COUNT"
	exit "$((TAP_FAILED > 0))"
}

# gives STATUS COMMAND...: COMMAND ends with just that status
gives() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" -eq "$want" ] || {
		echo "exit status $got, not $want: $*"
		return 1
	}
}

# says TEXT COMMAND...: COMMAND's output has TEXT, whatever its exit status
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
