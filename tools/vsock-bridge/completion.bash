# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of the command vsock-bridge, for bash. Subcommands and options
# come from the help of the command; values are completed as file names.

_vsock_bridge_words() { vsock-bridge "$@" --help 2>/dev/null; }

_vsock_bridge_commands() {
	_vsock_bridge_words | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\)  .*/\1/p'
}

_vsock_bridge_options() {
	_vsock_bridge_words "$1" |
		sed 's/^/ /' | grep -oE '[^a-z-]--[a-z][a-z-]*' | cut -c2- | sort -u
}

# The words after -- are another command, with its own completion.
_vsock_bridge_other() {
	local i offset

	for ((i = 2; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = -- ] || continue
		for offset in _comp_command_offset _command_offset; do
			declare -F "$offset" >/dev/null || continue
			"$offset" "$((i + 1))"
			break
		done
		return 0
	done
	return 1
}

_vsock_bridge() {
	local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="$(_vsock_bridge_commands) --help --version"
	elif _vsock_bridge_other; then
		return
	elif [[ $word == -* ]]; then
		words=$(_vsock_bridge_options "$command")
	fi
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	else
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -F _vsock_bridge vsock-bridge
