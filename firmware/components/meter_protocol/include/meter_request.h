/**
 * @file
 * What a client's datagram asks for. proto/README.md is the specification.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "energy.h"

/** Longer datagrams are invalid: the longest sensible request is about 80 bytes. */
#define METER_REQUEST_MAX_BYTES 512

#define METER_REQUEST_DEFAULT_LEASE_S 30
#define METER_REQUEST_MAX_LEASE_S 300
#define METER_REQUEST_DEFAULT_INTERVAL_MS 1000
#define METER_REQUEST_MIN_INTERVAL_MS 20
#define METER_REQUEST_MAX_INTERVAL_MS 10000

/** What is to become of the channel's calibration. */
typedef enum {
    METER_REQUEST_KEEP_CALIBRATION,
    METER_REQUEST_CALIBRATE,
    /** Back to the configured one. */
    METER_REQUEST_RESET_CALIBRATION,
} meter_request_calibration_t;

typedef struct {
    /** 1 to 6. */
    unsigned channel;
    /** False: the first protocol's request; then the values are the defaults and there is no lease. */
    bool extended;
    bool cancel;
    uint32_t version;
    /** As sent; see meter_request_effective_lease_s(). */
    uint32_t lease_s;
    uint32_t interval_ms;
    uint32_t token;
    meter_request_calibration_t calibrate;
    /** With METER_REQUEST_CALIBRATE. */
    energy_calibration_t calibration;
} meter_request_t;

/**
 * Parses a datagram; any bytes are safe. Not reentrant: protobuf fields are unpacked into one static arena.
 * @return false if it is no request, and must not be answered
 */
bool meter_request_parse(const uint8_t *data, size_t length, meter_request_t *request);

/** The lease granted: the default for 0, never more than the maximum. */
uint32_t meter_request_effective_lease_s(const meter_request_t *request);

/** The interval granted: the default for 0, else the nearest possible. */
uint32_t meter_request_effective_interval_ms(const meter_request_t *request);
