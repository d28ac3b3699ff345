/**
 * @file
 * What the meter keeps over restarts: calibrations and the lifetime's energy.
 *
 * A record goes to two slots in turn. Each carries a sequence number, what the channel was configured to, and a CRC, so
 * that a write cut by a power failure, at any byte, leaves the record before it. Calibrations are saved at once, energy
 * rarely: flash wears, and the ESP32 stops sampling while it writes. So the lifetime may lose what came after the last
 * save; the counters since boot, from which rates are made, never depend on it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "power_meter.h"

#define METER_STORE_SLOTS 2
#define METER_STORE_RECORD_BYTES 138
/** Energy is saved so often if it has changed: 144 writes a day. */
#define METER_STORE_INTERVAL_US (INT64_C(600) * 1000000)
/** After a failed write. */
#define METER_STORE_RETRY_US (INT64_C(60) * 1000000)

/** Where records are kept. Each function returns 0, or another value for any failure. */
typedef struct {
    /** Reads at most `capacity` bytes. @param length  gets how many there were, 0 for an empty slot */
    int (*read)(void *ctx, unsigned slot, uint8_t *data, size_t capacity, size_t *length);
    int (*write)(void *ctx, unsigned slot, const uint8_t *data, size_t length);
    void *ctx;
} meter_store_port_t;

typedef struct {
    meter_store_port_t port;
    /** Of the newest record. */
    uint32_t sequence;
    /** Where the next record goes. */
    unsigned slot;
    /** What the newest record says, sequence and CRC aside. */
    uint8_t saved[METER_STORE_RECORD_BYTES];
    int64_t next_save_us;
    /** After a failed write nothing is written before this. */
    int64_t retry_us;
    /** Records that were damaged or of another version, and writes that failed. */
    uint32_t errors;
    uint32_t writes;
} meter_store_t;

/**
 * Sets calibrations and lifetimes of `meter` to what the newest good record says; without one the lifetime starts at 0.
 * A calibration of a channel that has been configured to another shunt since is not taken.
 */
void meter_store_open(meter_store_t *store, const meter_store_port_t *port, power_meter_t *meter, int64_t now_us);

/**
 * Saves what is due to be saved; call it every second or so.
 * @return false when a write failed; it is tried again
 */
bool meter_store_update(meter_store_t *store, const power_meter_t *meter, int64_t now_us);

/** Saves now if anything has changed, before a restart that was asked for. */
bool meter_store_flush(meter_store_t *store, const power_meter_t *meter, int64_t now_us);
