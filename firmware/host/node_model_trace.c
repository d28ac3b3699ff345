#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node_part.h"
#include "parse_number.h"

#define MAX_TIME_SECONDS 1e9
#define MAX_WATTS 1e6

typedef struct {
    int64_t time_ns;
    double watts;
} point_t;

typedef struct {
    node_part_t part;
    point_t *points;
    size_t count;
    bool loop;
    /** The point in force and the start of the round it belongs to. */
    size_t index;
    int64_t round_ns;
} trace_part_t;

static int64_t next_change_ns(const trace_part_t *trace)
{
    return trace->index + 1 < trace->count ? trace->round_ns + trace->points[trace->index + 1].time_ns : INT64_MAX;
}

static int64_t set_power(node_part_t *part, int64_t from_ns, int64_t until_ns)
{
    trace_part_t *trace = (trace_part_t *)part;
    while (next_change_ns(trace) <= from_ns) {
        trace->index++;
        if (trace->loop && trace->index == trace->count - 1) {
            trace->round_ns += trace->points[trace->index].time_ns;
            trace->index = 0;
        }
    }
    part->sources[0].watts = trace->points[trace->index].watts;
    int64_t change_ns = next_change_ns(trace);
    return change_ns < until_ns ? change_ns : until_ns;
}

static void destroy(node_part_t *part)
{
    free(((trace_part_t *)part)->points);
    free(part);
}

static const node_part_type_t s_type = {.set_power = set_power, .destroy = destroy};

/** Takes one row `time_s,power_watts`; times count from the first row. @return false if it is none, or goes back */
static bool add_row(trace_part_t *trace, char *line, double *first_seconds)
{
    char *comma = strchr(line, ',');
    double seconds;
    double watts;
    if (!comma) {
        return false;
    }
    *comma = '\0';
    if (!parse_double(line, -MAX_TIME_SECONDS * 10, MAX_TIME_SECONDS * 10, &seconds) ||
        !parse_double(comma + 1, 0, MAX_WATTS, &watts)) {
        return false;
    }
    if (trace->count == 0) {
        *first_seconds = seconds;
    }
    if (seconds - *first_seconds > MAX_TIME_SECONDS) {
        return false;
    }
    int64_t time_ns = llround((seconds - *first_seconds) * 1e9);
    if (trace->count > 0 && time_ns <= trace->points[trace->count - 1].time_ns) {
        return false;
    }
    if ((trace->count & (trace->count - 1)) == 0) {
        size_t capacity = trace->count == 0 ? 1 : 2 * trace->count;
        point_t *points = realloc(trace->points, capacity * sizeof(*points));
        if (!points) {
            return false;
        }
        trace->points = points;
    }
    trace->part.max_watts = fmax(trace->part.max_watts, watts);
    trace->points[trace->count++] = (point_t){.time_ns = time_ns, .watts = watts};
    return true;
}

static bool read_points(trace_part_t *trace, FILE *file, const char *path, node_error_t *error)
{
    char line[256];
    double first_seconds = 0;
    for (unsigned long number = 1; fgets(line, sizeof(line), file); number++) {
        if (strlen(line) == sizeof(line) - 1 && line[sizeof(line) - 2] != '\n') {
            node_part_fail(error, "trace '%s' line %lu: longer than %zu characters", path, number, sizeof(line) - 2);
            return false;
        }
        line[strcspn(line, "\r\n")] = '\0';
        if (number == 1) {
            if (strcmp(line, "time_s,power_watts") != 0) {
                node_part_fail(error, "trace '%s' does not start with the line time_s,power_watts", path);
                return false;
            }
        } else if (line[0] != '\0' && !add_row(trace, line, &first_seconds)) {
            node_part_fail(error, "trace '%s' line %lu: not a rising time and a power of 0 W or more", path, number);
            return false;
        }
    }
    if (ferror(file)) {
        node_part_fail(error, "trace '%s': %s", path, strerror(errno));
        return false;
    }
    if (trace->count == 0 || (trace->loop && trace->count < 2)) {
        node_part_fail(error, "trace '%s' has %s", path, trace->loop ? "not two rows, so no loop" : "no row");
        return false;
    }
    return true;
}

node_part_t *trace_part_create(const char *path, bool loop, node_error_t *error)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        return node_part_fail(error, "trace '%s': %s", path, strerror(errno));
    }
    trace_part_t *trace = calloc(1, sizeof(*trace));
    if (!trace) {
        fclose(file);
        return node_part_fail(error, "out of memory");
    }
    trace->loop = loop;
    trace->part = (node_part_t){.type = &s_type, .source_count = 1, .sources = {{.name = "trace"}}};
    bool complete = read_points(trace, file, path, error);
    fclose(file);
    if (!complete) {
        destroy(&trace->part);
        return NULL;
    }
    return &trace->part;
}
