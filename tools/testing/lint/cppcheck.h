/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What cppcheck has to know of the kernel's macros: which variables they set and
 * to which labels they jump. Nothing else includes this file.
 */
#define list_for_each_entry(pos, head, member)				\
	for (pos = first(head); pos; pos = next(pos))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = first(head), n = next(pos); pos; pos = n, n = next(n))
#define hlist_for_each_entry(pos, head, member)				\
	for (pos = first(head); pos; pos = next(pos))
#define unsafe_get_user(to, from, label)	do { if (get(from, &(to))) goto label; } while (0)
#define unsafe_copy_to_user(to, from, len, label)			\
	do { if (copy(to, from, len)) goto label; } while (0)
#define MSG_SPLICE_PAGES	0x8000000
