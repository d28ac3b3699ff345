#include "power_meter.h"

#include <string.h>

#define DEFAULT_SHUNT_UOHM 100000

static const uint8_t s_addresses[POWER_METER_SENSORS] = {0x41, 0x40};

power_meter_config_t power_meter_default_config(void)
{
    power_meter_config_t config = {.shunt_time = INA3221_TIME_1100_US, .bus_time = INA3221_TIME_332_US};
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        config.channels[i].calibration.shunt_uohm = DEFAULT_SHUNT_UOHM;
    }
    return config;
}

static unsigned channels_of(const power_meter_config_t *config, int sensor)
{
    unsigned count = 0;
    for (int c = 0; c < INA3221_CHANNELS; c++) {
        count += config->channels[sensor * INA3221_CHANNELS + c].enabled;
    }
    return count;
}

/**
 * A channel alone on its sensor has a cycle of 1.4 ms, and reading the other sensor may take 1.2 ms of it: its shunt is
 * then converted for four times as long, which makes the cycle about as long as that of three channels.
 */
static ina3221_time_t shunt_time(const power_meter_config_t *config, int sensor)
{
    bool shared = channels_of(config, 1 - sensor) > 0;
    bool longer = shared && channels_of(config, sensor) == 1 && config->shunt_time <= INA3221_TIME_2116_US;
    return longer ? (ina3221_time_t)(config->shunt_time + 2) : config->shunt_time;
}

void power_meter_init(power_meter_t *meter, const power_meter_config_t *config, const ina3221_bus_t *bus)
{
    memset(meter, 0, sizeof(*meter));
    meter->config = *config;
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        ina3221_config_t sensor = {
            .address = s_addresses[s], .shunt_time = shunt_time(config, s), .bus_time = config->bus_time};
        for (int c = 0; c < INA3221_CHANNELS; c++) {
            if (config->channels[s * INA3221_CHANNELS + c].enabled) {
                sensor.channels |= (uint8_t)(1u << c);
            }
        }
        ina3221_init(&meter->sensors[s], bus, &sensor);
        for (int c = 0; c < INA3221_CHANNELS; c++) {
            int i = s * INA3221_CHANNELS + c;
            energy_init(&meter->channels[i], &config->channels[i].calibration, meter->sensors[s].cycle_us);
        }
    }
}

static void integrate(power_meter_t *meter, int sensor, const ina3221_cycle_t *cycle)
{
    for (int c = 0; c < INA3221_CHANNELS; c++) {
        int i = sensor * INA3221_CHANNELS + c;
        uint8_t bit = (uint8_t)(1u << c);
        if (!meter->config.channels[i].enabled) {
            continue;
        }
        energy_reading_t reading = {
            .overrange = cycle->overrange & bit,
            .shunt_raw = cycle->shunt_raw[c],
            .bus_raw = cycle->bus_raw[c],
        };
        energy_add(&meter->channels[i], &reading, cycle->ready_us);
        meter->critical[i] = cycle->critical & bit;
        meter->warning[i] = cycle->warning & bit;
    }
}

int64_t power_meter_poll(power_meter_t *meter, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        ina3221_t *sensor = &meter->sensors[s];
        if (sensor->config.channels == 0) {
            continue;
        }
        if (now_us >= sensor->next_poll_us) {
            ina3221_cycle_t cycle;
            if (ina3221_poll(sensor, now_us, &cycle) == INA3221_CYCLE) {
                integrate(meter, s, &cycle);
            }
        }
        next_us = sensor->next_poll_us < next_us ? sensor->next_poll_us : next_us;
    }
    return next_us;
}

bool power_meter_has_channel(const power_meter_t *meter, unsigned channel)
{
    return channel >= 1 && channel <= POWER_METER_CHANNELS && meter->config.channels[channel - 1].enabled;
}

static bool plausible(const energy_calibration_t *calibration, uint32_t configured_uohm)
{
    uint64_t percent = (uint64_t)calibration->shunt_uohm * 100;
    return energy_calibration_valid(calibration) &&
           percent >= (uint64_t)configured_uohm * (100 - POWER_METER_CALIBRATION_PERCENT) &&
           percent <= (uint64_t)configured_uohm * (100 + POWER_METER_CALIBRATION_PERCENT) &&
           calibration->offset_lsb256 >= -POWER_METER_MAX_OFFSET_LSB256 &&
           calibration->offset_lsb256 <= POWER_METER_MAX_OFFSET_LSB256;
}

bool power_meter_calibrate(power_meter_t *meter, unsigned channel, const energy_calibration_t *calibration)
{
    unsigned index = channel - 1;
    const energy_calibration_t *configured = &meter->config.channels[index].calibration;
    if (calibration && !plausible(calibration, configured->shunt_uohm)) {
        return false;
    }
    energy_set_calibration(&meter->channels[index], calibration ? calibration : configured);
    meter->calibrated[index] = calibration != NULL;
    return true;
}

void power_meter_set_lifetime(power_meter_t *meter, unsigned channel, uint64_t lifetime_uj)
{
    unsigned index = channel - 1;
    meter->lifetime_base_uj[index] = lifetime_uj - meter->channels[index].imported_uj.whole;
    meter->lifetime_known[index] = true;
}

static uint32_t flags(const power_meter_t *meter, unsigned index, int64_t now_us)
{
    const energy_channel_t *channel = &meter->channels[index];
    uint32_t set = 0;
    set |= energy_overrange(channel, now_us) ? POWER_METER_FLAG_OVERRANGE : 0;
    set |= energy_in_gap(channel, now_us) ? POWER_METER_FLAG_GAP : 0;
    set |= ina3221_online(&meter->sensors[index / INA3221_CHANNELS]) ? 0 : POWER_METER_FLAG_OFFLINE;
    set |= energy_reversed(channel) ? POWER_METER_FLAG_REVERSED : 0;
    set |= meter->critical[index] ? POWER_METER_FLAG_CRITICAL : 0;
    set |= meter->warning[index] ? POWER_METER_FLAG_WARNING : 0;
    set |= meter->calibrated[index] ? POWER_METER_FLAG_CALIBRATED : 0;
    return set;
}

power_meter_snapshot_t power_meter_snapshot(const power_meter_t *meter, unsigned channel, int64_t now_us)
{
    unsigned index = channel - 1;
    const energy_channel_t *energy = &meter->channels[index];
    return (power_meter_snapshot_t){
        .time_us = (uint64_t)energy_time_us(energy, now_us),
        .imported_uj = energy->imported_uj.whole,
        .exported_uj = energy->exported_uj.whole,
        .imported_uc = energy->imported_uc.whole,
        .current_ua = energy_current_ua(energy),
        .bus_voltage_mv = energy_bus_mv(energy),
        .samples = energy->samples,
        .missed_cycles = energy->missed_cycles,
        .gap_us = energy_gap_us(energy, now_us),
        .overrange_samples = energy->overrange_samples,
        .sensor_errors = meter->sensors[index / INA3221_CHANNELS].errors,
        .shunt_uohm = energy->calibration.shunt_uohm,
        .offset_lsb256 = energy->calibration.offset_lsb256,
        .lifetime_uj = meter->lifetime_known[index] ? meter->lifetime_base_uj[index] + energy->imported_uj.whole : 0,
        .flags = flags(meter, index, now_us),
    };
}
