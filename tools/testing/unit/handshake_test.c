// SPDX-License-Identifier: GPL-2.0
/* The CONNECT line of a host program. */
#include "test.h"

#include "conn/pure/line.h"

#define LINE(text, port)	{ (text), sizeof(text) - 1, (port) }

struct line {
	const char *text;
	u32 len;
	u32 port;
};

/*
 * Parses a copy whose end is the end of the allocation, so that reading past it
 * is detected.
 */
static enum vsb_line parse(const char *text, u32 len, u32 *line_len, u32 *port)
{
	char *copy = malloc(len ? len : 1);
	enum vsb_line ret;

	memcpy(copy, text, len);
	ret = vsb_line_parse(copy, len, line_len, port);
	free(copy);
	return ret;
}

static const struct line good[] = {
	LINE("CONNECT 1234\n", 1234),
	LINE("connect 1234\n", 1234),
	LINE("CoNnEcT 1234\n", 1234),
	LINE("CONNECT 1234\r\n", 1234),
	LINE("CONNECT 1234\x20\n", 1234),
	LINE("CONNECT 1234 and so on\n", 1234),
	LINE("CONNECT 1234 5678\n", 1234),
	LINE("CONNECT 1234\t-\n", 1234),
	LINE("CONNECT +1234\n", 1234),
	LINE("  CONNECT   1234\n", 1234),
	LINE("\tCONNECT\t1234\n", 1234),
	LINE("\v\f\rCONNECT\v\f\r1234\n", 1234),
	LINE("CONNECT 0\n", 0),
	LINE("CONNECT +0\n", 0),
	LINE("CONNECT 1\n", 1),
	LINE("CONNECT 0000000000000000001234\n", 1234),
	LINE("CONNECT 4294967295\n", 4294967295U),
	LINE("CONNECT +4294967295\n", 4294967295U),
	LINE("CONNECT 2147483648\n", 2147483648U),
	LINE("CONNECT 1234 \0\n", 1234),
	LINE("CONNECT 1234 \xff\n", 1234),
	LINE("CONNECT 1234 5678901234567890 1\n", 1234),	/* 32 bytes */
};

static const struct line bad[] = {
	LINE("\n", 0),
	LINE("\r\n", 0),
	LINE("\x20\x20\x20\n", 0),
	LINE("CONNECT\n", 0),
	LINE("CONNECT\x20\n", 0),
	LINE("CONNECT1234\n", 0),
	LINE("CONNECTS 1234\n", 0),
	LINE("CONNEC 1234\n", 0),
	LINE("ONNECT 1234\n", 0),
	LINE("1234 CONNECT\n", 0),
	LINE("HELLO CONNECT 1\n", 0),
	LINE("CONNECT port 1234\n", 0),
	LINE("CONNECT -1\n", 0),
	LINE("CONNECT -0\n", 0),
	LINE("CONNECT +\n", 0),
	LINE("CONNECT ++1\n", 0),
	LINE("CONNECT +-1\n", 0),
	LINE("CONNECT + 1\n", 0),
	LINE("CONNECT 1+\n", 0),
	LINE("CONNECT 0x10\n", 0),
	LINE("CONNECT 12a\n", 0),
	LINE("CONNECT a12\n", 0),
	LINE("CONNECT 1.0\n", 0),
	LINE("CONNECT 1,2\n", 0),
	LINE("CONNECT 4294967296\n", 0),
	LINE("CONNECT 4294967300\n", 0),
	LINE("CONNECT 8589934592\n", 0),
	LINE("CONNECT 18446744073709551616\n", 0),
	LINE("CONNECT 18446744073709551617\n", 0),
	LINE("CONNECT 99999999999999999999999\n", 0),
	LINE("CONN\0CT 1234\n", 0),
	LINE("CONNECT\0 1234\n", 0),
	LINE("CONNECT\0001234\n", 0),
	LINE("CONNECT 12\00034\n", 0),
	LINE("CONNECT 1234\0\n", 0),
	LINE("\0CONNECT 1234\n", 0),
	LINE("\xc3ONNECT 1234\n", 0),
	LINE("CONNECT \xb1\n", 0),
	LINE("GET / HTTP/1.1\r\n", 0),
};

static void test_good_line_gives_its_port(void **state)
{
	unsigned int i;
	u32 len, port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		port = ~good[i].port;
		assert_row(parse(good[i].text, good[i].len, &len, &port) ==
			   VSB_LINE_OK, good[i].text);
		assert_row(port == good[i].port, good[i].text);
		assert_row(len == good[i].len, good[i].text);
	}
}

static void test_bad_line_is_refused(void **state)
{
	unsigned int i;
	u32 len, port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_row(parse(bad[i].text, bad[i].len, &len, &port) ==
			   VSB_LINE_BAD, bad[i].text);
}

/* A line may arrive in two writes, split at any byte. */
static void test_line_without_newline_is_partial(void **state)
{
	unsigned int i;
	u32 cut, len, port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		for (cut = 0; cut < good[i].len; cut++)
			assert_row(parse(good[i].text, cut, &len, &port) ==
				   VSB_LINE_PARTIAL, good[i].text);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		for (cut = 0; cut < bad[i].len && cut < 32; cut++)
			assert_row(parse(bad[i].text, cut, &len, &port) ==
				   VSB_LINE_PARTIAL, bad[i].text);
}

static void test_bytes_after_the_line_are_not_part_of_it(void **state)
{
	char text[64];
	unsigned int i;
	u32 len, port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		memset(text, '\n', sizeof(text));
		memcpy(text, good[i].text, good[i].len);
		assert_row(parse(text, sizeof(text), &len, &port) ==
			   VSB_LINE_OK, good[i].text);
		assert_row(port == good[i].port, good[i].text);
		assert_row(len == good[i].len, good[i].text);
	}
}

static void test_line_of_32_bytes_without_newline_is_refused(void **state)
{
	char text[64];
	u32 len, port, n;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "CONNECT 1", 9);
	for (n = 0; n < sizeof(text); n++)
		assert_int_equal(parse(text, n, &len, &port),
				 n < 32 ? VSB_LINE_PARTIAL : VSB_LINE_BAD);
}

static void test_newline_counts_towards_the_32_bytes(void **state)
{
	char text[64];
	u32 len, port;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "CONNECT 1", 9);
	text[31] = '\n';
	assert_int_equal(parse(text, 40, &len, &port), VSB_LINE_OK);
	assert_int_equal(len, 32);
	text[31] = ' ';
	text[32] = '\n';
	assert_int_equal(parse(text, 40, &len, &port), VSB_LINE_BAD);
}

static void test_only_the_letters_of_connect_are_accepted(void **state)
{
	char text[] = "connect 7\n";
	u32 len, port, i, c;

	(void)state;
	for (i = 0; i < 7; i++) {
		char letter = text[i];

		for (c = 0; c < 256; c++) {
			enum vsb_line want = VSB_LINE_BAD;

			text[i] = c;
			if (c == (u8)letter || c == (u8)letter - 32u)
				want = VSB_LINE_OK;
			if (!i && (c == ' ' || (c >= '\t' && c <= '\r')))
				want = VSB_LINE_BAD;
			assert_int_equal(parse(text, 10, &len, &port), want);
		}
		text[i] = letter;
	}
}

static void test_every_port_is_parsed(void **state)
{
	struct rng rng = rng_seed(1);
	char text[40];
	unsigned int i;
	u32 len, port, want;
	int n;

	(void)state;
	for (i = 0; i < 10000; i++) {
		want = rng_next(&rng) >> rng_below(&rng, 32);
		n = snprintf(text, sizeof(text), "CONNECT %u\n", want);
		assert_int_equal(parse(text, n, &len, &port), VSB_LINE_OK);
		assert_int_equal(port, want);
		assert_int_equal(len, n);
	}
}

/*
 * Bytes similar to a line: the parser does not read past them, and its results
 * are consistent.
 */
static void test_random_bytes_are_harmless(void **state)
{
	static const char set[] = "CONNECTconnect 0123456789+-\n\r\t";
	struct rng rng = rng_seed(2);
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 100000; i++) {
		u32 len = 0, port = 0, n = rng_below(&rng, 40);
		enum vsb_line ret;
		char text[40] = "";
		char *end;

		for (j = 0; j < n; j++)
			text[j] = rng_one_in(&rng, 16) ? (char)rng_next(&rng) :
				  set[rng_below(&rng, sizeof(set))];
		if (n > 8 && rng_one_in(&rng, 2))
			memcpy(text, "CONNECT ", 8);
		ret = parse(text, n, &len, &port);
		end = memchr(text, '\n', n < 32 ? n : 32);
		if (!end)
			assert_int_equal(ret, n < 32 ? VSB_LINE_PARTIAL :
					 VSB_LINE_BAD);
		else if (ret == VSB_LINE_OK)
			assert_int_equal(len, end - text + 1);
		else
			assert_int_equal(ret, VSB_LINE_BAD);
	}
}

static void test_the_longest_answer_fits(void **state)
{
	char text[VSB_OK_MAX];

	(void)state;
	assert_true(snprintf(text, sizeof(text), "OK %u\n", U32_MAX) <
		    (int)sizeof(text));
}

/* Parses a copy with room for one more byte. */
static enum vsb_line parse_message(const char *text, u32 len, u32 *port)
{
	char *copy = malloc(len + 1);
	enum vsb_line ret;

	memcpy(copy, text, len);
	ret = vsb_line_parse_message(copy, len, port);
	free(copy);
	return ret;
}

static void test_good_line_is_a_good_message(void **state)
{
	unsigned int i;
	u32 port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_row(parse_message(good[i].text, good[i].len, &port) ==
			   VSB_LINE_OK, good[i].text);
		assert_row(port == good[i].port, good[i].text);
	}
}

static void test_message_needs_no_newline(void **state)
{
	unsigned int i;
	u32 port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_row(parse_message(good[i].text, good[i].len - 1,
					 &port) == VSB_LINE_OK, good[i].text);
		assert_row(port == good[i].port, good[i].text);
	}
}

static void test_bad_line_is_a_bad_message(void **state)
{
	unsigned int i;
	u32 port;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_row(parse_message(bad[i].text, bad[i].len, &port) ==
			   VSB_LINE_BAD, bad[i].text);
}

static void test_message_contains_only_the_line(void **state)
{
	static const char more[] = "CONNECT 1\nfoo", two[] = "CONNECT 1\n\n";
	u32 port;

	(void)state;
	assert_int_equal(parse_message("", 0, &port), VSB_LINE_BAD);
	assert_int_equal(parse_message(more, sizeof(more) - 1, &port),
			 VSB_LINE_BAD);
	assert_int_equal(parse_message(two, sizeof(two) - 1, &port),
			 VSB_LINE_BAD);
}

static void test_message_may_be_as_long_as_a_line(void **state)
{
	static const char text[] = "CONNECT 1234 567890123456789012345";
	u32 port;

	(void)state;
	assert_int_equal(parse_message(text, VSB_LINE_MAX - 1, &port),
			 VSB_LINE_OK);
	assert_int_equal(parse_message(text, VSB_LINE_MAX, &port),
			 VSB_LINE_BAD);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_good_line_gives_its_port),
	cmocka_unit_test(test_bad_line_is_refused),
	cmocka_unit_test(test_line_without_newline_is_partial),
	cmocka_unit_test(test_bytes_after_the_line_are_not_part_of_it),
	cmocka_unit_test(test_line_of_32_bytes_without_newline_is_refused),
	cmocka_unit_test(test_newline_counts_towards_the_32_bytes),
	cmocka_unit_test(test_only_the_letters_of_connect_are_accepted),
	cmocka_unit_test(test_every_port_is_parsed),
	cmocka_unit_test(test_random_bytes_are_harmless),
	cmocka_unit_test(test_the_longest_answer_fits),
	cmocka_unit_test(test_good_line_is_a_good_message),
	cmocka_unit_test(test_message_needs_no_newline),
	cmocka_unit_test(test_bad_line_is_a_bad_message),
	cmocka_unit_test(test_message_contains_only_the_line),
	cmocka_unit_test(test_message_may_be_as_long_as_a_line),
};

run_all(tests)
