/**
 * @file
 * The meter's side of the protocol without sockets: what a datagram does, and what is to be sent. proto/README.md is
 * the specification. Time is passed in; nothing is allocated.
 *
 *   on a datagram:  n = meter_protocol_receive(...); if n > 0, send n bytes back to where it came from
 *   when due:       slot = 0; while ((n = meter_protocol_next_datagram(..., &slot, &to, ...)) > 0) send them to `to`
 */
#pragma once

#include "meter_challenge.h"
#include "meter_measurement.h"
#include "meter_request.h"
#include "meter_subscriptions.h"

typedef struct {
    uint8_t secret[METER_CHALLENGE_SECRET_BYTES];
    /** Random, not 0, new at every boot. */
    uint32_t boot_id;
    /** First-generation requests can be forged; false refuses them. */
    bool accept_first_generation;
    /** Behave as a first-generation meter: fields 1 to 3, no challenge, no lease, extended requests cut at their NUL.
     */
    bool first_generation_meter;
    /** For clients that ask for no interval; 0: METER_REQUEST_DEFAULT_INTERVAL_MS. */
    uint32_t default_interval_ms;
    /** Until this time since boot clients may calibrate; 0: never, INT64_MAX: always. */
    int64_t calibration_until_us;
} meter_protocol_config_t;

typedef struct {
    meter_protocol_config_t config;
    meter_subscriptions_t subscriptions;
    uint32_t requests;
    /** Neither answered nor acted on: no request, a channel that is not there, or too short for its challenge. */
    uint32_t invalid_requests;
    uint32_t challenges;
    /** Calibrations that came too late or were not plausible. */
    uint32_t refused_calibrations;
} meter_protocol_t;

/** What the meter knows besides its counters; 0 is unknown. */
typedef struct {
    uint64_t unix_time_us;
    uint32_t time_sync_age_s;
} meter_protocol_time_t;

void meter_protocol_init(meter_protocol_t *protocol, const meter_protocol_config_t *config);

/**
 * Acts on a client's datagram; any bytes are safe. May change the calibration of `meter`.
 * @param answer  gets a challenge, never longer than the request; room for METER_CHALLENGE_BYTES
 * @return bytes to send back, 0 for none
 */
size_t meter_protocol_receive(meter_protocol_t *protocol, power_meter_t *meter, const meter_endpoint_t *from,
                              const uint8_t *data, size_t length, int64_t now_us, uint8_t *answer);

/**
 * Packs the next datagram that is due, from slot `*slot` on; call with the same `now_us` until it returns 0, so that
 * all clients of one moment see the same counters.
 * @param datagram  room for METER_DATAGRAM_MAX_BYTES
 * @return bytes to send to `*to`, 0 when none is left
 */
size_t meter_protocol_next_datagram(meter_protocol_t *protocol, const power_meter_t *meter,
                                    const meter_protocol_time_t *time, int64_t now_us, unsigned *slot,
                                    meter_endpoint_t *to, uint8_t *datagram);
