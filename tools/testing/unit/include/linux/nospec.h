/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_NOSPEC_H
#define UNIT_LINUX_NOSPEC_H

/* Nothing speculates here, or all does: it is the value that counts. */
#define array_index_nospec(index, size)	((index) < (size) ? (index) : 0)

#endif /* UNIT_LINUX_NOSPEC_H */
