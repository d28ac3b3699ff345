/**
 * @file
 * One part of a node's model: something that draws power, and the account of what it drew.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_PART_SOURCES 2

/** A share of a part's power that the truth tells apart, such as idle and CPU. */
typedef struct {
    const char *name;
    /** Now, constant until the part says. */
    double watts;
    /** CPU seconds per second, for sources that are CPU. */
    double cores;
    /** Since the start. */
    double energy_joules;
    double cpu_seconds;
} power_source_t;

typedef struct node_part node_part_t;

/** Times are simulated ones: ns since the twin's start. */
typedef struct {
    /** Looks at the live system; power over (last read, now_ns] is known afterwards. NULL for parts that know ahead. */
    void (*read)(node_part_t *part, int64_t now_ns);
    /** Sets the sources' power from `from_ns` on; @return how long it stays so, at most `until_ns` */
    int64_t (*set_power)(node_part_t *part, int64_t from_ns, int64_t until_ns);
    void (*destroy)(node_part_t *part);
} node_part_type_t;

struct node_part {
    const node_part_type_t *type;
    /** The most it can draw: for a live part, with every core of this machine busy. */
    double max_watts;
    /** It follows what runs on this machine. */
    bool live;
    size_t source_count;
    power_source_t sources[NODE_PART_SOURCES];
};

/** A message for the user when a part cannot be made. */
typedef struct {
    char text[256];
} node_error_t;

/** Always the same power. */
node_part_t *constant_part_create(double watts, node_error_t *error);

/**
 * A recorded trace: CSV with the header time_s,power_watts; each power holds until the next row's time.
 * @param loop  starts again at the last row's time, else the last power goes on
 */
node_part_t *trace_part_create(const char *path, bool loop, node_error_t *error);

/** What a live node draws. */
typedef struct {
    double idle_watts;
    double watts_per_core;
} cpu_power_t;

/** Idle power and the CPU of a process with all its descendants. */
node_part_t *process_part_create(int pid, cpu_power_t power, node_error_t *error);

/** Idle power and the CPU of a cgroup, v1 or v2. */
node_part_t *cgroup_part_create(const char *path, cpu_power_t power, node_error_t *error);

/** Writes the message, for use in a return statement. @return NULL */
node_part_t *node_part_fail(node_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
