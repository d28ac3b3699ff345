/** @file Numbers of users and files: the whole text must be one finite number in range. */
#pragma once

#include <stdbool.h>

bool parse_double(const char *text, double min, double max, double *value);
bool parse_integer(const char *text, long long min, long long max, long long *value);
