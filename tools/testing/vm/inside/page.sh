# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The commands in the pages of Documentation/howto, so that tests can run them.

PAGES=/payload/howto

# page_block PAGE NAME: prints the block after the comment ".. test: NAME"
page_block() {
	awk -v name="$2" '
		$0 == ".. test: " name	{ found = 1; next }
		found && /^[ \t]/	{ sub(/^    |^\t/, ""); print; said = 1; next }
		found && /^$/		{ if (said) print; next }
		said			{ exit }
		END			{ exit !said }' "$PAGES/$1.rst"
}

# page_runs PAGE NAME: runs the block's commands in a new shell
page_runs() {
	local block

	block=$(page_block "$1" "$2") || {
		echo "no block '$2' in $1.rst"
		return 1
	}
	bash -euc "$block"
}

# page_line PAGE NAME: writes the block to a file, for start-guest --line
page_line() {
	page_block "$1" "$2" >"/run/line-$2" && echo "/run/line-$2"
}
