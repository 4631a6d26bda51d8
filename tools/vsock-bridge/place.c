// SPDX-License-Identifier: GPL-2.0
/* The system that doctor looks at: its files below a root, and its kernel. */
#include <string.h>
#include <unistd.h>

#include "place.h"

const char *place_path(const struct place *place, char path[PLACE_PATH_SIZE],
		       const char *format)
{
	const char *release = strstr(format, "%s");

	if (release)
		snprintf(path, PLACE_PATH_SIZE, "%s%.*s%s%s", place->root,
			 (int)(release - format), format, place->release,
			 release + strlen("%s"));
	else
		snprintf(path, PLACE_PATH_SIZE, "%s%s", place->root, format);
	return path;
}

bool place_exists(const struct place *place, const char *format)
{
	char path[PLACE_PATH_SIZE];

	return !access(place_path(place, path, format), F_OK);
}

FILE *place_open(const struct place *place, const char *format)
{
	char path[PLACE_PATH_SIZE];

	return fopen(place_path(place, path, format), "re");
}

bool place_read(const struct place *place, const char *format, char *line,
		size_t size)
{
	FILE *file = place_open(place, format);
	bool found;

	if (!file)
		return false;
	found = fgets(line, size, file);
	fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}
