/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit under the names of cmocka, for which the tests are written. Each test
 * file is one suite.
 */
#ifndef UNIT_KUNIT_H
#define UNIT_KUNIT_H

#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define cmocka_unit_test(test)	{ #test, test }

#define malloc(size)	kmalloc(size, GFP_KERNEL | __GFP_NOFAIL)
#define free(p)		kfree(p)

/* A test has many assertions, so they are function calls, which saves stack. */
__printf(3, 4) void unit_fail(const char *file, int line, const char *format,
			      ...);

#define fail_msg(...)	unit_fail(__FILE__, __LINE__, __VA_ARGS__)

#define assert_true(cond)						\
	do {								\
		if (!(cond))						\
			fail_msg("%s", #cond);				\
	} while (0)
#define assert_false(cond)	assert_true(!(cond))
#define assert_null(p)		assert_true(!(p))
#define assert_non_null(p)	assert_true(p)
#define assert_ptr_equal(a, b)	assert_true((a) == (b))
#define assert_memory_equal(a, b, len)	assert_true(!memcmp(a, b, len))

static inline void unit_in_range(u64 value, u64 from, u64 to, const char *file,
				 int line)
{
	if (value < from || value > to)
		unit_fail(file, line, "%llu, not %llu to %llu", value, from, to);
}

#define assert_in_range(value, from, to)				\
	unit_in_range(value, from, to, __FILE__, __LINE__)
#define assert_int_equal(a, b)						\
	unit_in_range(a, b, b, __FILE__, __LINE__)

/* The suite has one case, whose parameters are the tests. */
#define run_all(tests)							\
static const void *unit_next(struct kunit *test, const void *last,	\
			     char *name)				\
{									\
	const struct CMUnitTest *next = last;				\
									\
	next = next ? next + 1 : tests;					\
	if (next == tests + ARRAY_SIZE(tests))				\
		return NULL;						\
	strscpy(name, next->name, KUNIT_PARAM_DESC_SIZE);		\
	return next;							\
}									\
									\
static void unit_run(struct kunit *test)				\
{									\
	const struct CMUnitTest *this = test->param_value;		\
	void *state = NULL;						\
									\
	this->run(&state);						\
}									\
									\
static struct kunit_case unit_cases[] = {				\
	KUNIT_CASE_PARAM(unit_run, unit_next),				\
	{}								\
};									\
									\
static struct kunit_suite unit_suite = {				\
	.name = KBUILD_BASENAME,					\
	.test_cases = unit_cases,					\
};									\
kunit_test_suite(unit_suite);

#endif /* UNIT_KUNIT_H */
