#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# checker-valid.sh CHECKER [FLAG]...: prints 1 when CHECKER understands what the
# kernel's headers use. Only for headers that come without the kernel's own.
file=$(mktemp)
trap 'rm -f "$file"' EXIT
echo 'static inline int f(const int i) { __typeof_unqual__(i) j = i; return j; }' \
	>"$file"
messages=$("$@" "$file" 2>&1) && [ -z "$messages" ] && echo 1
