#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_device_test.sh BINARY: tests of the vsock-bridge command with the module.
# Needs root, /dev/vsock-bridge and perl.
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$EUID" -ne 0 ] || [ ! -c "$NODE" ]; then
	echo "Bail out! needs root and $NODE (modprobe vsock_bridge)"
	exit 1
fi

# A COMMAND that prints the limits of the device at descriptor $ARGV[0], in the order
# of struct vsock_bridge_limits, by VSOCK_BRIDGE_GET_LIMITS, _IO(0xBE, 5).
# shellcheck disable=SC2016	# perl's variables
LIMITS='open(D, "+<&=", $ARGV[0]) or die "open: $!";
	my $limits = pack("L12", 48);
	defined ioctl(D, 0xBE05, $limits) or die "ioctl: $!";
	my @all = unpack("L12", $limits);
	print join(" ", @all[3 .. 11, 1]), "\n"'
DEFAULTS="1023 256 262144 67108864 60000 2000 2000 1073741824 2147483647 0"

# A COMMAND that does what a VMM does first, VHOST_SET_OWNER, and waits for EOF.
# shellcheck disable=SC2016	# perl's variables
VMM='open(my $device, "+<&=", 3) or die "open: $!";
	defined ioctl($device, 0xAF01, 0) or die "ioctl: $!";
	open(my $ready, ">", "ready") or die "open: $!";
	close($ready);
	1 while <STDIN>'

# hold ARG...: runs exec with VMM in the background; sets HOLDER, and opens the other
# end of its stdin as descriptor 8. "release" ends it.
hold() {
	mkfifo hold
	"$BINARY" exec "$@" -- perl -e "$VMM" <hold >hold.out 2>&1 &
	HOLDER=$!
	exec 8>hold
	eventually test -e ready
}

release() {
	exec 8>&-
	wait "$HOLDER"
}

# with_node GROUP MODE COMMAND...: runs COMMAND while the node has this group and mode.
with_node() {
	local before

	before=$(stat -c '%g %a' "$NODE")
	chgrp "$1" "$NODE" && chmod "$2" "$NODE"
	"${@:3}"
	chgrp "${before% *}" "$NODE" && chmod "${before#* }" "$NODE"
}

mode_of() { stat -c %a "$1"; }

test_command_has_the_device_at_3() {
	works exec --uds-path s -- readlink /proc/self/fd/3
	expect_same "$(cat out)" "$NODE"
}

test_command_has_the_device_at_fd_and_nothing_else() {
	works exec --uds-path s --fd 9 -- sh -c "$LIST_FDS" fds
	expect_same "$(cat fds)" "0 1 2 9"
}

test_every_limit_reaches_the_device() {
	works exec --uds-path s --max-connections 77 --max-handshakes 8 \
		--buf-alloc 64K --handshake-timeout 0.3 --connect-timeout 4 \
		--shutdown-timeout 5ms --host-ports 1024-65535 --random-ports \
		--max-buffered 2M -- perl -e "$LIMITS" 3
	expect_same "$(cat out)" "77 8 65536 2097152 300 4000 5 1024 65535 1"
}

test_limits_keep_their_defaults() {
	works exec --uds-path s --fd 5 -- perl -e "$LIMITS" 5
	expect_same "$(cat out)" "$DEFAULTS"
}

test_accepts_the_bounds_of_every_range() {
	works exec --uds-path s --max-connections 1 --max-handshakes 1 --buf-alloc 4K \
		--max-buffered 64K --handshake-timeout 1ms --connect-timeout 1ms \
		--shutdown-timeout 1ms --host-ports 1-1 -- perl -e "$LIMITS" 3
	expect_same "$(cat out)" "1 1 4096 65536 1 1 1 1 1 0"
	works exec --uds-path t --max-connections 65535 --max-handshakes 4096 \
		--buf-alloc 16M --max-buffered 1G --handshake-timeout 3600 \
		--connect-timeout 3600 --shutdown-timeout 3600 \
		--host-ports 4294967294-4294967294 -- perl -e "$LIMITS" 3
	expect_same "$(cat out)" "65535 4096 16777216 1073741824 3600000 3600000 \
3600000 4294967294 4294967294 0"
}

test_mode_is_set_exactly() {
	local mode

	umask 077
	for mode in 600 666 777 21 0; do
		works exec --uds-path "s$mode" --mode "$mode" -- true
		expect_same "$(mode_of "s$mode")" "$mode"
	done
}

test_umask_applies_without_mode() {
	umask 027
	works exec --uds-path s -- true
	expect_same "$(mode_of s)" 750
}

test_socket_listens_while_command_runs() {
	hold --uds-path s
	[ -S s ]
	listens s
	release
}

# The socket refuses connections until the device has an owner.
test_socket_refuses_host_programs_before_command_owns_the_device() {
	works exec --uds-path s -- sh -c '"$0" "$@" && echo connected || echo refused' \
		perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		exit !connect(S, pack_sockaddr_un("s"))'
	expect_same "$(cat out)" refused
}

test_socket_is_stale_when_command_has_ended() {
	works exec --uds-path s -- true
	[ -S s ]
	! listens s || return 1
	fails 125 "s exists and is a stale socket" exec --uds-path s -- true
}

test_socket_belongs_to_the_caller() {
	with_node root 666 run_as_nobody exec --uds-path s -- true
	expect_status 0
	expect_same "$(stat -c %u s)" 65534
}

test_node_without_permission_is_an_error() {
	with_node root 660 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or let a group in"
	with_node users 640 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or let a group in"
	with_node users 660 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or join group users"
}

test_replace_replaces_a_stale_socket() {
	works exec --uds-path s -- true
	ln s kept	# or its inode number could come again
	hold --uds-path s --replace
	[ "$(inode s)" != "$(inode kept)" ]
	listens s
	release
}

test_replace_never_replaces_a_live_socket() {
	local before

	hold --uds-path s
	before=$(inode s)
	fails 125 "s exists and is in use" exec --uds-path s --replace -- true
	fails 125 "s exists and is in use" exec --uds-path s -- true
	expect_same "$(inode s)" "$before"
	listens s
	release
}

test_replace_never_replaces_a_regular_file() {
	echo text >s
	fails 125 "s exists and is a regular file" exec --uds-path s --replace -- true
	expect_same "$(cat s)" text
}

test_path_of_96_bytes_listens() {
	local path

	path=$(printf '%096d' 0)
	hold --uds-path "$path"
	listens "$path"
	release
}

test_relative_path_starts_in_the_callers_directory() {
	mkdir folder
	cd folder
	works exec --uds-path ../s -- true
	[ -S ../s ]
}

test_missing_interpreter_leaves_no_socket() {
	echo '#!/no/such/interpreter' >script
	chmod +x script
	fails 126 "./script: its interpreter does not exist" exec --uds-path s -- ./script
	expect_no_file s
}

test_missing_command_leaves_no_socket() {
	fails 127 "COMMAND not found" exec --uds-path s -- no-such-command
	expect_no_file s
}

test_devices_are_independent() {
	hold --uds-path s
	works exec --uds-path t -- true
	release
}

test_missing_node_of_a_loaded_module_is_an_error() {
	fails 125 "/dev/no-such-node does not exist, but the module is loaded" \
		exec --device /dev/no-such-node --uds-path s -- true
}

test_owner_and_group_are_set() {
	works exec --uds-path s --owner 1234 --group 5678 --mode 0660 -- true
	expect_same "$(stat -c %u:%g:%a s)" 1234:5678:660
}

test_owner_option_needs_the_right_to_chown() {
	with_node root 666 run_as_nobody exec --uds-path s --owner 0 -- true
	expect_error 125 "cannot make the socket s: you may not give it to that owner or group"
	expect_no_file s
}

test_abstract_name_listens_while_command_runs() {
	works exec --uds-path @cli-test -- grep -c ' @cli-test$' /proc/net/unix
	expect_out '^1$'
	! grep -q ' @cli-test$' /proc/net/unix || return 1
}

test_module_accepts_ports_and_host_ports() {
	works exec --uds-path s --port 1=/x --port 2=@y --host-ports 1024-65535 \
		--random-ports -- true
}

test_no_listen_makes_no_socket() {
	hold --uds-path s --no-listen
	expect_no_file s
	release
}

test_no_connect_listens() {
	hold --uds-path s --no-connect
	listens s
	release
}

test_ports_and_prefix_need_no_path() {
	works exec --no-listen --port 1=/x --other-ports deny -- true
	works exec --no-listen --prefix -- true
	works exec --uds-path "$PWD/" --no-listen --prefix --port 1=prefix -- true
	works exec --uds-path s --port 1=deny --other-ports prefix -- true
}

# passes FD TYPE ARG...: runs exec with a listening socket, bound to ./passed, at FD.
passes() {
	STATUS=0
	with_socket "$1" "$2" passed "$BINARY" exec "${@:3}" >out 2>err || STATUS=$?
	rm -f passed
	expect_status 0
}

test_module_accepts_a_listening_socket() {
	passes 7 SOCK_STREAM --uds-path s --listen-fd 7 -- sh -c "$LIST_FDS" fds
	expect_same "$(cat fds)" "0 1 2 3 7"
	expect_no_file s
	passes 3 SOCK_STREAM --listen-fd 3 --no-connect -- readlink /proc/self/fd/3
	expect_same "$(cat out)" "$NODE"
	passes 7 SOCK_STREAM --uds-path @s --listen-fd 7 --prefix -- true
}

# Only the command and the device have the socket.
test_listening_socket_lives_as_long_as_the_command() {
	mkfifo hold
	with_socket 7 SOCK_STREAM passed "$BINARY" exec --listen-fd 7 --no-connect -- \
		perl -e "$VMM" <hold >hold.out 2>&1 &
	HOLDER=$!
	exec 8>hold
	eventually test -e ready
	listens passed
	release
	! listens passed || return 1
}

# As with a .socket unit, the first client starts the command.
test_module_accepts_a_socket_of_systemd() {
	local starter

	command -v systemd-socket-activate >/dev/null || return 0
	systemd-socket-activate --listen="$PWD/activated" "$BINARY" exec \
		--listen-fd 3 --no-connect -- sh -c 'env >env
			readlink /proc/self/fd/3 >device; echo >ready' >started 2>&1 &
	starter=$!
	eventually test -S activated
	listens activated
	eventually test -e ready
	kill "$starter" 2>/dev/null || :
	expect_same "$(cat device)" "$NODE"
	! grep LISTEN_ env || return 1
}

test_dir_fd_is_where_relative_paths_start() {
	mkdir folder other
	exec 7<folder
	works exec --uds-path s --dir-fd 7 --port 1=x -- sh -c "$LIST_FDS" fds
	[ -S folder/s ]
	expect_no_file s
	expect_same "$(cat fds)" "0 1 2 3"
	works exec --uds-path s --dir-fd 7 --replace -- true
	mv folder moved
	works exec --uds-path t --dir-fd 7 -- true
	[ -S moved/t ]
}

test_live_socket_in_the_directory_is_never_replaced() {
	mkdir folder
	hold --uds-path folder/s
	exec 7<folder
	fails 125 "s exists and is in use" exec --uds-path s --dir-fd 7 --replace -- true
	release
}

# listens_seqpacket PATH
listens_seqpacket() {
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_SEQPACKET, 0) or die;
		exit !connect(S, pack_sockaddr_un($ARGV[0]))' "$1"
}

test_seqpacket_binds_a_second_socket() {
	hold --uds-path s --seqpacket --mode 0640
	listens s
	listens_seqpacket s_seqpacket
	expect_same "$(mode_of s_seqpacket)" 640
	ln s_seqpacket t_seqpacket
	fails 125 "t_seqpacket exists and is in use" \
		exec --uds-path t --seqpacket --replace -- true
	release
	fails 125 "s exists and is a stale socket" exec --uds-path s --seqpacket -- true
	works exec --uds-path s --seqpacket --replace -- true
}

test_module_accepts_a_seqpacket_socket() {
	passes 7 SOCK_SEQPACKET --uds-path s --seqpacket-fd 7 -- sh -c "$LIST_FDS" fds
	expect_same "$(cat fds)" "0 1 2 3 7"
	[ -S s ]
	expect_no_file s_seqpacket
}

test_vhost_vsock_node_is_refused() {
	modprobe vhost_vsock
	eventually test -c /dev/vhost-vsock
	fails 125 "/dev/vhost-vsock is not a vsock_bridge device" \
		exec --device /dev/vhost-vsock --uds-path s -- true
	expect_no_file s
}

test_info_shows_module_and_features() {
	local feature

	works info
	expect_out '^ABI +1$'
	for feature in VERSION_1 INDIRECT_DESC EVENT_IDX NOTIFY_ON_EMPTY ANY_LAYOUT; do
		expect_out "^virtio features .*\\b$feature\\b"
	done
	expect_out '^connections +1023 +1 +65535$'
	expect_out '^buffered in all \(bytes\) +67108864 +65536 +1073741824$'
	expect_out '^highest host port +2147483647 +1 +4294967294$'
	expect_out '^ports in the map +1024$'
	expect_out '^largest message +262144 bytes$'
}

test_info_has_the_version_of_the_module() {
	works info
	expect_same "$(sed -n 's/^module *//p' out)" "$(cat /sys/module/vsock_bridge/version)"
}

run_tests
