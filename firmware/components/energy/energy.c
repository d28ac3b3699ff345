#include "energy.h"

#include <string.h>

#define UJ_UNITS_PER_UOHM 6400u
#define UC_UNITS_PER_UOHM 32u
/** A reading may stand for so many cycles; the chip's clock alone explains 1.1. */
#define HELD_CYCLES 4
/** Weight of a reading in the slow mean, 1/2^n. */
#define MEAN_SHIFT 7
/** -3 LSB: twice the datasheet's maximum offset of 80 uV is 4 LSB, its typical one 1. */
#define REVERSED_MEAN (-3 * 65536)
#define BUS_LSB_MV 8
#define SHUNT_LSB_UV 40

void energy_init(energy_channel_t *channel, const energy_calibration_t *calibration, uint32_t cycle_us)
{
    memset(channel, 0, sizeof(*channel));
    channel->calibration = *calibration;
    channel->cycle_us = cycle_us;
}

bool energy_calibration_valid(const energy_calibration_t *calibration)
{
    return calibration->shunt_uohm >= 1 && calibration->shunt_uohm <= ENERGY_MAX_SHUNT_UOHM &&
           calibration->offset_lsb256 >= -ENERGY_MAX_OFFSET_LSB256 &&
           calibration->offset_lsb256 <= ENERGY_MAX_OFFSET_LSB256;
}

/** The units of a remainder are proportional to the shunt. Below 6400 * 10^7 * 10^7, so within 64 bits. */
static void rescale(energy_counter_t *counter, uint64_t shunt_uohm_before, uint64_t shunt_uohm)
{
    counter->remainder = counter->remainder * shunt_uohm / shunt_uohm_before;
}

void energy_set_calibration(energy_channel_t *channel, const energy_calibration_t *calibration)
{
    uint64_t before = channel->calibration.shunt_uohm;
    rescale(&channel->imported_uj, before, calibration->shunt_uohm);
    rescale(&channel->exported_uj, before, calibration->shunt_uohm);
    rescale(&channel->imported_uc, before, calibration->shunt_uohm);
    rescale(&channel->exported_uc, before, calibration->shunt_uohm);
    channel->mean_shunt += (channel->calibration.offset_lsb256 - calibration->offset_lsb256) * 256;
    channel->calibration = *calibration;
}

static void count(energy_counter_t *counter, uint64_t units, uint64_t units_per_whole)
{
    uint64_t sum = counter->remainder + units;
    counter->whole += sum / units_per_whole;
    counter->remainder = sum % units_per_whole;
}

/** The shunt's value above its offset in 1/256 LSB. */
static int64_t shunt_lsb256(const energy_channel_t *channel, const energy_reading_t *reading)
{
    return (int64_t)reading->shunt_raw * 256 - channel->calibration.offset_lsb256;
}

static void integrate(energy_channel_t *channel, const energy_reading_t *reading, int64_t dt_us)
{
    int64_t shunt = shunt_lsb256(channel, reading);
    uint64_t magnitude = (uint64_t)(shunt < 0 ? -shunt : shunt);
    uint64_t bus = reading->bus_raw > 0 ? (uint64_t)reading->bus_raw : 0;
    uint64_t shunt_uohm = channel->calibration.shunt_uohm;
    uint64_t energy = 8 * magnitude * bus * (uint64_t)dt_us;
    uint64_t charge = 5 * magnitude * (uint64_t)dt_us;
    count(shunt < 0 ? &channel->exported_uj : &channel->imported_uj, energy, UJ_UNITS_PER_UOHM * shunt_uohm);
    count(shunt < 0 ? &channel->exported_uc : &channel->imported_uc, charge, UC_UNITS_PER_UOHM * shunt_uohm);
}

void energy_add(energy_channel_t *channel, const energy_reading_t *reading, int64_t ready_us)
{
    channel->last = *reading;
    channel->mean_shunt += (int32_t)((shunt_lsb256(channel, reading) * 256 - channel->mean_shunt) >> MEAN_SHIFT);
    if (!channel->started) {
        channel->started = true;
        channel->last_ready_us = ready_us;
        return;
    }
    int64_t dt_us = ready_us - channel->last_ready_us;
    int64_t cycle_us = channel->cycle_us;
    channel->last_ready_us = ready_us;
    if (dt_us <= 0) {
        return;
    }
    if (dt_us > HELD_CYCLES * cycle_us) {
        channel->gap_us += (uint64_t)(dt_us - cycle_us);
        channel->last_gap_us = ready_us;
        dt_us = cycle_us;
    } else if (2 * dt_us > 3 * cycle_us) {
        channel->missed_cycles += (uint32_t)((dt_us + cycle_us / 2) / cycle_us - 1);
    }
    if (reading->overrange) {
        channel->overrange_samples++;
        channel->last_overrange_us = ready_us;
    }
    channel->samples++;
    integrate(channel, reading, dt_us);
}

static bool silent(const energy_channel_t *channel, int64_t now_us)
{
    return channel->started && now_us - channel->last_ready_us > HELD_CYCLES * (int64_t)channel->cycle_us;
}

uint64_t energy_gap_us(const energy_channel_t *channel, int64_t now_us)
{
    uint64_t ongoing_us = silent(channel, now_us) ? (uint64_t)(now_us - channel->last_ready_us) - channel->cycle_us : 0;
    return channel->gap_us + ongoing_us;
}

static bool held(int64_t event_us, int64_t now_us)
{
    return event_us != 0 && now_us - event_us < ENERGY_FLAG_HOLD_US;
}

bool energy_in_gap(const energy_channel_t *channel, int64_t now_us)
{
    return silent(channel, now_us) || held(channel->last_gap_us, now_us);
}

bool energy_overrange(const energy_channel_t *channel, int64_t now_us)
{
    return held(channel->last_overrange_us, now_us);
}

int64_t energy_time_us(const energy_channel_t *channel, int64_t now_us)
{
    return !channel->started || silent(channel, now_us) ? now_us : channel->last_ready_us;
}

int32_t energy_current_ua(const energy_channel_t *channel)
{
    int64_t numerator = shunt_lsb256(channel, &channel->last) * (SHUNT_LSB_UV * INT64_C(1000000));
    int64_t current_ua = numerator / (256 * (int64_t)channel->calibration.shunt_uohm);
    if (current_ua > INT32_MAX) {
        return INT32_MAX;
    }
    return current_ua > INT32_MIN ? (int32_t)current_ua : INT32_MIN;
}

uint32_t energy_bus_mv(const energy_channel_t *channel)
{
    return channel->last.bus_raw > 0 ? (uint32_t)channel->last.bus_raw * BUS_LSB_MV : 0;
}

bool energy_reversed(const energy_channel_t *channel)
{
    return channel->mean_shunt < REVERSED_MEAN;
}
