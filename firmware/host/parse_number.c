#include "parse_number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool parse_double(const char *text, double min, double max, double *value)
{
    char *end = NULL;
    errno = 0;
    double parsed = strtod(text, &end);
    if (end == text || *end != '\0' || isspace((unsigned char)*text) || !isfinite(parsed) || parsed < min ||
        parsed > max) {
        return false;
    }
    *value = parsed;
    return true;
}

bool parse_integer(const char *text, long long min, long long max, long long *value)
{
    char *end = NULL;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || isspace((unsigned char)*text) || errno == ERANGE || parsed < min ||
        parsed > max) {
        return false;
    }
    *value = parsed;
    return true;
}
