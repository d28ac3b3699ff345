/**
 * @file
 * The meter on a hostile bus: any register values, failures at any time, time steps of any length. The counters are
 * those of an integration in 128 bits, and no time is counted twice.
 */
#include <string.h>

#include "fuzz_target.h"
#include "power_meter.h"

#define MAX_NOW_US (INT64_C(1) << 60)
/** A poll may find that it has to look again at once, but not for ever. */
#define MAX_POLLS_AT_ONCE 4

__extension__ typedef unsigned __int128 units_t;

typedef struct {
    fuzz_input_t *input;
    uint16_t configuration[2];
} bus_t;

/** One channel, integrated as the specification of energy_add() says. */
typedef struct {
    int64_t first_ready_us;
    int64_t last_ready_us;
    units_t imported_uj, exported_uj, imported_uc, exported_uc;
    uint64_t gap_us, samples;
    uint32_t missed_cycles, overrange_samples;
    bool started;
    power_meter_snapshot_t snapshot;
} reference_t;

static unsigned sensor_of(uint8_t address)
{
    HOLDS(address == 0x40 || address == 0x41);
    return address & 1;
}

static uint16_t expected(bus_t *bus, uint8_t address, uint8_t reg)
{
    switch (reg) {
    case INA3221_REG_CONFIGURATION:
        return bus->configuration[sensor_of(address)];
    case INA3221_REG_MANUFACTURER_ID:
        return INA3221_MANUFACTURER_ID;
    case INA3221_REG_DIE_ID:
        return INA3221_DIE_ID;
    case INA3221_REG_MASK_ENABLE:
        return INA3221_MASK_CONVERSION_READY;
    default:
        return (uint16_t)fuzz_number(bus->input, 2);
    }
}

static int read_register(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    bus_t *bus = ctx;
    sensor_of(address);
    unsigned how = fuzz_below(bus->input, 16);
    if (how == 0) {
        return 1;
    }
    *value = how == 1 ? (uint16_t)fuzz_number(bus->input, 2) : expected(bus, address, reg);
    return 0;
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    bus_t *bus = ctx;
    HOLDS(reg == INA3221_REG_CONFIGURATION);
    if (fuzz_below(bus->input, 16) == 0) {
        return 1;
    }
    bus->configuration[sensor_of(address)] = value;
    return 0;
}

static power_meter_config_t read_config(fuzz_input_t *input)
{
    power_meter_config_t config = {.shunt_time = fuzz_below(input, 8), .bus_time = fuzz_below(input, 8)};
    unsigned enabled = fuzz_below(input, 64);
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        config.channels[i].enabled = enabled >> i & 1;
        config.channels[i].calibration.shunt_uohm = 1 + (uint32_t)(fuzz_number(input, 3) % ENERGY_MAX_SHUNT_UOHM);
        config.channels[i].calibration.offset_lsb256 = (int32_t)(fuzz_number(input, 3) % ((1 << 21) + 1)) - (1 << 20);
    }
    return config;
}

static unsigned enabled_on(const power_meter_config_t *config, unsigned sensor)
{
    unsigned enabled = 0;
    for (unsigned i = 0; i < INA3221_CHANNELS; i++) {
        enabled += config->channels[sensor * INA3221_CHANNELS + i].enabled;
    }
    return enabled;
}

/** A channel alone beside another sensor has its shunt converted for four times as long, two settings on. */
static int64_t cycle_us(const power_meter_config_t *config, unsigned channel)
{
    unsigned sensor = channel / INA3221_CHANNELS;
    unsigned enabled = enabled_on(config, sensor);
    bool longer = enabled == 1 && enabled_on(config, 1 - sensor) > 0 && config->shunt_time <= INA3221_TIME_2116_US;
    ina3221_time_t shunt_time = config->shunt_time + (longer ? 2 : 0);
    return (int64_t)enabled * (ina3221_conversion_us(shunt_time) + ina3221_conversion_us(config->bus_time));
}

static int64_t signed_shunt(const energy_channel_t *channel)
{
    return (int64_t)channel->last.shunt_raw * 256 - channel->calibration.offset_lsb256;
}

static void add_reading(reference_t *reference, const energy_channel_t *channel, int64_t cycle, int64_t ready_us)
{
    if (!reference->started) {
        reference->started = true;
        reference->first_ready_us = reference->last_ready_us = ready_us;
        return;
    }
    int64_t elapsed_us = ready_us - reference->last_ready_us;
    reference->last_ready_us = ready_us;
    if (elapsed_us == 0) {
        return;
    }
    int64_t dt_us = elapsed_us > 4 * cycle ? cycle : elapsed_us;
    reference->gap_us += (uint64_t)(elapsed_us - dt_us);
    if (2 * dt_us > 3 * cycle) {
        reference->missed_cycles += (uint32_t)((2 * dt_us + cycle) / (2 * cycle) - 1);
    }
    reference->samples++;
    reference->overrange_samples += channel->last.overrange;
    int64_t shunt = signed_shunt(channel);
    units_t charge = (units_t)(shunt < 0 ? -shunt : shunt) * (units_t)dt_us * 5;
    units_t energy = channel->last.bus_raw > 0 ? charge / 5 * 8 * (units_t)channel->last.bus_raw : 0;
    *(shunt < 0 ? &reference->exported_uj : &reference->imported_uj) += energy;
    *(shunt < 0 ? &reference->exported_uc : &reference->imported_uc) += charge;
}

static void check_counter(const energy_counter_t *counter, units_t reference, units_t units_per_whole)
{
    HOLDS(counter->remainder < units_per_whole);
    HOLDS(counter->whole * units_per_whole + counter->remainder == reference);
}

static int32_t saturated(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

static void check_snapshot(const power_meter_t *meter, unsigned index, reference_t *reference, int64_t now_us)
{
    const energy_channel_t *channel = &meter->channels[index];
    power_meter_snapshot_t snapshot = power_meter_snapshot(meter, index + 1, now_us);
    const power_meter_snapshot_t *before = &reference->snapshot;
    HOLDS(snapshot.time_us >= before->time_us && snapshot.time_us <= (uint64_t)now_us);
    HOLDS(snapshot.imported_uj >= before->imported_uj && snapshot.exported_uj >= before->exported_uj);
    HOLDS(snapshot.imported_uc >= before->imported_uc && snapshot.samples >= before->samples);
    HOLDS(snapshot.gap_us >= before->gap_us && snapshot.gap_us >= reference->gap_us);
    HOLDS(snapshot.sensor_errors >= before->sensor_errors);
    if (reference->started) {
        HOLDS(snapshot.gap_us <= (uint64_t)(now_us - reference->first_ready_us));
        HOLDS(snapshot.current_ua ==
              saturated(signed_shunt(channel) * 40000000 / (256 * (int64_t)channel->calibration.shunt_uohm)));
    } else {
        HOLDS(snapshot.imported_uj == 0 && snapshot.imported_uc == 0 && snapshot.gap_us == 0);
    }
    reference->snapshot = snapshot;
}

static void check_channel(const power_meter_t *meter, unsigned index, reference_t *reference, int64_t now_us)
{
    const energy_channel_t *channel = &meter->channels[index];
    units_t shunt_uohm = channel->calibration.shunt_uohm;
    HOLDS(channel->started == reference->started && channel->last_ready_us == reference->last_ready_us);
    HOLDS(channel->samples == reference->samples && channel->gap_us == reference->gap_us);
    HOLDS(channel->missed_cycles == reference->missed_cycles);
    HOLDS(channel->overrange_samples == reference->overrange_samples);
    check_counter(&channel->imported_uj, reference->imported_uj, 6400 * shunt_uohm);
    check_counter(&channel->exported_uj, reference->exported_uj, 6400 * shunt_uohm);
    check_counter(&channel->imported_uc, reference->imported_uc, 32 * shunt_uohm);
    check_counter(&channel->exported_uc, reference->exported_uc, 32 * shunt_uohm);
    check_snapshot(meter, index, reference, now_us);
}

static int64_t poll(power_meter_t *meter, reference_t references[POWER_METER_CHANNELS], int64_t now_us)
{
    uint64_t cycles[POWER_METER_SENSORS];
    for (unsigned s = 0; s < POWER_METER_SENSORS; s++) {
        cycles[s] = meter->sensors[s].cycles;
    }
    int64_t next_us = power_meter_poll(meter, now_us);
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        uint64_t read = meter->sensors[i / INA3221_CHANNELS].cycles - cycles[i / INA3221_CHANNELS];
        HOLDS(read <= 1);
        if (meter->config.channels[i].enabled) {
            if (read == 1) {
                add_reading(&references[i], &meter->channels[i], cycle_us(&meter->config, i), now_us);
            }
            check_channel(meter, i, &references[i], now_us);
        }
    }
    return next_us;
}

/** The reference goes on from what was counted: whole units stay, the rest is less than one. */
static void rebase(units_t *reference, const energy_counter_t *counter, uint64_t whole_before, units_t units_per_whole)
{
    HOLDS(counter->whole == whole_before && counter->remainder < units_per_whole);
    *reference = counter->whole * units_per_whole + counter->remainder;
}

static void calibrate(power_meter_t *meter, reference_t references[POWER_METER_CHANNELS], fuzz_input_t *input)
{
    unsigned index = fuzz_below(input, POWER_METER_CHANNELS);
    energy_channel_t before = meter->channels[index];
    energy_calibration_t calibration = {
        .shunt_uohm = before.calibration.shunt_uohm + (uint32_t)fuzz_number(input, 2),
        .offset_lsb256 = (int16_t)fuzz_number(input, 2),
    };
    if (!power_meter_calibrate(meter, index + 1, fuzz_below(input, 4) != 0 ? &calibration : NULL)) {
        HOLDS(before.calibration.shunt_uohm == meter->channels[index].calibration.shunt_uohm &&
              before.calibration.offset_lsb256 == meter->channels[index].calibration.offset_lsb256);
        return;
    }
    const energy_channel_t *channel = &meter->channels[index];
    units_t shunt_uohm = channel->calibration.shunt_uohm;
    reference_t *reference = &references[index];
    rebase(&reference->imported_uj, &channel->imported_uj, before.imported_uj.whole, 6400 * shunt_uohm);
    rebase(&reference->exported_uj, &channel->exported_uj, before.exported_uj.whole, 6400 * shunt_uohm);
    rebase(&reference->imported_uc, &channel->imported_uc, before.imported_uc.whole, 32 * shunt_uohm);
    rebase(&reference->exported_uc, &channel->exported_uc, before.exported_uc.whole, 32 * shunt_uohm);
}

static int64_t later(fuzz_input_t *input, int64_t now_us, int64_t next_us)
{
    unsigned how = fuzz_below(input, 8);
    if (how < 5 && next_us < MAX_NOW_US) {
        return next_us;
    }
    int64_t step_us = (int64_t)fuzz_number(input, 2);
    return now_us + (how == 7 ? step_us << fuzz_below(input, 32) : step_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    bus_t bus = {.input = &input};
    ina3221_bus_t driver = {.read_register = read_register, .write_register = write_register, .ctx = &bus};
    power_meter_config_t config = read_config(&input);
    power_meter_t meter;
    power_meter_init(&meter, &config, &driver);
    reference_t references[POWER_METER_CHANNELS];
    memset(references, 0, sizeof(references));
    int64_t now_us = (int64_t)fuzz_number(&input, 5);
    while (input.left > 0 && now_us < MAX_NOW_US) {
        int64_t next_us = poll(&meter, references, now_us);
        for (unsigned polls = 1; next_us <= now_us; polls++) {
            HOLDS(polls < MAX_POLLS_AT_ONCE);
            next_us = poll(&meter, references, now_us);
        }
        if (fuzz_below(&input, 64) == 63) {
            calibrate(&meter, references, &input);
        }
        now_us = later(&input, now_us, next_us);
    }
    return 0;
}
