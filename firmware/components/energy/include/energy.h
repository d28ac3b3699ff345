/**
 * @file
 * Exact integration of one channel's power and current: integers only, no rounding that accumulates.
 *
 * With the shunt R in uOhm, an offset in 1/256 LSB and s = 256 * raw_shunt - offset:
 *   1 uJ = 6400 * R units of 8 * s * raw_bus * dt_us   (LSBs of 40 uV and 8 mV)
 *   1 uC =   32 * R units of 5 * s * dt_us
 * Whole uJ and uC are carried into 64-bit counters, the remainder is kept.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Longest time one reading may stand for; keeps every product within 63 bits. */
#define ENERGY_MAX_DT_US (1 << 26)
#define ENERGY_MAX_SHUNT_UOHM 10000000u
#define ENERGY_MAX_OFFSET_LSB256 (1 << 20)

typedef struct {
    /** The shunt; a calibrated gain is folded in (1 % too much read: a shunt 1 % larger). Not 0. */
    uint32_t shunt_uohm;
    /** What the sensor reads at no current, in 1/256 LSB of 40 uV; within +-ENERGY_MAX_OFFSET_LSB256. */
    int32_t offset_lsb256;
} energy_calibration_t;

/** A counter of whole units that keeps what is less than one. */
typedef struct {
    uint64_t whole;
    uint64_t remainder;
} energy_counter_t;

typedef struct {
    /** Of the sensor: full scale reached, so the true value may lie beyond. */
    bool overrange;
    /** Signed register values. */
    int16_t shunt_raw;
    int16_t bus_raw;
} energy_reading_t;

/** How long a gap or an overrange is flagged after it: the usual interval of datagrams. */
#define ENERGY_FLAG_HOLD_US 1000000

/** One channel since boot. Until the first reading nothing is counted, not even a gap. */
typedef struct {
    energy_calibration_t calibration;
    /** Typical length of the sensor's cycle. */
    uint32_t cycle_us;

    energy_counter_t imported_uj;
    energy_counter_t exported_uj;
    energy_counter_t imported_uc;
    energy_counter_t exported_uc;

    /** When the last reading was ready; valid once started. */
    int64_t last_ready_us;
    bool started;
    energy_reading_t last;
    /** Slow mean of the shunt, 1/65536 LSB, to tell a reversed shunt from noise. */
    int32_t mean_shunt;

    /** Readings integrated. */
    uint64_t samples;
    /** Cycles whose reading was missed; the next reading stands for them. */
    uint32_t missed_cycles;
    /** Time for which nothing was integrated, because the sensor was silent. */
    uint64_t gap_us;
    uint32_t overrange_samples;
    /** When the last gap ended and the last overrange reading was ready; 0 for never. */
    int64_t last_gap_us;
    int64_t last_overrange_us;
} energy_channel_t;

void energy_init(energy_channel_t *channel, const energy_calibration_t *calibration, uint32_t cycle_us);

/** Whether a calibration is one that energy_add() can compute with. */
bool energy_calibration_valid(const energy_calibration_t *calibration);

/** Reads with another calibration from now on; what was counted stays, to less than 1 uJ and 1 uC. */
void energy_set_calibration(energy_channel_t *channel, const energy_calibration_t *calibration);

/**
 * Integrates a reading over the time since the one before. Up to 4 cycles it stands for all of that time and what was
 * missed is counted; after a longer silence it stands for one cycle and the rest is counted as a gap.
 * @param ready_us  when the reading was ready, not decreasing
 */
void energy_add(energy_channel_t *channel, const energy_reading_t *reading, int64_t ready_us);

/** Time not integrated up to now: the gaps, and the silence going on if it is longer than 4 cycles. */
uint64_t energy_gap_us(const energy_channel_t *channel, int64_t now_us);

/** Whether the channel is silent, or was within ENERGY_FLAG_HOLD_US. */
bool energy_in_gap(const energy_channel_t *channel, int64_t now_us);

/** Whether a reading within ENERGY_FLAG_HOLD_US was at the end of the sensor's range. */
bool energy_overrange(const energy_channel_t *channel, int64_t now_us);

/** The moment to which the counters belong: the last reading, or `now_us` in a silence. */
int64_t energy_time_us(const energy_channel_t *channel, int64_t now_us);

/** Current of the last reading in uA, calibrated, signed; beyond 32 bits the largest or the least number. */
int32_t energy_current_ua(const energy_channel_t *channel);

/** Bus voltage of the last reading in mV, at least 0. */
uint32_t energy_bus_mv(const energy_channel_t *channel);

/** Whether the current has flowed backwards for a while, more than noise and offset explain. */
bool energy_reversed(const energy_channel_t *channel);
