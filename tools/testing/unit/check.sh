#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs test programs, each of which prints TAP, as one suite:
#
#	check.sh COMPILER/PROGRAM...
#
# A program gets one more line, which is not ok, if it prints fewer lines than its plan
# or fails without a failed line. (Leaks after a failed test get no line, because the
# failed test causes them.) A compiler that is not installed gets one skipped line.

count=0
failed=0

# Continues the numbers of the lines and adds the program's name to each.
show()
{
	awk -v n="$count" -v name="$2" '
		/^(not )?ok / {
			sub(/ok [0-9]+ - (test_)?/, "ok " ++n " - " name ": ")
			print
		}
		/^# / && !/^# ok - / { print }
	' "$1"
}

run()
{
	name=$(basename "$(dirname "$1")")/$(basename "$1" _test)
	timeout 60 "$1" >"$1.tap" 2>"$1.err"
	status=$?
	plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$1.tap")
	lines=$(grep -c -E '^(not )?ok ' "$1.tap")
	bad=$(grep -c '^not ok ' "$1.tap")

	show "$1.tap" "$name"
	count=$((count + lines))
	[ "$status" -eq 0 ] || sed 's/^/# /' "$1.err"
	[ "$bad" -eq 0 ] || failed=1
	[ "$lines" -gt 0 ] && [ "$lines" -eq "${plan:-0}" ] &&
		{ [ "$status" -eq 0 ] || [ "$bad" -gt 0 ]; } && return
	count=$((count + 1))
	failed=1
	echo "not ok $count - $name: exit status $status, $lines of ${plan:-0} tests"
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1: all # SKIP $1 is not installed"
}

export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_stack_use_after_return=1:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1
for arg; do
	case $arg in
	*/*) run "$arg" ;;
	*) skip "$arg" ;;
	esac
done
echo "1..$count"
exit $failed
