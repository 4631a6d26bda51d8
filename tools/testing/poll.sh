# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Waiting, in tests, for what other processes do.

# poll SECONDS COMMAND...: until COMMAND succeeds; fails after that time.
poll() {
	local deadline=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		read -r -t 0.05 <> <(:) || :
	done
}
