/** @file A whole meter of the program, with a client on a real socket, in simulated time; for tests. */
#pragma once

#include "hosted_meter.h"
#include <stddef.h>
#include <stdint.h>

#define SECOND INT64_C(1000000000)
#define STEP_NS 10000000
#define START_UNIX_US INT64_C(1700000000000000)
#define DATAGRAMS 4096

/** What the client got, and when. */
typedef struct {
    int64_t arrived_ns;
    uint32_t sequence;
    uint32_t boot_id;
    uint64_t timestamp_us;
    uint64_t energy_uj;
    uint64_t gap_us;
    uint32_t flags;
    uint32_t sensor_errors;
    uint32_t lease_ms;
} datagram_t;

typedef struct {
    options_t options;
    hosted_meter_t meter;
    int64_t now_ns;
    int client;
    uint32_t token;
    uint32_t challenges;
    datagram_t datagrams[DATAGRAMS];
    size_t count;
} rig_t;

/** A twin with these options besides 2 W on channel 1, any port, and no noise. */
rig_t *rig_start(const char *option, const char *value);
void rig_end(rig_t *rig);

/** Subscribes for a minute, ten times a second, with the token that it has. */
void rig_ask(rig_t *rig);

/** Lets time pass, and takes what comes. */
void rig_run(rig_t *rig, double until_seconds);

/** The newest of what the client got: there must be one. */
const datagram_t *rig_last(const rig_t *rig);

/** Energy at 2 W up to the newest reading, without gaps; it misses the first cycle of each boot. */
void rig_assert_nothing_is_missing(const rig_t *rig);
