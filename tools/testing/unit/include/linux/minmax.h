/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_MINMAX_H
#define UNIT_LINUX_MINMAX_H

/* As in the kernel, both sides are of one type, and evaluated once. */
#define min(a, b) ({							\
	__typeof__(a) _min_a = (a);					\
	__typeof__(b) _min_b = (b);					\
	_Static_assert(__builtin_types_compatible_p(__typeof__(a),	\
						    __typeof__(b)),	\
		       "min() of two types");				\
	_min_a < _min_b ? _min_a : _min_b; })

#define max(a, b) ({							\
	__typeof__(a) _max_a = (a);					\
	__typeof__(b) _max_b = (b);					\
	_Static_assert(__builtin_types_compatible_p(__typeof__(a),	\
						    __typeof__(b)),	\
		       "max() of two types");				\
	_max_a > _max_b ? _max_a : _max_b; })

#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define min3(a, b, c)		min(min(a, b), c)

#define clamp_t(type, v, lo, hi)	\
	min_t(type, max_t(type, v, lo), hi)

#endif /* UNIT_LINUX_MINMAX_H */
