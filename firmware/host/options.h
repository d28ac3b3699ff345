/** @file The twin's command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fault_schedule.h"
#include "node_model.h"
#include "twin.h"

typedef struct {
    /** How many meters: on ports from `port` on, or on any if it is 0; each with models and truth of its own. */
    unsigned meters;
    uint16_t port;
    const char *bind_address;
    /** NULL: no truth file. With several meters the n-th's is called so with .n at its end. */
    const char *truth_path;
    /** NULL: nothing is kept over restarts. With several meters the n-th's is called so with .n at its end. */
    const char *state_path;
    /** Clients may calibrate the meter for so long after its boot. */
    double calibration_seconds;
    /** For clients that ask for none. */
    uint32_t default_interval_ms;
    /** NULL: no display. Where its picture goes; with several meters the n-th's is called so with .n at its end. */
    const char *display_path;
    /** How long it shows each channel. */
    uint32_t page_seconds;
    /** What it calls each channel. */
    const char *names[NODE_CHANNELS];
    /** What each channel's model is; NULL: nothing is there. */
    const char *models[NODE_CHANNELS];
    twin_config_t twin;
    fault_schedule_t faults;
    uint64_t seed;
    bool first_generation;
    /** First-generation clients, whose requests can be forged, are not served. */
    bool refuse_first_generation;
    /** Not 0: only asks a meter on this port whether it answers. */
    uint16_t is_alive_port;
    /** Simulated time passes so many times as fast as real time. */
    double speed;
    /** In seconds of simulated time; 0: runs until it is told to stop. */
    double exit_after_seconds;
} options_t;

typedef enum {
    OPTIONS_RUN,
    /** --help or --version was answered on stdout. */
    OPTIONS_ANSWERED,
    /** What is wrong was said on stderr. */
    OPTIONS_INVALID,
} options_result_t;

/** Reads the command line; models are tried, so processes, cgroups and traces must be there. */
options_result_t options_parse(options_t *options, int argc, char **argv);

/** Makes the node that every meter has its own of. @return false when it cannot be made, which is said on stderr */
bool options_make_node(const options_t *options, node_model_t *node);
