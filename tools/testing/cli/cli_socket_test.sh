#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_socket_test.sh [BINARY]: tests of connect and listen, with fake_guest.py in place
# of a device and its guest. Needs root, perl and python3.
#
#@ suite cli
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# fake_guest [PATH]: starts fake_guest.py and waits until it listens
fake_guest() {
	python3 "$TESTS/fake_guest.py" "${1:-s}" >fake_guest.out 2>&1 &
	eventually grep -q ready fake_guest.out
}

# talks ARG...: runs connect with ./in as stdin
talks() {
	STATUS=0
	timeout 20 "$BINARY" connect "$@" <in >out 2>err || STATUS=$?
}

# guest_connects PATH TYPE: connects, sends its stdin and prints what arrives. It
# retries, because a socket that is bound may not listen yet.
guest_connects() {
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -MErrno=ECONNREFUSED -e '
		my ($path, $type) = @ARGV;
		socket(S, AF_UNIX, eval $type, 0) or die;
		for (my $i = 0; !connect(S, pack_sockaddr_un($path)); $i++) {
			die "connect: $!" if $! != ECONNREFUSED or $i == 200;
			select(undef, undef, undef, 0.05);
		}
		$| = 1; select(S); $| = 1;
		local $/;
		print STDIN->getline() // ""; shutdown(S, 1);
		while (sysread(S, my $data, 65536)) { syswrite(STDOUT, $data) }' "$@"
}

# connect: streams

test_connect_passes_data_and_eof_in_both_directions() {
	fake_guest
	printf 'one\ntwo\n' >in
	talks s 7
	expect_status 0
	expect_same "$(cat out)" "one
two
8 bytes"
	expect_same "$(cat err)" ""
	grep -qF "b'CONNECT 7\\n'" fake_guest.out
}

test_connect_loses_no_byte_of_a_large_stream() {
	fake_guest
	head -c 5000000 /dev/urandom >in
	talks s 7
	expect_status 0
	head -c 5000000 out | cmp - in
	expect_same "$(tail -c +5000001 out)" "5000000 bytes"
}

test_connect_reads_bytes_that_follow_the_answer_at_once() {
	fake_guest
	: >in
	talks s 11
	expect_status 0
	expect_same "$(cat out)" hello
}

# The reader of stdout gets EOF at once, and connect still sends stdin.
test_connect_passes_the_guests_eof_and_keeps_sending() {
	fake_guest
	mkfifo in
	"$BINARY" connect s 11 <in 2>err | { cat >out; echo >ended; } &
	exec 7>in
	eventually test -e ended
	expect_same "$(cat out)" hello
	echo late >&7
	exec 7>&-
	eventually test -e received
	expect_same "$(cat received)" late
}

test_connect_ends_with_the_guest_even_if_stdin_is_open() {
	fake_guest
	mkfifo in
	exec 7<>in
	talks s 14
	expect_status 0
	expect_same "$(wc -c <out)" 1048576
}

test_connect_reports_lost_bytes() {
	fake_guest
	head -c 1000000 /dev/zero >in
	talks s 13
	expect_status 1
	grep -q "the other end reads no more: the rest of stdin is lost" err
	expect_same "$(cat out)" hello
}

test_connect_reports_a_reset() {
	fake_guest
	mkfifo in
	exec 7<>in
	echo text >&7
	talks s 12
	expect_error 1 "the connection was cut: Connection reset by peer"
}

test_connect_reports_a_full_stdout() {
	fake_guest
	: >in
	STATUS=0
	timeout 20 "$BINARY" connect s 14 <in >/dev/full 2>err || STATUS=$?
	: >out
	expect_error 1 "cannot write to stdout: No space left on device"
}

test_connect_reports_a_failed_connection_once() {
	fake_guest
	head -c 10000000 /dev/zero >in
	talks s 12
	expect_status 1
	expect_same "$(wc -l <err)" 1
}

# Another process that has stdout open may have set O_NONBLOCK.
test_connect_waits_for_a_nonblocking_stdout() {
	fake_guest
	: >in
	mkfifo pipe
	exec 7<>pipe
	perl -MFcntl -e 'fcntl(STDIN, F_SETFL, O_RDWR | O_NONBLOCK) or die' <&7
	timeout 20 head -c 1048576 pipe >out 7>&- &
	STATUS=0
	timeout 20 "$BINARY" connect s 14 <in >&7 2>err || STATUS=$?
	exec 7>&-
	wait $!
	expect_status 0
	expect_same "$(wc -c <out)" 1048576
}

test_connect_shows_an_incomplete_answer() {
	fake_guest
	: >in
	talks s 15
	expect_error 1 "s answers 'OK 1' instead of OK"
}

test_connect_treats_a_closed_stdin_as_empty() {
	fake_guest
	STATUS=0
	timeout 20 "$BINARY" connect s 7 <&- >out 2>err || STATUS=$?
	expect_status 0
	expect_same "$(cat out)" "0 bytes"
}

test_connect_accepts_an_abstract_name() {
	fake_guest "@cli-test-$$"
	echo text >in
	talks "@cli-test-$$" 7
	expect_same "$(cat out)" "text
5 bytes"
}

# connect: messages

test_connect_sends_each_line_of_a_pipe_as_a_message() {
	fake_guest
	mkfifo in
	"$BINARY" connect --seqpacket s 7 <in >out 2>err &
	CLIENT=$!	# eventually() changes $!
	exec 7>in
	printf one >&7
	eventually grep -q one out
	printf two >&7
	eventually grep -q onetwo out
	exec 7>&-
	wait "$CLIENT"
	expect_same "$(cat out)" "onetwo6 bytes"
	grep -qF "b'CONNECT 7\\n'" fake_guest.out
}

test_connect_passes_a_large_message() {
	fake_guest
	head -c 65536 /dev/urandom >in
	talks --seqpacket s 7
	expect_status 0
	head -c 65536 out | cmp - in
}

# connect: errors

test_connect_without_a_socket_is_3() {
	fails 3 "there is no ./s: start the virtual machine" connect ./s 7
}

test_connect_to_a_stale_socket_is_3() {
	make_stale_socket s
	fails 3 "no program listens on s: its virtual machine has ended" connect s 7
	make_stale_socket s_seqpacket
	fails 3 "no program listens on s_seqpacket" connect s_seqpacket 7
}

test_connect_to_a_device_without_seqpacket_is_3() {
	make_stale_socket s
	fails 3 "s_seqpacket does not exist: the device has no SEQPACKET socket" \
		connect --seqpacket s 7
}

test_connect_that_is_refused_is_4() {
	fake_guest
	: >in
	talks s 8
	expect_error 4 "the guest refused port 8: does a program listen there?"
}

test_connect_without_an_answer_is_5() {
	fake_guest
	: >in
	talks --timeout 200ms s 9
	expect_error 5 "s did not answer in 200 ms: is its virtual machine running?"
}

test_connect_to_a_full_backlog_is_5() {
	export -f fails run expect_error expect_status
	with_listener "$PWD/s" SOCK_STREAM 1 bash -ec '
		fails 5 "s did not accept in 200 ms" connect --timeout 200ms s 7'
}

test_connect_to_another_server_is_an_error() {
	fake_guest
	: >in
	talks s 10
	expect_error 1 "s answers 'SSH-2.0-x' instead of OK: give the path of a device"
}

test_connect_to_another_kind_of_file_is_an_error() {
	: >file
	fails 1 "file is not a socket: give the path of a device" connect file 7
	export -f fails run expect_error expect_status
	with_listener "$PWD/s" SOCK_SEQPACKET 0 bash -ec '
		fails 1 "s is a socket of another type" connect s 7'
	make_stale_socket t
	chmod 0 t
	run_as_nobody connect t 7
	expect_error 1 "you may not connect to t: ask its owner"
}

test_connect_requires_path_and_port() {
	fails 2 "connect needs PATH and PORT: see 'vsock-bridge connect --help'" connect s
	fails 2 "connect takes no more than PATH and PORT, but got 'x'" connect s 7 x
	fails 2 "PORT 'ssh' is out of range or not a number: give 0 to 4294967295" connect s ssh
	fails 2 "PORT '4294967296' is out of range" connect s 4294967296
	fails 2 "PATH '' is empty" connect "" 7
	fails 2 "PATH '@' is empty" connect @ 7
	fails 2 "is 108 bytes, and an AF_UNIX socket takes 107" \
		connect "$(printf '%0108d' 0)" 7
	fails 2 "--timeout '0' is out of range or not a time" connect --timeout 0 s 7
}

# listen

# listening PORT ARG...: runs listen with PATH s in the background, with ./in as stdin;
# sets LISTENER.
listening() {
	"$BINARY" listen "${@:2}" s "$1" <in >out 2>err &
	LISTENER=$!
	eventually test -S "s_$1"
}

test_listen_passes_data_and_eof_in_both_directions() {
	echo "from the host" >in
	listening 5000
	echo "from the guest" | guest_connects s_5000 SOCK_STREAM >got
	wait "$LISTENER"
	expect_same "$(cat got)" "from the host"
	expect_same "$(cat out)" "from the guest"
	expect_same "$(cat err)" ""
	expect_no_file s_5000
}

test_listen_passes_messages() {
	head -c 30000 /dev/urandom >in
	listening 5000 --seqpacket
	echo "from the guest" | guest_connects s_5000 SOCK_SEQPACKET >got
	wait "$LISTENER"
	cmp got in
	expect_same "$(cat out)" "from the guest"
}

test_listen_accepts_only_one_connection() {
	mkfifo in
	exec 7<>in
	listening 5000
	: | guest_connects s_5000 SOCK_STREAM >got &
	eventually eval '[ ! -e s_5000 ]'
	! guest_connects s_5000 SOCK_STREAM </dev/null || return 1
	kill "$LISTENER"
}

test_listen_gives_the_connection_to_command() {
	: >in
	# shellcheck disable=SC2016	# expands in COMMAND
	"$BINARY" listen s 5000 -- sh -c 'read -r line; echo "got $line"; exit 37' \
		>out 2>err &
	LISTENER=$!
	eventually test -S s_5000
	echo hello | guest_connects s_5000 SOCK_STREAM >got
	STATUS=0
	wait "$LISTENER" || STATUS=$?
	expect_status 37
	expect_same "$(cat got)" "got hello"
	expect_same "$(cat out)" ""
	expect_no_file s_5000
}

test_listen_keep_gives_each_connection_a_command() {
	local i

	"$BINARY" listen --keep s 5000 -- tr a-z A-Z >out 2>err &
	LISTENER=$!
	eventually test -S s_5000
	for i in one two three; do
		echo "$i" | guest_connects s_5000 SOCK_STREAM >>got
	done
	expect_same "$(cat got)" "ONE
TWO
THREE"
	[ -S s_5000 ]
	kill "$LISTENER"
	STATUS=0
	wait "$LISTENER" || STATUS=$?
	expect_status 143
	expect_no_file s_5000
}

# The 65th client connects while the first command still runs. A command ends at EOF.
test_listen_keep_runs_64_commands_at_once() {
	# shellcheck disable=SC2016	# expands in COMMAND
	"$BINARY" listen --keep s 5000 -- \
		sh -c 'echo begin >>log; cat; echo end >>log' 2>err &
	LISTENER=$!
	eventually test -S s_5000
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -e '
		for my $i (0 .. 64) {
			socket($c[$i], AF_UNIX, SOCK_STREAM, 0) or die;
			connect($c[$i], pack_sockaddr_un("s_5000")) or die "connect: $!";
			syswrite($c[$i], "x");
			sysread($c[$i], my $answer, 1) or die "no answer" if $i < 64;
		}
		vec(my $last = "", fileno($c[64]), 1) = 1;
		select($last, undef, undef, 0.5) and die "65 run";
		shutdown($c[0], 1);
		sysread($c[64], my $answer, 1) or die "the last one is not taken"'
	kill "$LISTENER"
	expect_same "$(head -n 65 log | uniq -c | tr -s " ")" " 64 begin
 1 end"
	expect_same "$(cat err)" ""
}

# As a user without other processes, because the limit does not apply to root.
test_listen_keep_continues_after_a_failed_start() {
	local uid=$((1000000 + $$))

	prlimit --nproc=1: setpriv --reuid="$uid" --clear-groups \
		"$BINARY" listen --keep s 5000 -- tr a-z A-Z 2>err &
	LISTENER=$!
	eventually test -S s_5000
	echo one | guest_connects s_5000 SOCK_STREAM >got || :
	expect_same "$(cat got)" ""
	grep -q "cannot start COMMAND: .*: the connection is closed, check the limits" err
	setpriv --reuid="$uid" --clear-groups prlimit --nproc=64: --pid "$LISTENER"
	echo two | guest_connects s_5000 SOCK_STREAM >got
	expect_same "$(cat got)" TWO
	kill "$LISTENER"
}

test_listen_ended_by_a_signal_leaves_no_socket() {
	local signal

	: >in
	for signal in HUP INT TERM; do
		# The shell ignores INT in background jobs, and nohup ignores HUP.
		perl -e '$SIG{HUP} = $SIG{INT} = "DEFAULT"; exec @ARGV' "$BINARY" listen s 5000 <in &
		LISTENER=$!
		eventually test -S s_5000
		kill -"$signal" "$LISTENER"
		STATUS=0
		wait "$LISTENER" || STATUS=$?
		[ "$STATUS" -gt 128 ]
		expect_no_file s_5000
	done
}

test_listen_never_removes_another_file() {
	: >in
	listening 5000
	mv s_5000 moved
	: >s_5000
	kill "$LISTENER"
	wait "$LISTENER" || :
	[ -f s_5000 ]
	[ -S moved ]
}

test_listen_without_a_connection_in_time_is_5() {
	fails 5 "no connection to s_5000 in 100 ms: check the guest" \
		listen --timeout 100ms s 5000
	expect_no_file s_5000
}

test_listen_mode_is_set_exactly() {
	umask 077
	: >in
	listening 5000 --mode 0626
	expect_same "$(stat -c %a s_5000)" 626
	kill "$LISTENER"
	wait "$LISTENER" || :
	# shellcheck disable=SC2016	# expands in COMMAND
	"$BINARY" listen --mode 0777 s 5001 -- sh -c 'umask >mask' &
	LISTENER=$!
	eventually test -S s_5001
	guest_connects s_5001 SOCK_STREAM </dev/null
	wait "$LISTENER"
	expect_same "$(cat mask)" 0077
}

test_listen_replace_replaces_only_a_stale_socket() {
	make_stale_socket s_5000
	fails 1 "s_5000 exists and is a stale socket, on which no program listens: use --replace" \
		listen s 5000
	fails 5 "no connection to s_5000" listen --replace --timeout 1ms s 5000
	expect_no_file s_5000
	: >s_5000
	fails 1 "s_5000 exists and is a regular file, which is never replaced" \
		listen --replace s 5000
	[ -f s_5000 ]
}

test_listen_never_replaces_a_live_socket() {
	: >in
	listening 5000
	fails 1 "s_5000 exists and is in use by another device or program" \
		listen --replace s 5000
	[ -S s_5000 ]
	kill "$LISTENER"
	wait "$LISTENER" || :
}

test_listen_accepts_an_abstract_name() {
	: >in
	"$BINARY" listen "@cli-test-$$" 5000 <in >out &
	LISTENER=$!
	eventually grep -q " 00010000 .* @cli-test-${$}_5000\$" /proc/net/unix
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		connect(S, pack_sockaddr_un("\0" . $ARGV[0])) or die;
		syswrite(S, "abstract\n")' "cli-test-${$}_5000"
	wait "$LISTENER"
	expect_same "$(cat out)" abstract
}

test_listen_checks_command_before_it_binds() {
	fails 127 "no-such-command: COMMAND not found in PATH" \
		listen s 5000 -- no-such-command
	fails 2 "COMMAND is missing behind '--'" listen s 5000 --
	fails 2 "--keep needs a COMMAND for each connection" listen --keep s 5000
	fails 2 "listen needs PATH and PORT" listen s -- true
	expect_no_file s_5000
}

test_listen_reports_bind_errors() {
	fails 1 "cannot make the socket no/s_5000: its directory does not exist" \
		listen no/s 5000
	fails 2 "is 108 bytes, and an AF_UNIX socket takes 107" \
		listen "$(printf '%0106d' 0)" 5
}

run_tests
