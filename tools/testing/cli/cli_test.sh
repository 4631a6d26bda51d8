#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_test.sh [BINARY]: tests of the vsock-bridge command without the module.
#
#@ suite cli
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# exec_at PATH OPTION...: runs exec with /dev/null as the device
exec_at() {
	local path=$1
	shift
	run exec --device /dev/null --uds-path "$path" "$@" -- true
}

# The error of exec when everything but the device is right
expect_only_device_wrong() {
	expect_error 125 "/dev/null is not a vsock_bridge device"
}

COMMANDS=(exec info list conns ports stats watch connect listen set drop doctor)

# the command itself

test_missing_command_is_a_usage_error() {
	fails 2 "no command given: see 'vsock-bridge --help'"
}

test_unknown_command_is_a_usage_error() {
	fails 2 "unknown command 'exce': see 'vsock-bridge --help'" exce
}

test_unknown_top_level_option_is_a_usage_error() {
	fails 2 "unknown option '--verbose': see 'vsock-bridge --help'" --verbose
}

test_help_goes_to_stdout() {
	local command

	works --help
	expect_out '^Usage: vsock-bridge '
	for command in "${COMMANDS[@]}"; do
		expect_out "^  $command +[a-z]"
	done
	cp out long
	works -h
	cmp out long
}

test_help_fits_a_terminal() {
	local what

	for what in "" "${COMMANDS[@]}"; do
		# shellcheck disable=SC2086	# none is no argument
		works $what --help
		grep -E '.{81}' out >long || continue
		cat long
		return 1
	done
}

test_help_of_exec_names_every_option_and_exit_code() {
	local word

	works exec --help
	for word in uds-path buf-alloc connect-timeout dir-fd fd group \
		handshake-timeout host-ports listen-fd max-buffered \
		max-connections max-handshakes mode no-connect no-listen \
		other-ports owner port prefix random-ports replace seqpacket \
		seqpacket-fd shutdown-timeout device help; do
		expect_out "^  (-., )?--$word "
	done
	expect_out '125'
	expect_out '126'
	expect_out '127'
	cp out long
	works exec -h
	cmp out long
}

# man_part NAME: prints that section of the man page without font changes
man_part() {
	awk -v name="$1" '/^\.S[SH] / { on = $2 == name || $2 == name ":" } on' \
		"$TESTS/../../vsock-bridge/vsock-bridge.1" |
		sed 's/\\f.//g; s/\\-/-/g'
}

# set takes most options of exec, and its section refers to them.
test_man_page_names_every_option_in_its_commands_section() {
	local command option

	for command in "${COMMANDS[@]}"; do
		works "$command" --help
		sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p' out | sort >options
		[ "$command" = exec ] || sed -i '/^--help$/d' options
		[ "$command" != set ] || sed -i '/^--control$/!d' options
		man_part "$command" >part
		[ -s part ] || { echo "no $command"; return 1; }
		while read -r option; do
			grep -qE -e "(^|[^a-z-])$option([^a-z-]|$)" part ||
				[ "$option" = --help ] ||
				{ echo "no $option of $command"; return 1; }
		done <options
	done
}

test_man_page_names_every_json_key() {
	local page=$TESTS/../../vsock-bridge/vsock-bridge.1 key

	sed -nE 's/.*json_[a-z]+\("([a-z_]+)".*/\1/p' \
		"$TESTS"/../../vsock-bridge/cmd_{list,conns,ports,stats,doctor}.c | sort -u >keys
	grep -qx tx_credit keys
	while read -r key; do
		grep -qE "(^|[^a-z_])$key([^a-z_]|\$)" "$page" || { echo "no $key"; return 1; }
	done <keys
}

test_man_page_is_valid_groff() {
	groff -man -ww -z "$TESTS/../../vsock-bridge/vsock-bridge.1" 2>wrong
	expect_same "$(cat wrong)" ""
}

test_help_of_info_names_every_option() {
	works info --help
	expect_out '^  --json '
	expect_out '^  --device '
}

test_version_is_that_of_the_project() {
	works --version
	expect_out '^vsock-bridge [0-9]+\.[0-9]+\.[0-9]+$'
	expect_same "$(cat out)" "vsock-bridge $(cat "$TESTS/../../../VERSION")"
	works -V
}

test_full_stdout_is_a_failure() {
	STATUS=0
	"$BINARY" --help >/dev/full 2>err || STATUS=$?
	: >out
	expect_error 1 "cannot write to stdout"
}

test_newline_in_an_argument_is_replaced() {
	fails 2 "unknown command 'a?b?c'" $'a\nb\033c'
}

# exec: options

test_exec_refuses_an_unknown_option() {
	fails 2 "unknown option --path: see 'vsock-bridge exec --help'" exec --path=s
}

test_exec_refuses_an_unknown_letter() {
	fails 2 "unknown option -x: see 'vsock-bridge exec --help'" exec --replace -xh
}

test_exec_option_without_its_value_is_an_error() {
	fails 2 "--fd needs a value" exec --uds-path s --fd
}

test_exec_does_not_take_the_separator_as_a_value() {
	fails 2 "--uds-path needs a value" exec --uds-path -- true
}

test_exec_option_with_an_extra_value_is_an_error() {
	fails 2 "--replace takes no value" exec --replace=yes
	fails 2 "--help takes no value" exec --help=yes
}

test_exec_needs_uds_path() {
	fails 2 "--uds-path is missing" exec -- true
}

test_exec_needs_the_separator() {
	fails 2 "'--' is missing before 'true'" exec --uds-path s true --version
}

test_exec_needs_a_command() {
	fails 2 "COMMAND is missing" exec --uds-path s --
	fails 2 "COMMAND is missing" exec --uds-path s
}

test_exec_fd_must_be_a_number_above_stderr() {
	local value

	for value in 2 0 -1 "" 3x " 4" +4 0x10 99999999999999999999; do
		fails 2 "--fd '$value' is out of range or not a number: give 3 to " \
			exec --uds-path s --fd "$value" -- true
	done
}

test_exec_fd_must_be_below_the_limit_of_open_files() {
	ulimit -Sn 100
	fails 2 "--fd '100' is out of range or not a number: give 3 to 99" \
		exec --uds-path s --fd 100 -- true
	exec_at s --fd 99
	expect_only_device_wrong
}

test_exec_checks_the_range_of_max_connections() {
	local value

	for value in 0 65536 -1 "" 1k; do
		fails 2 "--max-connections '$value' is out of range or not a number: give 1 to 65535" \
			exec --uds-path s --max-connections "$value" -- true
	done
	exec_at s --max-connections 65535
	expect_only_device_wrong
}

test_exec_host_ports_must_be_a_range() {
	local value

	for value in 0-9 9-8 9 9- -9 "" 1-4294967295 a-b 1-2-3; do
		fails 2 "--host-ports '$value' is not a range: give two numbers from 1 to 4294967294" \
			exec --uds-path s --host-ports "$value" -- true
	done
	exec_at s --host-ports 1-4294967294
	expect_only_device_wrong
}

test_exec_port_must_have_a_number_and_a_socket() {
	local value

	for value in 5000 =x 5000= 5000=@ "5000=$(printf '%097d' 0)"; do
		fails 2 "--port" exec --uds-path s --port "$value" -- true
	done
	fails 2 "--port '4294967296' is out of range" \
		exec --uds-path s --port 4294967296=/x -- true
	exec_at s --port 0=/x --port 4294967295=@x
	expect_only_device_wrong
}

test_exec_port_may_be_deny_or_prefix() {
	exec_at s --port 1=deny --port 2=prefix --port 3=./deny
	expect_only_device_wrong
}

test_exec_other_ports_must_be_deny_or_prefix() {
	local value

	for value in "" allow Deny /run/x; do
		fails 2 "--other-ports '$value' is neither deny nor prefix: give one of them" \
			exec --uds-path s --other-ports "$value" -- true
	done
	exec_at s --other-ports deny
	expect_only_device_wrong
	exec_at s --other-ports prefix
	expect_only_device_wrong
}

test_exec_checks_the_range_of_max_handshakes() {
	local value

	for value in 0 4097 1K; do
		fails 2 "--max-handshakes '$value' is out of range or not a number: give 1 to 4096" \
			exec --uds-path s --max-handshakes "$value" -- true
	done
	exec_at s --max-handshakes 4096
	expect_only_device_wrong
}

test_exec_checks_suffix_and_range_of_sizes() {
	local value

	for value in 0 4095 3K 17M 16777217 1G 1T K "" 4k -1 4.5K 99999999999999999999K \
		18014398509481988K; do
		fails 2 "--buf-alloc '$value' is out of range or not a size: give 4096 to 16777216 bytes, or with K, M or G, such as 64K" \
			exec --uds-path s --buf-alloc "$value" -- true
	done
	for value in 65535 63K 2G 1025M; do
		fails 2 "--max-buffered '$value' is out of range or not a size: give 65536 to 1073741824 bytes" \
			exec --uds-path s --max-buffered "$value" -- true
	done
	for value in 4096 4K 16M 16384K; do
		exec_at s --buf-alloc "$value" --max-buffered 1G
		expect_only_device_wrong
	done
}

test_exec_timeouts_must_be_seconds_or_milliseconds() {
	local which value

	for which in handshake connect shutdown; do
		for value in 0 0ms 0.000 3601 3600.001 3600001ms 1s 1.2345 .5 1. 1.2ms \
			"" ms -1 1e3 " 1" 1.-5; do
			fails 2 "--$which-timeout '$value' is out of range or not a time: give 1ms to 3600000ms, or seconds, such as 2 or 0.5" \
				exec --uds-path s "--$which-timeout" "$value" -- true
		done
	done
	for value in 1ms 0.001 3600 3600.000 3600000ms; do
		exec_at s --connect-timeout "$value"
		expect_only_device_wrong
	done
}

test_exec_descriptors_must_be_numbers_above_stderr() {
	local option

	for option in --listen-fd --dir-fd --seqpacket-fd; do
		fails 2 "$option '2' is out of range or not a number: give 3 to " \
			exec --uds-path s "$option" 2 -- true
	done
}

# exec: options that exclude each other

# contradict TEXT OPTION...: exec with these options fails with TEXT
contradict() { fails 2 "$1" exec "${@:2}" -- true; }

test_no_listen_and_no_connect_exclude_each_other() {
	contradict "--no-listen and --no-connect leave no direction: leave one out" \
		--uds-path s --no-listen --no-connect
}

test_no_listen_and_a_listening_socket_exclude_each_other() {
	contradict "--no-listen and --listen-fd contradict each other: leave one out" \
		--uds-path s --no-listen --listen-fd 3
	contradict "--no-listen and --seqpacket-fd contradict each other: leave one out" \
		--uds-path s --no-listen --seqpacket-fd 3
}

test_file_options_without_a_bound_socket_are_refused() {
	local option

	for option in --mode=0600 --owner=0 --group=0; do
		contradict "--listen-fd binds no socket, so --mode, --owner and --group have no use: leave them out" \
			--uds-path s --listen-fd 3 "$option"
	done
	contradict "--no-listen binds no socket, so --replace has no use: leave it out" \
		--uds-path s --no-listen --replace
	contradict "--listen-fd binds no socket, so --seqpacket has no use: leave it out" \
		--uds-path s --listen-fd 3 --seqpacket
}

test_prefix_excludes_a_bound_path_and_no_connect() {
	contradict "--prefix would bind its PATH too: give --listen-fd or --no-listen with it" \
		--uds-path s --prefix
	contradict "--prefix names where the guest connects to, but --no-connect forbids it: leave one out" \
		--listen-fd 3 --prefix --no-connect
}

test_seqpacket_and_seqpacket_fd_exclude_each_other() {
	contradict "--seqpacket and --seqpacket-fd are two sockets for the same clients: leave one out" \
		--uds-path s --seqpacket --seqpacket-fd 3
}

test_unused_path_is_refused() {
	contradict "--uds-path has no use with both --listen-fd and --no-connect: leave it out" \
		--uds-path s --listen-fd 3 --no-connect
}

test_path_may_be_missing_where_it_is_unused() {
	contradict "--uds-path is missing" --listen-fd 3
	contradict "--uds-path is missing" --no-listen
	contradict "--uds-path is missing" --no-listen --other-ports deny
	contradict "--uds-path is missing" --no-connect
	run exec --device /dev/null --no-listen --port 1=/x -- true
	expect_only_device_wrong
	run exec --device /dev/null --no-listen --prefix -- true
	expect_only_device_wrong
	with_socket 7 SOCK_STREAM s "$BINARY" exec --device /dev/null \
		--listen-fd 7 --no-connect -- true 2>err || STATUS=$?
	expect_only_device_wrong
}

test_prefix_port_needs_a_path_and_guest_connections() {
	contradict "a port is 'prefix', but --no-connect forbids it: leave that port out" \
		--uds-path s --no-connect --port 1=prefix
	contradict "a port is 'prefix', but --no-connect forbids it" \
		--uds-path s --no-connect --other-ports prefix
	contradict "a port is 'prefix', but there is no --uds-path: leave that port out" \
		--no-listen --port 1=/x --port 2=prefix
}

test_unused_directory_is_refused() {
	contradict "--dir-fd has no use, no socket is a file: leave it out" \
		--uds-path @vm --dir-fd 3 --port 1=@x
	contradict "--dir-fd has no use" --listen-fd 4 --no-connect --dir-fd 3
}

test_exec_owner_must_exist() {
	fails 2 "--owner: there is no user 'no-such-user'" \
		exec --uds-path s --owner no-such-user -- true
	fails 2 "--group: there is no group '4294967295'" \
		exec --uds-path s --group 4294967295 -- true
}

test_exec_abstract_name_takes_no_file_option() {
	fails 2 "--uds-path is an abstract name and has no file: leave out --mode" \
		exec --uds-path @vm --mode 0600 -- true
	fails 2 "--uds-path '@' has no name behind it" exec --uds-path @ -- true
}

test_exec_mode_must_be_octal() {
	local value

	for value in 1000 4755 8 rw "" -1 u+rw; do
		fails 2 "--mode '$value' is not a file mode: give octal digits" \
			exec --uds-path s --mode "$value" -- true
	done
	exec_at s --mode 0777
	expect_only_device_wrong
}

# exec: COMMAND

test_missing_command_in_path_is_127() {
	fails 127 "no-such-command: COMMAND not found in PATH" \
		exec --uds-path s -- no-such-command
	expect_no_file s
}

test_missing_command_by_path_is_127() {
	fails 127 "/no/such/command: no such file" exec --uds-path s -- /no/such/command
	fails 127 "out/x: no such file" exec --uds-path s -- out/x
}

test_empty_command_is_127() {
	fails 127 "COMMAND not found" exec --uds-path s -- ""
}

test_directory_as_command_is_126() {
	mkdir folder
	fails 126 "./folder: is a directory" exec --uds-path s -- ./folder
}

test_command_without_execute_permission_is_126() {
	echo 'exit 0' >my-script
	fails 126 "./my-script: you may not execute it" exec --uds-path s -- ./my-script
	PATH=$PWD:$PATH fails 126 "my-script: you may not execute it" \
		exec --uds-path s -- my-script
}

test_command_search_follows_execvp() {
	mkdir first second
	echo 'exit 0' >first/tool
	cp first/tool second/tool
	chmod +x second/tool
	PATH=$PWD/first:/no/where:$PWD/second exec_at s
	PATH=first:second run exec --device /dev/null --uds-path s -- tool
	expect_only_device_wrong
	cd second
	PATH=:/no/where run exec --device /dev/null --uds-path s -- tool
	expect_only_device_wrong
}

test_command_is_found_without_a_path() {
	STATUS=0
	env -u PATH "$BINARY" exec --device /dev/null --uds-path s -- true >out 2>err || STATUS=$?
	expect_only_device_wrong
}

test_open_descriptor_is_not_overwritten() {
	exec 7>file
	fails 125 "descriptor 7 is open already" exec --uds-path s --fd 7 -- true
}

# exec: descriptors for the device

test_listen_fd_must_be_open() {
	fails 125 "--listen-fd: descriptor 7 is not open: pass a listening AF_UNIX stream socket" \
		exec --uds-path s --listen-fd 7 -- true
}

test_listen_fd_must_be_a_socket() {
	exec 7>file
	fails 125 "--listen-fd: descriptor 7 is not a socket: pass a listening AF_UNIX stream socket" \
		exec --uds-path s --listen-fd 7 -- true
}

# with_bad_socket DOMAIN TYPE ARG...: runs exec with an unbound socket at descriptor 7.
with_bad_socket() {
	STATUS=0
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -MPOSIX -e '
		$^F = 1000;
		socket(S, eval shift, eval shift, 0) or die;
		POSIX::dup2(fileno(S), 7) or die;
		close(S);
		exec @ARGV or die' "$1" "$2" "$BINARY" exec "${@:3}" -- true >out 2>err ||
		STATUS=$?
}

test_listen_fd_must_have_the_right_type_and_listen() {
	with_bad_socket AF_INET SOCK_STREAM --uds-path s --listen-fd 7
	expect_error 125 "--listen-fd: descriptor 7 is not an AF_UNIX socket"
	with_bad_socket AF_UNIX SOCK_DGRAM --uds-path s --listen-fd 7
	expect_error 125 "--listen-fd: descriptor 7 is a socket of another type"
	with_bad_socket AF_UNIX SOCK_STREAM --uds-path s --listen-fd 7
	expect_error 125 "--listen-fd: descriptor 7 is a socket that does not listen"
	with_bad_socket AF_UNIX SOCK_STREAM --uds-path s --seqpacket-fd 7
	expect_error 125 "--seqpacket-fd: descriptor 7 is a socket of another type: pass a listening AF_UNIX SOCK_SEQPACKET socket"
}

test_dir_fd_must_be_an_open_directory() {
	fails 125 "--dir-fd: descriptor 7 is not open: open a directory there" \
		exec --uds-path s --dir-fd 7 -- true
	exec 7>file
	fails 125 "--dir-fd: descriptor 7 is not a directory: open a directory there" \
		exec --uds-path s --dir-fd 7 --fd 8 -- true
}

test_device_may_replace_a_given_descriptor() {
	exec 7<.
	exec_at s --dir-fd 7 --fd 7
	expect_only_device_wrong
	exec_at s --dir-fd 7 --fd 8
	expect_only_device_wrong
}

# exec: PATH

test_path_must_not_be_empty() {
	fails 2 "--uds-path is empty" exec --uds-path "" -- true
}

test_path_of_97_bytes_is_too_long() {
	fails 2 "--uds-path is 97 bytes, 1 more than the 96 that leave room for _4294967295" \
		exec --uds-path "$(printf '%097d' 0)" -- true
}

test_path_of_96_bytes_is_accepted() {
	exec_at "$(printf '%096d' 0)"
	expect_only_device_wrong
}

test_path_must_not_name_a_directory() {
	fails 2 "--uds-path names a directory" exec --uds-path folder/ -- true
}

test_prefix_may_be_a_directory_or_empty() {
	run exec --device /dev/null --uds-path folder/ --no-listen --prefix -- true
	expect_only_device_wrong
	run exec --device /dev/null --uds-path "" --no-listen --prefix -- true
	expect_only_device_wrong
	fails 2 "--uds-path '@' has no name behind it" \
		exec --uds-path @ --no-listen --prefix -- true
}

test_relative_path_is_resolved_in_dir_fd() {
	mkdir folder
	make_stale_socket folder/s
	exec 7<folder
	exec_at s --dir-fd 7
	expect_error 125 "s exists and is a stale socket"
	exec_at "$PWD/t" --dir-fd 7
	expect_only_device_wrong
	exec_at no/s --dir-fd 7
	expect_error 125 "cannot make the socket no/s: its directory does not exist"
}

test_missing_directory_is_an_error() {
	exec_at no/such/s
	expect_error 125 "cannot make the socket no/such/s: its directory does not exist"
}

test_file_as_directory_is_an_error() {
	: >file
	exec_at file/s
	expect_error 125 "cannot make the socket file/s: a part of its directory is not a directory"
}

test_unwritable_directory_is_an_error() {
	mkdir -m 555 folder
	run_as_nobody exec --device /dev/null --uds-path folder/s -- true
	expect_error 125 "cannot make the socket folder/s: you may not create files there"
}

# exec: PATH exists

# refuses_to_replace KIND FILE: exec refuses it with --replace and without.
refuses_to_replace() {
	local before

	before=$(stat -c '%i %F %Y' "$2")
	exec_at "$2"
	expect_error 125 "$2 exists and is $1"
	exec_at "$2" --replace
	expect_error 125 "$2 exists and is $1"
	expect_same "$(stat -c '%i %F %Y' "$2")" "$before"
}

test_regular_file_is_never_replaced() {
	echo text >file
	refuses_to_replace "a regular file, which is never replaced" file
	expect_same "$(cat file)" text
}

test_directory_is_never_replaced() {
	mkdir folder
	refuses_to_replace "a directory" folder
}

test_pipe_is_never_replaced() {
	mkfifo pipe
	refuses_to_replace "a named pipe" pipe
}

test_device_node_is_never_replaced() {
	refuses_to_replace "a device node" /dev/null
}

test_symlink_to_a_stale_socket_is_never_replaced() {
	make_stale_socket stale
	ln -s stale link
	refuses_to_replace "a symbolic link" link
	[ -S stale ]
}

test_dangling_symlink_is_never_replaced() {
	ln -s nowhere link
	refuses_to_replace "a symbolic link" link
}

test_stale_socket_error_suggests_replace() {
	make_stale_socket s
	exec_at s
	expect_error 125 "s exists and is a stale socket, on which no program listens: use --replace"
	[ -S s ]
}

test_stale_socket_is_kept_if_the_device_fails() {
	make_stale_socket s
	exec_at s --replace
	expect_only_device_wrong
	[ -S s ]
}

test_stale_seqpacket_socket_error_suggests_replace() {
	with_socket 3 SOCK_SEQPACKET s_seqpacket true
	exec_at s --seqpacket
	expect_error 125 "s_seqpacket exists and is a stale socket, on which no program listens: use --replace"
	exec_at s
	expect_only_device_wrong
	exec_at s --seqpacket --replace
	expect_only_device_wrong
	[ -S s_seqpacket ]
}

test_regular_file_in_place_of_the_seqpacket_socket_is_never_replaced() {
	echo text >s_seqpacket
	exec_at s --seqpacket --replace
	expect_error 125 "s_seqpacket exists and is a regular file"
	expect_same "$(cat s_seqpacket)" text
}

live_socket_is_refused() {
	export -f exec_at run expect_error expect_status fails refuses_to_replace expect_same
	export BINARY
	with_listener "$PWD/s" "$@" bash -ec '
		refuses_to_replace "in use by another device or program" s'
}

test_listening_socket_is_never_replaced() {
	live_socket_is_refused SOCK_STREAM 0
}

test_listening_seqpacket_socket_is_never_replaced() {
	live_socket_is_refused SOCK_SEQPACKET 0
}

test_listening_socket_with_a_full_backlog_is_never_replaced() {
	live_socket_is_refused SOCK_STREAM 1
}

test_bound_datagram_socket_is_never_replaced() {
	live_socket_is_refused SOCK_DGRAM 0
}

# Between bind() and listen().
test_bound_socket_that_does_not_listen_yet_is_never_replaced() {
	# shellcheck disable=SC2016	# perl's variables
	export -f exec_at run expect_error expect_status fails refuses_to_replace expect_same
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un("s")) or die "bind: $!";
		exit(system(@ARGV) >> 8)' bash -ec '
		refuses_to_replace "in use by another device or program" s'
}

# A connection could take the place of the server's only client.
test_check_for_a_live_socket_does_not_connect() {
	export -f exec_at run
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un("s")) or die "bind: $!";
		listen(S, 5) or die;
		system(@ARGV);
		my $readable = ""; vec($readable, fileno(S), 1) = 1;
		exit select($readable, undef, undef, 0)' bash -ec 'exec_at s'
}

test_socket_that_cannot_be_probed_is_never_replaced() {
	make_stale_socket s
	chmod 0 s
	run_as_nobody exec --device /dev/null --uds-path s --replace -- true
	expect_error 125 "s exists, and it is unknown whether it is in use"
	[ -S s ]
}

# the device

test_missing_node_error_suggests_modprobe() {
	local why="is the module loaded? try: modprobe vsock_bridge"

	[ ! -d /sys/module/vsock_bridge ] || why="the module is loaded"
	fails 125 "/dev/no-such-node does not exist" \
		exec --device /dev/no-such-node --uds-path s -- true
	expect_error 125 "$why"
	fails 1 "/dev/no-such-node does not exist" info --device /dev/no-such-node
	expect_no_file s
}

test_other_device_is_refused() {
	fails 125 "/dev/null is not a vsock_bridge device: use /dev/vsock-bridge" \
		exec --device /dev/null --uds-path s -- true
	fails 1 "/dev/null is not a vsock_bridge device" info --device /dev/null
	expect_no_file s
}

test_file_as_device_is_refused_without_open() {
	mkfifo pipe
	fails 1 "pipe is not a vsock_bridge device" info --device pipe
	mkdir folder
	fails 1 "folder is not a vsock_bridge device" info --device folder
	: >file
	fails 1 "file is not a vsock_bridge device" info --device file
}

test_node_without_permission_error_names_who_may_open_it() {
	local node

	node=$(find /dev -maxdepth 1 -type c ! -perm -o=rw | head -n 1)
	run_as_nobody info --device "$node"
	expect_error 1 "you may not open $node: run as root, or "
}

# info: options

test_info_refuses_an_unknown_option() {
	fails 2 "unknown option --xml: see 'vsock-bridge info --help'" info --xml
}

test_info_refuses_arguments() {
	fails 2 "info takes no argument, but got 'all'" info --json all
}

run_tests
