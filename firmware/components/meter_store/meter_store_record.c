#include "meter_store_record.h"

#include <string.h>

/** The last letter is the version. */
static const uint8_t s_magic[4] = {'P', 'M', 'S', '1'};

_Static_assert(METER_STORE_RECORD_BYTES ==
                   METER_STORE_HEAD_BYTES + POWER_METER_CHANNELS * METER_STORE_CHANNEL_BYTES + METER_STORE_CRC_BYTES,
               "METER_STORE_RECORD_BYTES is what a record takes");

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static uint64_t take(const uint8_t **at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint64_t) * (*at)++ << (8 * i);
    }
    return value;
}

/** CRC-32 of IEEE 802.3, reflected. */
static uint32_t crc32(const uint8_t *data, size_t length)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

void meter_store_record_encode(uint8_t record[METER_STORE_RECORD_BYTES], uint32_t sequence,
                               const meter_store_channel_t channels[POWER_METER_CHANNELS])
{
    memcpy(record, s_magic, sizeof(s_magic));
    uint8_t *at = put(record + sizeof(s_magic), sequence, 4);
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        at = put(at, channels[c].calibrated, 1);
        at = put(at, channels[c].configured_uohm, 4);
        at = put(at, channels[c].calibration.shunt_uohm, 4);
        at = put(at, (uint32_t)channels[c].calibration.offset_lsb256, 4);
        at = put(at, channels[c].lifetime_uj, 8);
    }
    put(at, crc32(record, (size_t)(at - record)), METER_STORE_CRC_BYTES);
}

bool meter_store_record_decode(const uint8_t *data, size_t length, uint32_t *sequence,
                               meter_store_channel_t channels[POWER_METER_CHANNELS])
{
    size_t covered = METER_STORE_RECORD_BYTES - METER_STORE_CRC_BYTES;
    if (length != METER_STORE_RECORD_BYTES || memcmp(data, s_magic, sizeof(s_magic)) != 0) {
        return false;
    }
    const uint8_t *crc = data + covered;
    if (take(&crc, METER_STORE_CRC_BYTES) != crc32(data, covered)) {
        return false;
    }
    const uint8_t *at = data + sizeof(s_magic);
    *sequence = (uint32_t)take(&at, 4);
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        channels[c].calibrated = take(&at, 1) != 0;
        channels[c].configured_uohm = (uint32_t)take(&at, 4);
        channels[c].calibration.shunt_uohm = (uint32_t)take(&at, 4);
        channels[c].calibration.offset_lsb256 = (int32_t)(uint32_t)take(&at, 4);
        channels[c].lifetime_uj = take(&at, 8);
    }
    return true;
}
