/**
 * @file
 * The meter: two INA3221, six channels, each integrated by itself. Channels 1 to 3 are the sensor at 0x41, 4 to 6 the
 * one at 0x40; clients number them so.
 *
 * One task polls and takes snapshots, or the caller locks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "energy.h"
#include "ina3221.h"

#define POWER_METER_SENSORS 2
#define POWER_METER_CHANNELS (POWER_METER_SENSORS * INA3221_CHANNELS)

typedef struct {
    bool enabled;
    energy_calibration_t calibration;
} power_meter_channel_config_t;

typedef struct {
    /** A channel alone on its sensor, beside another sensor, has its shunt converted for four times as long. */
    ina3221_time_t shunt_time;
    ina3221_time_t bus_time;
    /** Channel 1 is at index 0. */
    power_meter_channel_config_t channels[POWER_METER_CHANNELS];
} power_meter_config_t;

typedef struct {
    power_meter_config_t config;
    ina3221_t sensors[POWER_METER_SENSORS];
    energy_channel_t channels[POWER_METER_CHANNELS];
    /** Alerts of a channel's last cycle. */
    bool critical[POWER_METER_CHANNELS];
    bool warning[POWER_METER_CHANNELS];
    /** Channels whose calibration is not the configured one. */
    bool calibrated[POWER_METER_CHANNELS];
    /** Lifetime energy before this boot, modulo 2^64; only where known. */
    uint64_t lifetime_base_uj[POWER_METER_CHANNELS];
    bool lifetime_known[POWER_METER_CHANNELS];
} power_meter_t;

/** Bits of power_meter_snapshot_t.flags, as on the wire: what is now, or was within the last second. */
enum {
    POWER_METER_FLAG_OVERRANGE = 1,
    POWER_METER_FLAG_GAP = 2,
    POWER_METER_FLAG_OFFLINE = 4,
    POWER_METER_FLAG_REVERSED = 8,
    POWER_METER_FLAG_CRITICAL = 16,
    POWER_METER_FLAG_WARNING = 32,
    /** The channel was calibrated with known loads. */
    POWER_METER_FLAG_CALIBRATED = 64,
    /** Clients may calibrate the meter now; set where datagrams are packed. */
    POWER_METER_FLAG_CALIBRATION_OPEN = 128,
};

/** What a channel's counters were at time_us; all but the lifetime's count from boot. */
typedef struct {
    uint64_t time_us;
    uint64_t imported_uj;
    uint64_t exported_uj;
    uint64_t imported_uc;
    int32_t current_ua;
    uint32_t bus_voltage_mv;
    uint64_t samples;
    uint32_t missed_cycles;
    uint64_t gap_us;
    uint32_t overrange_samples;
    uint32_t sensor_errors;
    uint32_t shunt_uohm;
    int32_t offset_lsb256;
    /** Imported over all boots; 0 where nothing keeps it. */
    uint64_t lifetime_uj;
    uint32_t flags;
} power_meter_snapshot_t;

/** What the design asks for: 1.1 ms for the shunt, 332 us for the bus, shunts of 100 mOhm; no channel enabled. */
power_meter_config_t power_meter_default_config(void);

/** Prepares a meter; sensors without an enabled channel are never addressed. */
void power_meter_init(power_meter_t *meter, const power_meter_config_t *config, const ina3221_bus_t *bus);

/**
 * Does what is due at `now_us`: polls each sensor whose time has come and integrates what it read.
 * @return when to poll next, on the same clock
 */
int64_t power_meter_poll(power_meter_t *meter, int64_t now_us);

/** Whether clients may subscribe to `channel`, 1 to 6. */
bool power_meter_has_channel(const power_meter_t *meter, unsigned channel);

/** How far a calibration may be from the configured shunt: more is a wrong shunt or a wrong reading. */
#define POWER_METER_CALIBRATION_PERCENT 20
/** Sixteen LSB of 40 uV, eight times what the datasheet allows the sensor. */
#define POWER_METER_MAX_OFFSET_LSB256 4096

/**
 * Reads a channel with another calibration from now on.
 * @param channel  1 to 6
 * @param calibration  NULL: the configured one again
 * @return false, and nothing changes, when it is no plausible one
 */
bool power_meter_calibrate(power_meter_t *meter, unsigned channel, const energy_calibration_t *calibration);

/** Says what a channel's lifetime energy is now; it goes on from there. */
void power_meter_set_lifetime(power_meter_t *meter, unsigned channel, uint64_t lifetime_uj);

/** @param channel  1 to 6 */
power_meter_snapshot_t power_meter_snapshot(const power_meter_t *meter, unsigned channel, int64_t now_us);
