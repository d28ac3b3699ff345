#include "meter_store.h"

#include <string.h>

#include "meter_store_record.h"

/** Where calibration and lifetime of the channels begin and end, without what differs in every record. */
#define CHANNELS_BYTES ((size_t)POWER_METER_CHANNELS * METER_STORE_CHANNEL_BYTES)
#define LIFETIME_BYTES 8

static void gather(const power_meter_t *meter, meter_store_channel_t channels[POWER_METER_CHANNELS])
{
    for (unsigned c = 0; c < POWER_METER_CHANNELS; c++) {
        channels[c] = (meter_store_channel_t){
            .calibrated = meter->calibrated[c],
            .configured_uohm = meter->config.channels[c].calibration.shunt_uohm,
            .calibration = meter->channels[c].calibration,
            .lifetime_uj = meter->lifetime_base_uj[c] + meter->channels[c].imported_uj.whole,
        };
    }
}

static void apply(power_meter_t *meter, const meter_store_channel_t channels[POWER_METER_CHANNELS])
{
    for (unsigned c = 0; c < POWER_METER_CHANNELS; c++) {
        power_meter_set_lifetime(meter, c + 1, channels[c].lifetime_uj);
        bool same_shunt = channels[c].configured_uohm == meter->config.channels[c].calibration.shunt_uohm;
        if (channels[c].calibrated && same_shunt) {
            power_meter_calibrate(meter, c + 1, &channels[c].calibration);
        }
    }
}

void meter_store_open(meter_store_t *store, const meter_store_port_t *port, power_meter_t *meter, int64_t now_us)
{
    memset(store, 0, sizeof(*store));
    store->port = *port;
    store->next_save_us = now_us + METER_STORE_INTERVAL_US;
    meter_store_channel_t newest[POWER_METER_CHANNELS] = {0};
    bool found = false;
    for (unsigned slot = 0; slot < METER_STORE_SLOTS; slot++) {
        uint8_t data[METER_STORE_RECORD_BYTES];
        size_t length = 0;
        uint32_t sequence;
        meter_store_channel_t channels[POWER_METER_CHANNELS];
        if (port->read(port->ctx, slot, data, sizeof(data), &length) != 0 ||
            (length > 0 && !meter_store_record_decode(data, length, &sequence, channels))) {
            store->errors++;
        } else if (length > 0 && (!found || (int32_t)(sequence - store->sequence) > 0)) {
            found = true;
            memcpy(newest, channels, sizeof(newest));
            memcpy(store->saved, data, sizeof(data));
            store->sequence = sequence;
            store->slot = (slot + 1) % METER_STORE_SLOTS;
        }
    }
    apply(meter, newest);
}

/** What of two records differs in what they say of the channels. */
typedef enum { NOTHING, LIFETIME_ALONE, CALIBRATION } difference_t;

static difference_t compare(const uint8_t *a, const uint8_t *b)
{
    difference_t difference = NOTHING;
    for (size_t i = 0; i < CHANNELS_BYTES; i++) {
        if (a[METER_STORE_HEAD_BYTES + i] != b[METER_STORE_HEAD_BYTES + i]) {
            size_t field = i % METER_STORE_CHANNEL_BYTES;
            if (field < METER_STORE_CHANNEL_BYTES - LIFETIME_BYTES) {
                return CALIBRATION;
            }
            difference = LIFETIME_ALONE;
        }
    }
    return difference;
}

static bool save(meter_store_t *store, const uint8_t record[METER_STORE_RECORD_BYTES], int64_t now_us)
{
    if (store->port.write(store->port.ctx, store->slot, record, METER_STORE_RECORD_BYTES) != 0) {
        store->errors++;
        store->retry_us = now_us + METER_STORE_RETRY_US;
        return false;
    }
    memcpy(store->saved, record, METER_STORE_RECORD_BYTES);
    store->sequence++;
    store->slot = (store->slot + 1) % METER_STORE_SLOTS;
    store->writes++;
    store->next_save_us = now_us + METER_STORE_INTERVAL_US;
    return true;
}

static difference_t next_record(const meter_store_t *store, const power_meter_t *meter,
                                uint8_t record[METER_STORE_RECORD_BYTES])
{
    meter_store_channel_t channels[POWER_METER_CHANNELS];
    gather(meter, channels);
    meter_store_record_encode(record, store->sequence + 1, channels);
    return compare(record, store->saved);
}

bool meter_store_update(meter_store_t *store, const power_meter_t *meter, int64_t now_us)
{
    uint8_t record[METER_STORE_RECORD_BYTES];
    difference_t difference = next_record(store, meter, record);
    bool due = difference == CALIBRATION || (difference == LIFETIME_ALONE && now_us >= store->next_save_us);
    return !due || now_us < store->retry_us || save(store, record, now_us);
}

bool meter_store_flush(meter_store_t *store, const power_meter_t *meter, int64_t now_us)
{
    uint8_t record[METER_STORE_RECORD_BYTES];
    return next_record(store, meter, record) == NOTHING || save(store, record, now_us);
}
