/** @file The bytes of a record. Little endian: magic, sequence, the channels, CRC-32 of all before it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "meter_store.h"

typedef struct {
    bool calibrated;
    /** What the channel was configured to when it was calibrated. */
    uint32_t configured_uohm;
    energy_calibration_t calibration;
    uint64_t lifetime_uj;
} meter_store_channel_t;

/** Where the channels are: what is before is the record's own. */
#define METER_STORE_HEAD_BYTES 8
#define METER_STORE_CHANNEL_BYTES 21
#define METER_STORE_CRC_BYTES 4

void meter_store_record_encode(uint8_t record[METER_STORE_RECORD_BYTES], uint32_t sequence,
                               const meter_store_channel_t channels[POWER_METER_CHANNELS]);

/** @return false when it is damaged or of another version */
bool meter_store_record_decode(const uint8_t *data, size_t length, uint32_t *sequence,
                               meter_store_channel_t channels[POWER_METER_CHANNELS]);
