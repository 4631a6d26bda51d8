// SPDX-License-Identifier: GPL-2.0
/* Tables on stdout, whose columns are as wide as their cells. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "table.h"
#include "text.h"

static void *or_die(void *memory)
{
	if (memory)
		return memory;
	diag("out of memory: free some and try again");
	exit(EXIT_FAILED);
}

void table_cell(struct table *table, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	text_make_printable(or_die(text));
	table->cells = or_die(reallocarray(table->cells, table->count + 1,
					   sizeof(*table->cells)));
	table->cells[table->count++] = text;
}

static int width_of(const struct table *table, size_t column)
{
	size_t width = table->no_header ? 0 : strlen(table->columns[column].heading);
	size_t i;

	for (i = column; i < table->count; i += table->width)
		if (strlen(table->cells[i]) > width)
			width = strlen(table->cells[i]);
	return width;
}

/* No spaces follow the last cell, because paths may be long. */
static void print_cell(const struct table *table, size_t column, int width,
		       const char *text)
{
	if (table->columns[column].number)
		printf("%*s", width, text);
	else
		printf("%-*s", column + 1 < table->width ? width : 0, text);
	fputs(column + 1 < table->width ? "  " : "\n", stdout);
}

void table_print(struct table *table)
{
	int widths[table->width];
	size_t i;

	for (i = 0; i < table->width; i++)
		widths[i] = width_of(table, i);
	for (i = 0; i < table->width && !table->no_header; i++)
		print_cell(table, i, widths[i], table->columns[i].heading);
	for (i = 0; i < table->count; i++) {
		print_cell(table, i % table->width, widths[i % table->width],
			   table->cells[i]);
		free(table->cells[i]);
	}
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
}
