# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What run-host and run-uml share: a folder for the run, what goes into the
# machine, its end and its limit. Source it after lib.sh. It uses ADDS, COMMAND,
# LIMIT, CONSOLE and ALLOW_SPLAT of the script, which starts MACHINE, a process,
# and has its console in $RUN/console.

. "$VM_DIR/inside/splat.sh"

RUN=
MACHINE=
TIMER=

usage() {
	sed -n '3,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 125
}

# The machine must die before its folder does.
cleanup() {
	[ ! -e "$RUN/console" ] || mv "$RUN/console" "$CONSOLE"
	[ -z "$MACHINE" ] || kill -KILL "$MACHINE" 2>/dev/null || :
	[ -z "$TIMER" ] || kill "$TIMER" 2>/dev/null || :
	[ -z "$RUN" ] || rm -rf "$RUN"
}

make_run() {
	mkdir -p "$LAB/run" "$(dirname "$CONSOLE")"
	RUN=$(mktemp -d "$LAB/run/XXXXXX")
	trap cleanup EXIT
	trap 'exit 130' INT TERM HUP
	: >"$RUN/console"
}

# add_to TREE PATH[=TO]
add_to() {
	local from=${2%%=*} to

	case $2 in
	*=*) to=${2#*=} ;;
	*) to=$(basename "$from") ;;
	esac
	[ -e "$from" ] || die "--add: there is no $from"
	case $to in
	/*) to=$1$to ;;
	*) to=$1/payload/$to ;;
	esac
	mkdir -p "$(dirname "$to")"
	cp -a "$from" "$to"
}

# fill_tree TREE: all that was to be added, and the command.
fill_tree() {
	local item

	mkdir -p "$1/payload"
	for item in "${ADDS[@]}"; do
		add_to "$1" "$item"
	done
	printf 'exec %s\n' "${COMMAND[*]@Q}" >"$1/payload/.command"
}

# Ends with the machine, or with the machine's end at the limit.
wait_machine() {
	local first

	sleep "$LIMIT" &
	TIMER=$!
	wait -n -p first "$MACHINE" "$TIMER" || :
	if [ "$first" = "$TIMER" ]; then
		TIMER=
		kill -KILL "$MACHINE"
		wait "$MACHINE" 2>/dev/null || :
		MACHINE=
		return 124
	fi
	MACHINE=
}

fail() {
	local status=$1
	shift
	printf 'lab: %s\n' "$*" >&2
	exit "$status"
}

last_lines() {
	printf 'lab: the last lines of the console (%s):\n' "$CONSOLE" >&2
	tail -n 40 "$RUN/console" >&2
}

# check_console WHO: WHO, and any guest in it, has not complained.
check_console() {
	[ -z "$ALLOW_SPLAT" ] || return 0
	splats_in "$RUN/console" >/dev/null || return 0
	grep -m 1 -aE -A 30 "$SPLAT" "$RUN/console" >&2 || :
	fail 125 "kernel splat on $1 (console: $CONSOLE)"
}

# finish STATUS WHO: ends as the machine has ended.
finish() {
	local status=$1 who=$2

	if [ "$status" -eq 124 ]; then
		last_lines
		fail 124 "$who did not end in $LIMIT s; stopped it"
	fi
	check_console "$who"
	if ! grep -qxE '[0-9]+' "$RUN/status" 2>/dev/null; then
		cat "$RUN"/*.log >&2 2>/dev/null || :
		last_lines
		fail 125 "$who ended without a result"
	fi
	exit "$(cat "$RUN/status")"
}
