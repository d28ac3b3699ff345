/**
 * @file
 * The datagram of one channel, and the challenge.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "power_meter.h"

/** Room for the longest datagram: every field at its longest is 197 bytes. */
#define METER_DATAGRAM_MAX_BYTES 208
/** A challenge's datagram. */
#define METER_CHALLENGE_BYTES 6

/** What a datagram says besides the counters; 0 is absent on the wire. */
typedef struct {
    unsigned channel;
    uint32_t sequence;
    uint32_t boot_id;
    uint32_t lease_ms;
    uint64_t unix_time_us;
    uint32_t time_sync_age_s;
    /** Clients may calibrate now. */
    bool calibration_open;
    /** Only fields 1 to 3, as first-generation meters send them. */
    bool first_generation;
} meter_measurement_context_t;

/**
 * Packs a `power_measurement` into `datagram` (METER_DATAGRAM_MAX_BYTES).
 * @return its length
 */
size_t meter_measurement_encode(const power_meter_snapshot_t *snapshot, const meter_measurement_context_t *context,
                                uint8_t *datagram);

/** Packs the challenge alone; @return METER_CHALLENGE_BYTES */
size_t meter_measurement_encode_challenge(uint32_t token, uint8_t *datagram);
