/**
 * @file
 * The model of what hangs at a meter: per channel a sum of parts, each with its account of energy. This account, in
 * double precision and with no sensor in between, is the truth.
 */
#pragma once

#include "node_part.h"

#define NODE_CHANNELS 6
#define NODE_CHANNEL_PARTS 16

typedef struct {
    node_part_t *parts[NODE_CHANNEL_PARTS];
    size_t part_count;
} node_channel_t;

typedef struct {
    /** Channel 1 at index 0; no part: nothing is there. */
    node_channel_t channels[NODE_CHANNELS];
} node_model_t;

/**
 * Makes a channel's parts from text such as `constant:2+cgroup:/sys/fs/cgroup/x,watts_per_core=3`.
 * @return false with a message for the user
 */
bool node_channel_parse(node_channel_t *channel, const char *text, node_error_t *error);

/** Looks at the live systems; afterwards the power is known up to `now_ns`. */
void node_model_read(node_model_t *node, int64_t now_ns);

/**
 * Accounts for the time from `from_ns` until the first change of any channel's power, at most `until_ns`.
 * @param watts  gets each channel's power over that time
 * @return where that time ends
 */
int64_t node_model_advance(node_model_t *node, int64_t from_ns, int64_t until_ns, double watts[NODE_CHANNELS]);

void node_model_destroy(node_model_t *node);
