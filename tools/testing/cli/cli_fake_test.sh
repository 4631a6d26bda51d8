#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_fake_test.sh [BINARY]: tests of the vsock-bridge command with fake_device.c in
# the module's place: what COMMAND inherits, the ioctls, and the messages for errors of
# the kernel. Needs a C compiler (CC=cc) and perl.
#
#@ suite cli
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

FAKE=$SCRATCH/fake_device.so

"${CC:-cc}" -shared -fPIC -D_GNU_SOURCE -Wall -Wextra \
	-I "$TESTS/../../../include/uapi" -o "$FAKE" "$TESTS/fake_device.c" -ldl || {
	echo "Bail out! fake_device.c does not build"
	exit 1
}

# with_fake [VARIABLE=VALUE]... SUBCOMMAND ARG...
with_fake() {
	local -a variables=()

	while [[ $1 == *=* ]]; do
		variables+=("$1")
		shift
	done
	STATUS=0
	"${WITH[@]}" env LD_PRELOAD="$FAKE" FAKE_LOG="$PWD/log" "${variables[@]}" \
		"$BINARY" "$1" --device /dev/null "${@:2}" >out 2>err || STATUS=$?
}


# A prefix of the command, such as with_socket FD TYPE PATH.
WITH=()

# refusal [VARIABLE=VALUE]... TEXT: exec at s fails with TEXT and leaves no file.
refusal() {
	local text=${*: -1}

	with_fake "${@:1:$#-1}" exec --uds-path s -- true
	expect_error 125 "$text"
	expect_no_file s
}

errno_of() { perl -MErrno -e 'print Errno->can($ARGV[0])->()' "$1"; }

# refusal_of CALL ERRNO TEXT: the same, because CALL fails with ERRNO
refusal_of() { refusal "FAKE_ERROR=$1 $(errno_of "$2")" "$3"; }

# what COMMAND inherits

test_command_has_the_device_at_3() {
	with_fake exec --uds-path s -- readlink /proc/self/fd/3
	expect_status 0
	expect_out '^/dev/null$'
	[ -S s ]
}

test_command_has_the_device_at_fd_and_nothing_else() {
	local fd

	for fd in 3 4 5 9; do
		with_fake exec --uds-path "s$fd" --fd "$fd" -- sh -c "$LIST_FDS" fds
		expect_status 0
		expect_same "$(cat fds)" "0 1 2 $fd"
	done
}

test_command_keeps_closed_standard_descriptors_closed() {
	STATUS=0
	LD_PRELOAD=$FAKE "$BINARY" exec --device /dev/null --uds-path s -- \
		sh -c "$LIST_FDS" fds <&- >&- 2>&- || STATUS=$?
	: >out && : >err
	expect_status 0
	expect_same "$(cat fds)" "3"
}

test_device_is_never_opened_as_a_standard_descriptor() {
	STATUS=0
	LD_PRELOAD=$FAKE FAKE_LOG=log "$BINARY" exec --device /dev/null \
		--uds-path s -- true <&- >&- 2>&- || STATUS=$?
	touch out err
	expect_status 0
	grep -v '^SET_' log >low || return 0
	cat low
	return 1
}

test_command_keeps_stdin_and_stdout() {
	echo text | with_fake exec --uds-path s -- cat
	expect_same "$(cat out)" text
}

test_command_keeps_environment_and_arguments() {
	# shellcheck disable=SC2016	# expands in COMMAND
	with_fake "GREETING=a b" exec --uds-path s -- sh -c 'echo "$GREETING|$1|$2"' sh "" "c d"
	expect_same "$(cat out)" "a b||c d"
}

test_command_keeps_signal_mask_and_dispositions() {
	local want

	# shellcheck disable=SC2016	# perl's variables
	signals='use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1));
		$SIG{USR2} = "IGNORE"; exec @ARGV'
	want=$(perl -e "$signals" grep ^Sig /proc/self/status)
	LD_PRELOAD=$FAKE perl -e "$signals" "$BINARY" exec --device /dev/null \
		--uds-path s -- grep ^Sig /proc/self/status >out
	expect_same "$(grep -v SigQ out)" "$(echo "$want" | grep -v SigQ)"
	expect_out '^SigBlk:.*200$'
}

test_command_keeps_the_pid() {
	LD_PRELOAD=$FAKE "$BINARY" exec --device /dev/null --uds-path s -- \
		sh -c 'echo $$' >out &
	wait $!
	expect_same "$(cat out)" $!
}

test_exit_status_is_that_of_command() {
	with_fake exec --uds-path s -- sh -c 'exit 37'
	expect_status 37
}

test_script_without_interpreter_line_is_run() {
	echo 'echo run' >script
	chmod +x script
	with_fake exec --uds-path s -- ./script
	expect_same "$(cat out)" run
}

test_missing_interpreter_is_126_and_leaves_no_socket() {
	echo '#!/no/such/interpreter' >script
	chmod +x script
	with_fake exec --uds-path s -- ./script
	expect_error 126 "./script: its interpreter does not exist"
	expect_no_file s
	grep -q SET_UDS log
}

# the ioctls

test_limits_are_set_before_the_path() {
	with_fake exec --uds-path s --max-connections 77 -- true
	expect_status 0
	expect_same "$(cat log)" "SET_LIMITS max_connections=77
SET_UDS path=s flags=0 mode=0"
}

test_mode_is_passed_on() {
	with_fake exec --uds-path s --mode 0640 -- true
	grep -q 'flags=0x1 mode=0640$' log
	with_fake exec --uds-path s --replace --mode 0 -- true
	grep -q 'flags=0x1 mode=0$' log
}

test_ports_are_set_before_the_path_and_owner() {
	with_fake exec --uds-path s --owner 12 --group 34 \
		--port 5000=/run/log --port 7=@tty -- true
	expect_status 0
	expect_same "$(cat log)" "SET_LIMITS max_connections=0
SET_PORT 5000 action=0 path=/run/log
SET_PORT 7 action=0 path=@tty
SET_UDS path=s flags=0x6 mode=0 owner=12:34"
}

test_ports_are_denied_or_left_to_the_prefix() {
	with_fake exec --uds-path s --port 1=deny --port 2=prefix \
		--port 3=./deny --other-ports prefix -- true
	expect_status 0
	expect_same "$(grep SET_PORT log)" "SET_PORT 1 action=1 path=
SET_PORT 2 action=2 path=
SET_PORT 3 action=0 path=./deny
SET_PORT 0 action=2 path= flags=0x2 dir_fd=0"
}

test_limits_are_passed_on() {
	with_fake exec --uds-path s --max-handshakes 7 --buf-alloc 64K \
		--max-buffered 1G --handshake-timeout 0.05 --connect-timeout 20 \
		--shutdown-timeout 1500ms -- true
	expect_status 0
	expect_same "$(grep SET_LIMITS log)" "SET_LIMITS max_connections=0 \
max_handshakes=7 buf_alloc=65536 max_buffered=1073741824 handshake_timeout_ms=50 \
connect_timeout_ms=20000 shutdown_timeout_ms=1500"
}

test_fractions_of_a_second_are_decimals() {
	with_fake exec --uds-path s --handshake-timeout 1.5 --connect-timeout 1.05 \
		--shutdown-timeout 1.005 -- true
	grep -q '=1500 connect_timeout_ms=1050 shutdown_timeout_ms=1005$' log
}

test_single_directions_are_passed_on() {
	with_fake exec --uds-path s --no-listen -- true
	grep -q '^SET_UDS path=s flags=0x20 mode=0$' log
	expect_no_file s
	with_fake exec --uds-path s --no-connect -- true
	grep -q '^SET_UDS path=s flags=0x40 mode=0$' log
	[ -S s ]
}

test_ports_alone_need_no_host_end() {
	with_fake exec --no-listen --port 1=/x -- true
	expect_status 0
	! grep SET_UDS log || return 1
}

test_prefix_is_passed_on_and_may_be_empty() {
	with_fake exec --uds-path vm/ --no-listen --prefix -- true
	grep -q '^SET_UDS path=vm/ flags=0xa0 mode=0$' log
	with_fake exec --no-listen --prefix -- true
	expect_status 0
	grep -q '^SET_UDS path= flags=0xa0 mode=0$' log
}

test_listening_socket_is_passed_on_and_stays_open() {
	WITH=(with_socket 7 SOCK_STREAM passed)
	with_fake exec --uds-path s --listen-fd 7 -- sh -c "$LIST_FDS" fds
	expect_status 0
	grep -q '^SET_UDS path=s flags=0x8 mode=0 fd=7$' log
	expect_same "$(cat fds)" "0 1 2 3 7"
	expect_no_file s
}

test_device_may_replace_the_listening_socket() {
	WITH=(with_socket 3 SOCK_STREAM passed)
	with_fake exec --listen-fd 3 --no-connect -- \
		sh -c 'readlink /proc/self/fd/3; readlink /proc/$$/fd/[4-9] || :'
	expect_status 0
	expect_out '^/dev/null$'
	expect_out '^socket:'
	grep -q '^SET_UDS path= flags=0x48 mode=0 fd=3$' log
}

test_open_descriptor_is_not_overwritten_with_a_listening_socket() {
	WITH=(with_socket 7 SOCK_STREAM passed)
	with_fake exec --uds-path s --listen-fd 7 --fd 8 -- true 8>file
	expect_error 125 "descriptor 8 is open already"
}

# systemd-socket-activate sets these variables.
test_variables_of_systemd_are_removed_with_a_listening_socket() {
	WITH=(with_socket 3 SOCK_STREAM passed)
	with_fake LISTEN_FDS=1 LISTEN_PID=1 LISTEN_FDNAMES=x OTHER=y \
		exec --uds-path s --listen-fd 3 -- env
	expect_status 0
	expect_out '^OTHER=y$'
	! grep LISTEN_ out || return 1
}

test_variables_of_systemd_are_kept_without_a_listening_socket() {
	with_fake LISTEN_FDS=1 exec --uds-path s -- env
	expect_out '^LISTEN_FDS=1$'
}

test_directory_is_passed_to_the_device_but_not_to_command() {
	mkdir folder
	exec 7<folder
	with_fake exec --uds-path s --dir-fd 7 --port 1=x --port 2=@x \
		--port 3=deny -- sh -c "$LIST_FDS" fds
	expect_status 0
	expect_same "$(grep -v SET_LIMITS log)" "SET_PORT 1 action=0 path=x flags=0x1 dir_fd=7
SET_PORT 2 action=0 path=@x
SET_PORT 3 action=1 path=
SET_UDS path=s flags=0x10 mode=0 dir_fd=7"
	[ -S folder/s ]
	expect_no_file s
	expect_same "$(cat fds)" "0 1 2 3"
}

test_directory_does_not_apply_to_an_abstract_name() {
	exec 7<.
	with_fake exec --uds-path @vm --dir-fd 7 --port 1=x -- true
	expect_status 0
	grep -q '^SET_UDS path=@vm flags=0 mode=0$' log
}

test_replace_removes_a_stale_socket_in_the_directory() {
	mkdir folder
	make_stale_socket folder/s
	make_stale_socket s
	ln folder/s kept	# or its inode number could come again
	exec 7<folder
	with_fake exec --uds-path s --dir-fd 7 --replace -- true
	expect_status 0
	[ "$(inode folder/s)" != "$(inode kept)" ]
	[ -S s ]
}

test_missing_interpreter_leaves_no_socket_in_the_directory() {
	echo '#!/no/such/interpreter' >script
	chmod +x script
	mkdir folder
	exec 7<folder
	with_fake exec --uds-path s --dir-fd 7 --seqpacket -- ./script
	expect_error 126 "./script: its interpreter does not exist"
	grep -q SET_UDS log
	expect_same "$(ls -A folder)" ""
}

test_seqpacket_is_passed_on() {
	with_fake exec --uds-path s --seqpacket --mode 0600 -- true
	grep -q '^SET_UDS path=s flags=0x101 mode=0600$' log
	[ -S s_seqpacket ]
	WITH=(with_socket 7 SOCK_SEQPACKET passed)
	with_fake exec --uds-path t --seqpacket-fd 7 -- sh -c "$LIST_FDS" fds
	expect_status 0
	grep -q '^SET_UDS path=t flags=0x200 mode=0 seqpacket_fd=7$' log
	expect_same "$(cat fds)" "0 1 2 3 7"
}

test_replace_removes_a_stale_seqpacket_socket() {
	with_socket 3 SOCK_SEQPACKET s_seqpacket true
	ln s_seqpacket kept	# or its inode number could come again
	with_fake exec --uds-path s --seqpacket --replace -- true
	expect_status 0
	[ "$(inode s_seqpacket)" != "$(inode kept)" ]
}

test_replace_without_seqpacket_leaves_its_socket_alone() {
	with_socket 3 SOCK_SEQPACKET s_seqpacket true
	ln s_seqpacket kept
	with_fake exec --uds-path s --replace -- true
	expect_status 0
	expect_same "$(inode s_seqpacket)" "$(inode kept)"
}

test_owner_and_group_can_be_names() {
	with_fake exec --uds-path s --owner root --group root -- true
	grep -q 'flags=0x6 mode=0 owner=0:0$' log
}

test_host_ports_are_passed_on() {
	with_fake exec --uds-path s --host-ports 1024-65535 \
		--random-ports -- true
	grep -q 'host_ports=1024-65535 flags=0x1/0x1$' log
}

test_abstract_name_begins_with_nul() {
	with_fake exec --uds-path @vm --replace -- true
	expect_status 0
	grep -q 'path=@vm flags=0 mode=0$' log
	expect_no_file @vm
}

test_full_map_is_an_error() {
	with_fake "FAKE_ERROR=SET_PORT $(errno_of ENOSPC)" \
		exec --uds-path s --port 1=/x -- true
	expect_error 125 "--port is given too often: the module supports at most 1024"
	expect_no_file s
}

test_last_of_repeated_options_is_used() {
	with_fake exec --uds-path r --uds-path s --max-connections 5 \
		--max-connections 6 -- true
	grep -q max_connections=6 log
	grep -q path=s log
	expect_no_file r
}

test_replace_removes_a_stale_socket() {
	local before

	make_stale_socket s
	before=$(inode s)
	ln s kept	# or its inode number could come again
	with_fake exec --uds-path s --replace -- true
	expect_status 0
	[ -S s ]
	[ "$(inode s)" != "$before" ]
}

test_replace_without_a_file_succeeds() {
	with_fake exec --uds-path s --replace -- true
	expect_status 0
	[ -S s ]
}

test_stale_socket_is_kept_if_the_limits_are_refused() {
	make_stale_socket s
	with_fake FAKE_MAX_CONNECTIONS=9 exec --uds-path s --replace \
		--max-connections 10 -- true
	expect_error 125 "--max-connections 10 is out of the range of module 9.8.7: give 1 to 9"
	[ -S s ]
}

# errors of the kernel

test_other_abi_version_is_refused() {
	refusal FAKE_ABI=2 "the module speaks ABI version 2, this tool"
	with_fake FAKE_ABI=2 info
	expect_error 1 "ABI version 2"
}

test_path_limit_of_the_module_is_used() {
	with_fake FAKE_MAX_PATH=3 exec --uds-path four -- true
	expect_error 125 "--uds-path is 4 bytes, 1 more than the 3"
}

test_node_without_driver_is_an_error() {
	refusal_of OPEN ENXIO "has no driver behind it: load the module (modprobe vsock_bridge)"
	refusal_of OPEN ENODEV "has no driver behind it"
}

test_device_cgroup_is_named_in_the_error() {
	refusal_of OPEN EPERM "is not allowed in this container or service"
}

test_too_many_open_files_is_an_error() {
	refusal_of OPEN EMFILE "cannot open /dev/null: Too many open files"
}

test_device_that_wants_an_owner_first_is_refused() {
	refusal_of GET_INFO EPERM "/dev/null is not a vsock_bridge device"
}

test_failure_of_get_info_is_an_error() {
	refusal_of GET_INFO EIO "cannot read the info of /dev/null: Input/output error"
}

test_limits_refused_by_the_module_are_an_error() {
	refusal_of SET_LIMITS EINVAL "cannot set the limits: refused by module 9.8.7 as out of range"
}

test_module_too_old_for_a_structure_is_an_error() {
	refusal_of SET_LIMITS E2BIG "module 9.8.7 does not support this: install the release"
	refusal_of SET_UDS E2BIG "module 9.8.7 does not support this: install the release"
}

test_busy_device_is_an_error() {
	refusal_of SET_UDS EBUSY "cannot set the UDS path: the device is in use"
}

test_dead_device_is_an_error() {
	refusal_of SET_UDS EIO "cannot set the UDS path: the device is dead"
}

test_bind_errors_of_an_abstract_name_are_explained() {
	with_fake "FAKE_ERROR=SET_UDS $(errno_of EADDRINUSE)" \
		exec --uds-path @vm -- true
	expect_error 125 "cannot make the socket @vm: the name is in use: stop that program, or use another name"
}

test_refused_host_end_without_a_socket_is_an_error() {
	with_fake "FAKE_ERROR=SET_UDS $(errno_of ENOMEM)" \
		exec --uds-path s --no-listen -- true
	expect_error 125 "cannot set the host end: Cannot allocate memory: see dmesg(1)"
}

test_owner_refused_by_the_module_is_an_error() {
	with_fake "FAKE_ERROR=SET_UDS $(errno_of EPERM)" \
		exec --uds-path s --owner 0 -- true
	expect_error 125 "cannot make the socket s: you may not give it to that owner or group"
}

test_bind_errors_are_explained() {
	refusal_of SET_UDS EADDRINUSE "cannot make the socket s: a file appeared there just now"
	refusal_of SET_UDS EACCES "cannot make the socket s: you may not create files there"
	refusal_of SET_UDS EROFS "cannot make the socket s: the file system is read-only"
	refusal_of SET_UDS ENOSPC "cannot make the socket s: the file system is full"
	refusal_of SET_UDS ENOMEM "cannot make the socket s: out of memory"
	refusal_of SET_UDS EMLINK "cannot make the socket s: Too many links: see dmesg(1)"
}

# info

test_info_shows_versions_and_limits() {
	local which

	with_fake info
	expect_status 0
	expect_out "^tool +$(cat "$TESTS/../../../VERSION")\$"
	expect_out '^module +9\.8\.7$'
	expect_out '^ABI +1$'
	! grep -q '^features' out || return 1
	expect_out '^longest UDS path +96 bytes$'
	expect_out '^connections +1023 +1 +65535$'
	expect_out '^ports in the map +1024$'
	expect_out '^largest message +262144 bytes$'
	expect_out '^handshakes +256 +1 +4096$'
	expect_out '^buffer per connection \(bytes\) +262144 +4096 +16777216$'
	expect_out '^buffered in all \(bytes\) +67108864 +65536 +1073741824$'
	expect_out '^handshake timeout \(ms\) +60000 +1 +3600000$'
	for which in connect shutdown; do
		expect_out "^$which timeout \(ms\) +2000 +1 +3600000\$"
	done
	expect_out '^lowest host port +1073741824 +1 +4294967294$'
	expect_out '^highest host port +2147483647 +1 +4294967294$'
}

test_info_names_virtio_features() {
	with_fake FAKE_VIRTIO_FEATURES=0x93d000002 info
	expect_out '^virtio features +SEQPACKET NOTIFY_ON_EMPTY LOG_ALL ANY_LAYOUT INDIRECT_DESC EVENT_IDX VERSION_1 IN_ORDER$'
}

test_info_shows_unknown_features_in_hex() {
	with_fake FAKE_FEATURES=0x8000000000000001 FAKE_VIRTIO_FEATURES=0x8000000100000000 info
	expect_out '^features +unknown:0x8000000000000001$'
	expect_out '^virtio features +VERSION_1 unknown:0x8000000000000000$'
	with_fake FAKE_VIRTIO_FEATURES=0 info
	expect_out '^virtio features +none$'
}

test_info_json_is_valid_and_complete() {
	with_fake FAKE_VIRTIO_FEATURES=0x8000000100000000 info --json
	expect_status 0
	# shellcheck disable=SC2016	# perl's variables
	perl -MJSON::PP -e 'undef $/; my $j = decode_json(<STDIN>);
		print join(" ", $j->{module}{version}, $j->{module}{abi},
			$j->{tool}{abi}, $j->{device}, $j->{max_path},
			@{$j->{features}{names}}, @{$j->{features}}{"bits", "unknown"},
			@{$j->{virtio_features}{names}}, $j->{virtio_features}{unknown},
			$j->{max_ports}, $j->{max_message}, scalar(keys %{$j->{limits}}),
			map { @$_{"default", "min", "max"} } @{$j->{limits}}{
				"max_connections", "buf_alloc", "shutdown_timeout_ms",
				"max_buffered", "host_port_max"})
		' <out >found
	expect_same "$(cat found)" "9.8.7 1 1 /dev/null 96 0x0 0x0 VERSION_1 \
0x8000000000000000 1024 262144 9 1023 1 65535 262144 4096 16777216 2000 1 3600000 \
67108864 65536 1073741824 2147483647 1 4294967294"
}

test_info_fails_when_limits_cannot_be_read() {
	with_fake "FAKE_ERROR=GET_LIMITS 5" info
	expect_error 1 "cannot read the limits"
}

run_tests
