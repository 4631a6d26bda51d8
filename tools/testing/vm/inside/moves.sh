# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the tests in which a guest moves from one QEMU to another: its
# connections before the move, and the progress of QEMU.

ENDLESS=$((1 << 40))

# Source and target need the same virtual machine.
boot() { start-guest --bridge "$UDS" --mem 256M --add /payload/peer "$@"; }

# at source|target: selects the QEMU and the bridge for the next commands
at() {
	export GUEST=/run/$1
	UDS=/run/$1.sock
}

# start_held NAME COMMAND...: starts a host program with its output in /run/NAME
start_held() {
	local name=$1
	shift
	"$@" >"/run/$name" 2>&1 &
	HELD+=("$!")
}

connected() { poll 20 grep -q connected "$1"; }
guest_connected() { poll 20 in-guest "grep -q connected $1"; }

hold_connections() {
	host_listens 1027 hold
	HELD+=("$SERVER")
	guest_start /tmp/hold 'peer vsock:2:1027 hold'
	guest_connected /tmp/hold || return
	start_held hold peer "bridge:$UDS:$ECHO_PORT" hold
	connected /run/hold
}

start_load() {
	host_listens 1028 echo
	HELD+=("$SERVER")
	guest_start /tmp/load "peer vsock:2:1028 both 2 2 $ENDLESS 0"
	guest_connected /tmp/load || return
	start_held load peer "bridge:$UDS:$ECHO_PORT" both 1 1 "$ENDLESS" 0
	connected /run/load
}

load_runs() {
	local pid

	for pid in "${HELD[@]}"; do
		kill -0 "$pid" || return
	done
	in-guest 'kill -0 $(cat /tmp/load.pid) && kill -0 $(cat /tmp/hold.pid)'
}

guest_programs_ended() {
	poll 20 in-guest '! kill -0 $(cat /tmp/load.pid) 2>/dev/null &&' \
		'! kill -0 $(cat /tmp/hold.pid) 2>/dev/null'
}

status_of_migration() {
	ask-qemu query-migrate | grep -o '"status": *"[a-z-]*"' | head -n 1 |
		cut -d'"' -f4
}

migration_ended() {
	case $(status_of_migration) in
	completed | failed | cancelled) return 0 ;;
	*) return 1 ;;
	esac
}
