# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The commands of the pages in Documentation/howto, so that the tests run what the
# pages say.

PAGES=/payload/howto

# page_block PAGE NAME: the block behind the comment ".. test: NAME"
page_block() {
	awk -v name="$2" '
		$0 == ".. test: " name	{ found = 1; next }
		found && /^[ \t]/	{ sub(/^    |^\t/, ""); print; said = 1; next }
		found && /^$/		{ if (said) print; next }
		said			{ exit }
		END			{ exit !said }' "$PAGES/$1.rst"
}

# page_runs PAGE NAME: the block's commands, in a shell of their own
page_runs() {
	local block

	block=$(page_block "$1" "$2") || {
		echo "no block '$2' in $1.rst"
		return 1
	}
	bash -euc "$block"
}

# page_line PAGE NAME: a file with the block, for start-guest --line
page_line() {
	page_block "$1" "$2" >"/run/line-$2" && echo "/run/line-$2"
}
