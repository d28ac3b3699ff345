/** @file The twin's command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "node_model.h"
#include "twin.h"

typedef struct {
    uint16_t port;
    const char *bind_address;
    /** NULL: no truth file. */
    const char *truth_path;
    node_model_t node;
    twin_config_t twin;
    /** Probability that a datagram, in or out, is lost. */
    double loss;
    uint64_t seed;
    bool first_generation;
    /** 0: runs until it is told to stop. */
    double exit_after_seconds;
} options_t;

typedef enum {
    OPTIONS_RUN,
    /** --help or --version was answered on stdout. */
    OPTIONS_ANSWERED,
    /** What is wrong was said on stderr. */
    OPTIONS_INVALID,
} options_result_t;

/** Reads the command line; models are made, so processes, cgroups and traces must be there. */
options_result_t options_parse(options_t *options, int argc, char **argv);
