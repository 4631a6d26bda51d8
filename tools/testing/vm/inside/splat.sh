# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The patterns of a kernel's reports of errors, one per line. This is the only list in
# the lab. When the command of a machine has ended, run-host and run-uml search the
# machine's console, which then includes the consoles of its guests. Some tests search
# by themselves.

SPLATS=(
	'\bBUG: '			# KASAN, KCSAN, lockups, sleep in atomic context
	'\bBUG [^ ]+ \(.*\): '		# SLUB: BUG kmalloc-64 (Not tainted): ...
	'\bWARNING: '			# WARN(), lockdep, suspicious RCU usage
	'cut here'
	'\bOops\b'
	'kernel BUG at'
	'Kernel panic'
	'Call Trace:'
	'general protection'
	'Unable to handle'
	'double fault'
	'(KASAN|KCSAN|UBSAN): '
	'refcount_t: '
	'list_(add|del).* corruption'
	'(circular|recursive) locking|inconsistent lock state'
	'suspicious RCU usage'
	'trying to register non-static key'
	'INFO: task .* blocked'
	'detected( expedited)? stalls|self-detected stall'
	'(soft|hard|workqueue) (lockup|LOCKUP)'
	'unreferenced object|new suspected memory leaks'
	'sysfs: cannot create'
)
SPLAT=$(IFS='|'; echo "${SPLATS[*]}")

# splats_in FILE: prints the reports; fails if there is none
splats_in() { grep -aE "$SPLAT" "$1"; }

no_splat_in() { test -e "$1" && ! splats_in "$1"; }
no_splat_on_host() { dmesg >/run/dmesg && no_splat_in /run/dmesg; }
