#include "ina3221.h"

#include <string.h>

/** Between polls while a cycle is awaited: a register read takes about 155 us at 400 kHz. */
#define POLL_US 200
/** Polling starts at this share of the typical cycle, in %: the chip may be up to 10 % fast. */
#define EARLIEST_PERCENT 85
/** After a cycle that was ready when first looked at: it may have been so for long, and the next one be near. */
#define EARLIEST_AFTER_LATE_PERCENT 50
/** Between attempts to find a sensor that is absent or silent. */
#define ABSENT_RETRY_US 100000
/** After one failed transfer. */
#define FAILURE_RETRY_US 1000
/** So many failures in a row and the sensor is configured anew. */
#define FAILURES_UNTIL_ABSENT 5
/** So often the Configuration register is read back. */
#define CHECK_US 1000000
/** No cycle for so many typical ones: look whether the configuration was lost. */
#define SILENT_CYCLES 3
/** No cycle for so many typical ones though the configuration is right: configure anew. */
#define STUCK_CYCLES 20

static const uint16_t s_conversion_us[] = {140, 204, 332, 588, 1100, 2116, 4156, 8244};

uint32_t ina3221_conversion_us(ina3221_time_t time)
{
    return s_conversion_us[time & INA3221_CONFIGURATION_FIELD_MASK];
}

void ina3221_init(ina3221_t *sensor, const ina3221_bus_t *bus, const ina3221_config_t *config)
{
    memset(sensor, 0, sizeof(*sensor));
    sensor->bus = *bus;
    sensor->config = *config;
    sensor->state = INA3221_ABSENT;
    uint16_t configuration = INA3221_MODE_CONTINUOUS | INA3221_MODE_BUS | INA3221_MODE_SHUNT;
    configuration |= (uint16_t)(config->bus_time << INA3221_CONFIGURATION_BUS_TIME_SHIFT);
    configuration |= (uint16_t)(config->shunt_time << INA3221_CONFIGURATION_SHUNT_TIME_SHIFT);
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        if (config->channels & (1u << channel)) {
            configuration |= INA3221_CONFIGURATION_CHANNEL(channel);
            sensor->cycle_us += ina3221_conversion_us(config->shunt_time) + ina3221_conversion_us(config->bus_time);
        }
    }
    sensor->configuration = configuration;
}

bool ina3221_online(const ina3221_t *sensor)
{
    return sensor->state == INA3221_RUNNING;
}

static bool read_register(ina3221_t *sensor, uint8_t reg, uint16_t *value)
{
    return sensor->bus.read_register(sensor->bus.ctx, sensor->config.address, reg, value) == 0;
}

static ina3221_result_t fail(ina3221_t *sensor, int64_t now_us)
{
    sensor->errors++;
    sensor->next_poll_us = now_us + FAILURE_RETRY_US;
    if (++sensor->failures_in_a_row >= FAILURES_UNTIL_ABSENT) {
        sensor->state = INA3221_ABSENT;
        sensor->failures_in_a_row = 0;
        sensor->next_poll_us = now_us + ABSENT_RETRY_US;
    }
    return INA3221_ERROR;
}

/** Writes the configuration, which also starts a new cycle. */
static bool configure(ina3221_t *sensor, int64_t now_us)
{
    if (sensor->bus.write_register(sensor->bus.ctx, sensor->config.address, INA3221_REG_CONFIGURATION,
                                   sensor->configuration) != 0) {
        return false;
    }
    sensor->last_progress_us = now_us;
    sensor->next_check_us = now_us + CHECK_US;
    sensor->next_poll_us = now_us + (int64_t)sensor->cycle_us * EARLIEST_PERCENT / 100;
    sensor->awaited = false;
    return true;
}

static ina3221_result_t find(ina3221_t *sensor, int64_t now_us)
{
    uint16_t manufacturer = 0;
    uint16_t die = 0;
    bool found = read_register(sensor, INA3221_REG_MANUFACTURER_ID, &manufacturer) &&
                 read_register(sensor, INA3221_REG_DIE_ID, &die) && manufacturer == INA3221_MANUFACTURER_ID &&
                 die == INA3221_DIE_ID && configure(sensor, now_us);
    if (!found) {
        sensor->errors++;
        sensor->next_poll_us = now_us + ABSENT_RETRY_US;
        return INA3221_ERROR;
    }
    sensor->state = INA3221_RUNNING;
    sensor->failures_in_a_row = 0;
    return INA3221_WAIT;
}

/** Configures the sensor anew if it lost its configuration, as after a brown-out. */
static ina3221_result_t check_configuration(ina3221_t *sensor, int64_t now_us)
{
    uint16_t configuration = 0;
    if (!read_register(sensor, INA3221_REG_CONFIGURATION, &configuration)) {
        return fail(sensor, now_us);
    }
    sensor->failures_in_a_row = 0;
    sensor->next_check_us = now_us + CHECK_US;
    if (configuration == sensor->configuration) {
        return INA3221_WAIT;
    }
    sensor->resets++;
    if (!configure(sensor, now_us)) {
        return fail(sensor, now_us);
    }
    return INA3221_WAIT;
}

/** No cycle is ready: later, if it isn't too late already. */
static ina3221_result_t await(ina3221_t *sensor, int64_t now_us)
{
    int64_t silent_us = now_us - sensor->last_progress_us;
    sensor->failures_in_a_row = 0;
    sensor->awaited = true;
    sensor->next_poll_us = now_us + POLL_US;
    if (silent_us <= (int64_t)sensor->cycle_us * SILENT_CYCLES) {
        return INA3221_WAIT;
    }
    ina3221_result_t checked = check_configuration(sensor, now_us);
    bool configured_anew = sensor->last_progress_us == now_us;
    if (checked == INA3221_WAIT && !configured_anew && silent_us > (int64_t)sensor->cycle_us * STUCK_CYCLES) {
        sensor->state = INA3221_ABSENT;
        sensor->errors++;
        return INA3221_ERROR;
    }
    return checked;
}

/** A register's upper 13 bits as the signed number they are. */
static int16_t signed_raw(uint16_t value)
{
    return (int16_t)(((int32_t)(value >> 3) ^ 0x1000) - 0x1000);
}

static bool at_full_scale(int16_t raw)
{
    return raw >= INA3221_RAW_MAX || raw <= INA3221_RAW_MIN + 1;
}

static bool read_cycle(ina3221_t *sensor, ina3221_cycle_t *cycle)
{
    memset(cycle, 0, sizeof(*cycle));
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        if (!(sensor->config.channels & (1u << channel))) {
            continue;
        }
        uint16_t shunt = 0;
        uint16_t bus = 0;
        if (!read_register(sensor, INA3221_REG_SHUNT(channel), &shunt) ||
            !read_register(sensor, INA3221_REG_BUS(channel), &bus)) {
            return false;
        }
        cycle->shunt_raw[channel] = signed_raw(shunt);
        cycle->bus_raw[channel] = signed_raw(bus);
        if (at_full_scale(cycle->shunt_raw[channel]) || at_full_scale(cycle->bus_raw[channel])) {
            cycle->overrange |= (uint8_t)(1u << channel);
        }
        if (sensor->latched_mask & INA3221_MASK_CRITICAL(channel)) {
            cycle->critical |= (uint8_t)(1u << channel);
        }
        if (sensor->latched_mask & INA3221_MASK_WARNING(channel)) {
            cycle->warning |= (uint8_t)(1u << channel);
        }
    }
    return true;
}

ina3221_result_t ina3221_poll(ina3221_t *sensor, int64_t now_us, ina3221_cycle_t *cycle)
{
    if (now_us < sensor->next_poll_us) {
        return INA3221_WAIT;
    }
    if (sensor->state == INA3221_ABSENT) {
        return find(sensor, now_us);
    }
    if (now_us >= sensor->next_check_us) {
        ina3221_result_t checked = check_configuration(sensor, now_us);
        if (checked != INA3221_WAIT || now_us < sensor->next_poll_us) {
            return checked;
        }
    }
    uint16_t mask = 0;
    if (!read_register(sensor, INA3221_REG_MASK_ENABLE, &mask)) {
        return fail(sensor, now_us);
    }
    sensor->latched_mask |= mask;
    if (!(mask & INA3221_MASK_CONVERSION_READY)) {
        return await(sensor, now_us);
    }
    if (!read_cycle(sensor, cycle)) {
        return fail(sensor, now_us);
    }
    sensor->failures_in_a_row = 0;
    sensor->latched_mask = 0;
    sensor->cycles++;
    sensor->last_progress_us = now_us;
    int percent = sensor->awaited ? EARLIEST_PERCENT : EARLIEST_AFTER_LATE_PERCENT;
    sensor->next_poll_us = now_us + (int64_t)sensor->cycle_us * percent / 100;
    sensor->awaited = false;
    cycle->ready_us = now_us;
    return INA3221_CYCLE;
}
