/**
 * @file
 * The network between a simulated meter and its clients: datagrams to clients get lost, late, doubled or out of order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "meter_endpoint.h"
#include "meter_measurement.h"
#include "random.h"

/** Datagrams under way; what is sent beyond is lost. */
#define LINK_QUEUE_DATAGRAMS 1024

/** All 0 is a perfect network. Probabilities are per datagram. */
typedef struct {
    double loss;
    double duplicate;
    /** A datagram is held back until the next one to the same client has been sent. */
    double reorder;
    int64_t delay_ns;
    /** Nothing at all is sent. */
    bool silent;
} link_impairment_t;

typedef struct {
    int64_t due_ns;
    meter_endpoint_t to;
    size_t length;
    uint8_t data[METER_DATAGRAM_MAX_BYTES];
} link_datagram_t;

typedef struct {
    link_impairment_t impairment;
    random_t random;
    /** Puts a datagram on the wire. */
    void (*transmit)(void *ctx, const meter_endpoint_t *to, const uint8_t *data, size_t length);
    void *ctx;
    link_datagram_t queue[LINK_QUEUE_DATAGRAMS];
    size_t queued;
} impaired_link_t;

/** Whether the datagram at hand gets lost; also for those that arrive. */
bool impaired_link_loses(impaired_link_t *link);

/** Sends a datagram, or does with it what is wrong with the network. */
void impaired_link_send(impaired_link_t *link, int64_t now_ns, const meter_endpoint_t *to, const uint8_t *data,
                        size_t length);

/** Transmits what has been delayed until `now_ns`. */
void impaired_link_flush(impaired_link_t *link, int64_t now_ns);
