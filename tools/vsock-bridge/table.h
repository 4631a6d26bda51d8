/* SPDX-License-Identifier: GPL-2.0 */
/* Tables on stdout, whose columns are as wide as their cells. */
#ifndef VSB_CLI_TABLE_H
#define VSB_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

/**
 * struct column - a column
 * @heading: its heading
 * @number: the cells are numbers, which are right-aligned
 */
struct column {
	const char *heading;
	bool number;
};

/**
 * struct table - a table that is being filled
 * @columns: its columns
 * @width: number of columns
 * @no_header: the headings are not printed
 * @cells: the cells, line by line
 * @count: number of cells
 */
struct table {
	const struct column *columns;
	size_t width;
	bool no_header;
	char **cells;
	size_t count;
};

#define TABLE(of)	{ .columns = (of), .width = sizeof(of) / sizeof(*(of)) }

/*
 * Fills in the next cell, on this line or, if the line is full, on the next
 * line.
 */
__printf(2, 3) void table_cell(struct table *table, const char *format, ...);

/* Prints the table and frees its cells. */
void table_print(struct table *table);

#endif /* VSB_CLI_TABLE_H */
