#include "emulated_ina3221_alerts.h"

#include <string.h>

#define LIMIT_AT_POWER_ON 0x7FF8
#define SUM_LIMIT_AT_POWER_ON 0x7FFE
#define MASK_AT_POWER_ON MASK_TIMING_CONTROL
#define POWER_VALID_UPPER_AT_POWER_ON 0x2710
#define POWER_VALID_LOWER_AT_POWER_ON 0x2328
/** Bits of Mask/Enable, for this file alone: the driver needs none of them. */
#define MASK_SUM_CHANNEL(channel) (0x4000 >> (channel))
#define MASK_WARNING_LATCH 0x0800
#define MASK_CRITICAL_LATCH 0x0400
#define MASK_SUM 0x0040
#define MASK_POWER_VALID 0x0004
/** Low after an alert. */
#define MASK_TIMING_CONTROL 0x0002
#define MASK_ALL_CRITICAL (INA3221_MASK_CRITICAL(0) | INA3221_MASK_CRITICAL(1) | INA3221_MASK_CRITICAL(2) | MASK_SUM)
#define MASK_ALL_WARNING (INA3221_MASK_WARNING(0) | INA3221_MASK_WARNING(1) | INA3221_MASK_WARNING(2))
/** Bits of Mask/Enable a write changes: summation channels and alert latches. */
#define MASK_WRITABLE 0x7C00
/** Flags a read of Mask/Enable clears: CF, SF, WF and conversion-ready. */
#define MASK_CLEARED_BY_READ (MASK_ALL_CRITICAL | MASK_ALL_WARNING | INA3221_MASK_CONVERSION_READY)
/** A rail counts as up from 1.2 V on (section 7.3.2.4). */
#define RAIL_UP_LSB 150
/** From channel 1's bus voltage four cycles of six conversions, and two more to channel 2's: 28.6 ms at 1.1 ms. */
#define TIMING_CONVERSIONS 26

/** Keeps the condition, and latches its flag until Mask/Enable is read. */
static void set_alert(emulated_ina3221_t *sensor, uint16_t flag, bool exceeded)
{
    sensor->exceeded = (uint16_t)(exceeded ? sensor->exceeded | flag : sensor->exceeded & ~flag);
    sensor->mask_enable |= exceeded ? flag : 0;
}

static void finish_shunt(emulated_ina3221_t *sensor, int channel, int16_t single)
{
    int shunt = 2 * channel;
    sensor->single[channel] = single;
    set_alert(sensor, INA3221_MASK_CRITICAL(channel), single > (int16_t)sensor->critical_limit[channel] / 8);
    set_alert(sensor, INA3221_MASK_WARNING(channel),
              sensor->result[shunt] > (int16_t)sensor->warning_limit[channel] / 8);
}

/** Channel 2 must have its voltage a while after channel 1 got it; looked at once after power-on. */
static void watch_timing(emulated_ina3221_t *sensor)
{
    bool up = emulated_ina3221_is_bus(sensor->conversion) && sensor->result[sensor->conversion] >= RAIL_UP_LSB;
    int channel = emulated_ina3221_channel_of(sensor->conversion);
    if (sensor->timing == EMULATED_INA3221_TIMING_AWAITS_CHANNEL_1 && up && channel == 0) {
        sensor->timing = EMULATED_INA3221_TIMING_AWAITS_CHANNEL_2;
        sensor->timing_conversions = TIMING_CONVERSIONS;
    } else if (sensor->timing == EMULATED_INA3221_TIMING_AWAITS_CHANNEL_2) {
        bool late = --sensor->timing_conversions == 0;
        if (up && channel == 1) {
            sensor->timing = EMULATED_INA3221_TIMING_DONE;
        } else if (late) {
            sensor->timing = EMULATED_INA3221_TIMING_DONE;
            sensor->mask_enable &= (uint16_t)~MASK_TIMING_CONTROL;
        }
    }
}

void emulated_ina3221_alerts_converted(emulated_ina3221_t *sensor, int16_t single)
{
    if (!emulated_ina3221_is_bus(sensor->conversion)) {
        finish_shunt(sensor, emulated_ina3221_channel_of(sensor->conversion), single);
    }
    watch_timing(sensor);
}

static void sum_shunts(emulated_ina3221_t *sensor)
{
    sensor->sum = 0;
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        if (sensor->mask_enable & MASK_SUM_CHANNEL(channel)) {
            sensor->sum = (int16_t)(sensor->sum + sensor->single[channel]);
        }
    }
    set_alert(sensor, MASK_SUM, sensor->sum > (int16_t)sensor->sum_limit / 2);
}

static void compare_power_valid(emulated_ina3221_t *sensor)
{
    bool all_above_upper = true;
    bool any_below_lower = false;
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        int16_t bus = sensor->result[2 * channel + 1];
        all_above_upper &= bus > sensor->power_valid_upper / 8;
        any_below_lower |= bus < sensor->power_valid_lower / 8;
    }
    bool was_valid = (sensor->mask_enable & MASK_POWER_VALID) && !sensor->power_valid_sought;
    bool valid = was_valid ? !any_below_lower : all_above_upper;
    sensor->mask_enable = (uint16_t)((sensor->mask_enable & ~MASK_POWER_VALID) | (valid ? MASK_POWER_VALID : 0));
    sensor->power_valid_sought = false;
}

void emulated_ina3221_alerts_cycled(emulated_ina3221_t *sensor)
{
    if (sensor->configuration & INA3221_MODE_SHUNT) {
        sum_shunts(sensor);
    }
    if (sensor->configuration & INA3221_MODE_BUS) {
        compare_power_valid(sensor);
    }
}

void emulated_ina3221_alerts_reset(emulated_ina3221_t *sensor)
{
    sensor->mask_enable = MASK_AT_POWER_ON | (sensor->mask_enable & MASK_POWER_VALID);
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        sensor->critical_limit[channel] = LIMIT_AT_POWER_ON;
        sensor->warning_limit[channel] = LIMIT_AT_POWER_ON;
    }
    sensor->sum_limit = SUM_LIMIT_AT_POWER_ON;
    sensor->power_valid_upper = POWER_VALID_UPPER_AT_POWER_ON;
    sensor->power_valid_lower = POWER_VALID_LOWER_AT_POWER_ON;
    sensor->power_valid_sought = true;
    sensor->timing = EMULATED_INA3221_TIMING_AWAITS_CHANNEL_1;
    sensor->exceeded = 0;
    sensor->sum = 0;
    memset(sensor->single, 0, sizeof(sensor->single));
}

/** A channel's critical or warning limit; NULL for another register. */
static uint16_t *limit(emulated_ina3221_t *sensor, uint8_t reg)
{
    if (reg < INA3221_REG_CRITICAL_LIMIT(0) || reg > INA3221_REG_WARNING_LIMIT(2)) {
        return NULL;
    }
    int index = reg - INA3221_REG_CRITICAL_LIMIT(0);
    uint16_t *limits = index % 2 == 0 ? sensor->critical_limit : sensor->warning_limit;
    return &limits[index / 2];
}

uint16_t emulated_ina3221_alerts_read(emulated_ina3221_t *sensor, uint8_t reg)
{
    if (limit(sensor, reg)) {
        return *limit(sensor, reg);
    }
    switch (reg) {
    case INA3221_REG_MASK_ENABLE: {
        uint16_t mask = sensor->mask_enable;
        sensor->mask_enable &= (uint16_t)~MASK_CLEARED_BY_READ;
        return mask;
    }
    case INA3221_REG_SHUNT_SUM:
        return (uint16_t)(sensor->sum * 2);
    case INA3221_REG_SHUNT_SUM_LIMIT:
        return sensor->sum_limit;
    case INA3221_REG_POWER_VALID_UPPER:
        return sensor->power_valid_upper;
    case INA3221_REG_POWER_VALID_LOWER:
        return sensor->power_valid_lower;
    default:
        return 0;
    }
}

void emulated_ina3221_alerts_write(emulated_ina3221_t *sensor, uint8_t reg, uint16_t value)
{
    if (limit(sensor, reg)) {
        *limit(sensor, reg) = value & 0xFFF8;
        return;
    }
    switch (reg) {
    case INA3221_REG_SHUNT_SUM_LIMIT:
        sensor->sum_limit = value & 0xFFFE;
        break;
    case INA3221_REG_MASK_ENABLE:
        sensor->mask_enable = (uint16_t)((sensor->mask_enable & ~MASK_WRITABLE) | (value & MASK_WRITABLE));
        break;
    case INA3221_REG_POWER_VALID_UPPER:
        sensor->power_valid_upper = value & 0x7FF8;
        break;
    case INA3221_REG_POWER_VALID_LOWER:
        sensor->power_valid_lower = value & 0x7FF8;
        break;
    default:
        break;
    }
}

emulated_ina3221_pins_t emulated_ina3221_pins(const emulated_ina3221_t *sensor)
{
    uint16_t mask = sensor->mask_enable;
    uint16_t critical = mask & MASK_CRITICAL_LATCH ? mask : sensor->exceeded;
    uint16_t warning = mask & MASK_WARNING_LATCH ? mask : sensor->exceeded;
    return (emulated_ina3221_pins_t){
        .critical_low = critical & MASK_ALL_CRITICAL,
        .warning_low = warning & MASK_ALL_WARNING,
        .power_valid_high = mask & MASK_POWER_VALID,
        .timing_control_low = !(mask & MASK_TIMING_CONTROL),
    };
}
