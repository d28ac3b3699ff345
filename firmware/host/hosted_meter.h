/**
 * @file
 * One meter of this program: a twin with its node, its protocol and socket, its truth file, and what goes wrong with
 * it. The program's loop calls it as time goes on.
 */
#pragma once

#include "hosted_display.h"
#include "options.h"
#include "state_file.h"
#include "truth.h"
#include "udp_server.h"

#define HOSTED_METER_PATH_BYTES STATE_FILE_PATH_BYTES

typedef struct {
    const options_t *options;
    /** From 0; the only one, or one of several, each with a seed of its own. */
    unsigned index;
    node_model_t node;
    twin_t twin;
    meter_protocol_t protocol;
    udp_server_t server;
    truth_t truth;
    char truth_path[HOSTED_METER_PATH_BYTES];
    char display_path[HOSTED_METER_PATH_BYTES];
    /** Where there is one. */
    hosted_display_t display;
    state_file_t state_file;
    meter_store_t store;
    /** The store is asked once a second of the meter's clock. */
    int64_t store_due_us;
    /** Faults have been applied up to here. */
    int64_t faults_ns;
    bool overrange_told;
} hosted_meter_t;

/** A moment on the program's clocks. */
typedef struct {
    /** Simulated time: real time since the start. */
    int64_t now_ns;
    /** Unix us at simulated time 0. */
    int64_t start_unix_us;
} hosted_meter_now_t;

/**
 * Makes the node, powers the meter on and opens its socket and truth file; what fails is said on stderr.
 * @param meter  all zeros; stop it however this ends
 * @return 0, or the program's exit code
 */
int hosted_meter_start(hosted_meter_t *meter, const options_t *options, unsigned index);

/** Takes the datagrams that have arrived. */
void hosted_meter_receive(hosted_meter_t *meter, const hosted_meter_now_t *now);

/** Lets the meter catch up with real time, and sends what is due. */
void hosted_meter_step(hosted_meter_t *meter, const hosted_meter_now_t *now, bool last);

void hosted_meter_stop(hosted_meter_t *meter);
