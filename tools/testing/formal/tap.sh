# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the proofs share: they run in the root "lint", and print TAP.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

TESTS=0
STATUS=0

# enter_root "$0" "$@": go on as a process of that root
enter_root() {
	need_root "${@:2}"
	"$VM_DIR/make-root" lint >/dev/null || exit
	"$VM_DIR/fetch-kselftest" >/dev/null || exit
	exec "$VM_DIR/in-root" lint env VSB_INSIDE=1 "$(realpath "$1")" "${@:2}"
}

# expect WANTED GOT NAME [FILE]: the two are the same; FILE tells more
expect() {
	local result=ok

	TESTS=$((TESTS + 1))
	if [ "$1" != "$2" ]; then
		result='not ok'
		STATUS=1
	fi
	echo "$result $TESTS - $3"
	[ "$result" = ok ] && return
	echo "# wanted '$1', got '$2'"
	[ -z "${4:-}" ] || sed 's/^/# /' "$4"
}

done_testing() {
	echo "1..$TESTS"
	exit "$STATUS"
}
