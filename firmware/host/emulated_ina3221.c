#include "emulated_ina3221.h"

#include <math.h>
#include <string.h>

#define SHUNT_LSB_VOLTS 40e-6
#define BUS_LSB_VOLTS 8e-3
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
/** After power-down (section 7.3.1). */
#define RECOVERY_NS 40000

/** Datasheet section 6.5, typical. */
static const int64_t s_conversion_ns[] = {140000, 204000, 332000, 588000, 1100000, 2116000, 4156000, 8244000};
static const int s_averages[] = {1, 4, 16, 64, 128, 256, 512, 1024};

static int channel_of(int conversion)
{
    return conversion / 2;
}

static bool is_bus(int conversion)
{
    return conversion % 2 == 1;
}

static bool wanted(const emulated_ina3221_t *sensor, int conversion)
{
    uint16_t kind = is_bus(conversion) ? INA3221_MODE_BUS : INA3221_MODE_SHUNT;
    return (sensor->configuration & INA3221_CONFIGURATION_CHANNEL(channel_of(conversion))) &&
           (sensor->configuration & kind);
}

/** The first conversion wanted from `from` on, or -1. */
static int next_wanted(const emulated_ina3221_t *sensor, int from)
{
    for (int conversion = from; conversion < 2 * INA3221_CHANNELS; conversion++) {
        if (wanted(sensor, conversion)) {
            return conversion;
        }
    }
    return -1;
}

static unsigned field(const emulated_ina3221_t *sensor, unsigned shift)
{
    return (unsigned)(sensor->configuration >> shift) & INA3221_CONFIGURATION_FIELD_MASK;
}

static void start(emulated_ina3221_t *sensor, int conversion)
{
    sensor->conversion = conversion;
    sensor->integral = 0;
    if (conversion < 0) {
        return;
    }
    unsigned shift = is_bus(conversion) ? INA3221_CONFIGURATION_BUS_TIME_SHIFT : INA3221_CONFIGURATION_SHUNT_TIME_SHIFT;
    double typical_ns = (double)s_conversion_ns[field(sensor, shift)];
    sensor->conversion_ns = llround(typical_ns * (1 + sensor->specimen.clock_error));
    sensor->conversion_end_ns = sensor->now_ns + sensor->conversion_ns;
}

/** Keeps the condition, and latches its flag until Mask/Enable is read. */
static void set_alert(emulated_ina3221_t *sensor, uint16_t flag, bool exceeded)
{
    sensor->exceeded = (uint16_t)(exceeded ? sensor->exceeded | flag : sensor->exceeded & ~flag);
    sensor->mask_enable |= exceeded ? flag : 0;
}

static int16_t quantised(double lsb)
{
    return (int16_t)fmin(fmax(nearbyint(lsb), INA3221_RAW_MIN + 1), INA3221_RAW_MAX);
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
    bool up = is_bus(sensor->conversion) && sensor->result[sensor->conversion] >= RAIL_UP_LSB;
    int channel = channel_of(sensor->conversion);
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

static void finish(emulated_ina3221_t *sensor)
{
    int i = sensor->conversion;
    double volts = sensor->integral / (double)sensor->conversion_ns;
    double lsb = volts / BUS_LSB_VOLTS;
    if (!is_bus(i)) {
        lsb = (volts * (1 + sensor->specimen.gain_error) + sensor->specimen.offset_volts) / SHUNT_LSB_VOLTS;
    }
    if (sensor->specimen.noise_lsb > 0) {
        lsb += sensor->specimen.noise_lsb * random_normal(&sensor->random);
    }
    lsb = fmin(fmax(lsb, INA3221_RAW_MIN + 1), INA3221_RAW_MAX);
    int averages = s_averages[field(sensor, INA3221_CONFIGURATION_AVERAGING_SHIFT)];
    sensor->average[i] += (lsb - sensor->average[i]) / averages;
    int16_t single = quantised(lsb);
    sensor->result[i] = quantised(averages == 1 ? lsb : sensor->average[i]);
    if (!is_bus(i)) {
        finish_shunt(sensor, channel_of(i), single);
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

static void finish_and_go_on(emulated_ina3221_t *sensor)
{
    finish(sensor);
    int next = next_wanted(sensor, sensor->conversion + 1);
    if (next < 0) {
        sensor->mask_enable |= INA3221_MASK_CONVERSION_READY;
        if (sensor->configuration & INA3221_MODE_SHUNT) {
            sum_shunts(sensor);
        }
        if (sensor->configuration & INA3221_MODE_BUS) {
            compare_power_valid(sensor);
        }
        bool continuous = sensor->configuration & INA3221_MODE_CONTINUOUS;
        next = continuous ? next_wanted(sensor, 0) : -1;
    }
    start(sensor, next);
}

static void reset(emulated_ina3221_t *sensor)
{
    sensor->configuration = INA3221_CONFIGURATION_AT_POWER_ON;
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
    memset(sensor->result, 0, sizeof(sensor->result));
    memset(sensor->average, 0, sizeof(sensor->average));
    memset(sensor->single, 0, sizeof(sensor->single));
    start(sensor, next_wanted(sensor, 0));
}

void emulated_ina3221_power_on(emulated_ina3221_t *sensor)
{
    sensor->mask_enable = 0;
    reset(sensor);
}

void emulated_ina3221_init(emulated_ina3221_t *sensor, const ina3221_specimen_t *specimen)
{
    memset(sensor, 0, sizeof(*sensor));
    sensor->specimen = *specimen;
    random_seed(&sensor->random, specimen->seed);
    emulated_ina3221_power_on(sensor);
}

void emulated_ina3221_advance(emulated_ina3221_t *sensor, int64_t until_ns,
                              const ina3221_input_t inputs[INA3221_CHANNELS])
{
    while (sensor->now_ns < until_ns) {
        if (sensor->conversion < 0) {
            sensor->now_ns = until_ns;
            return;
        }
        const ina3221_input_t *input = &inputs[channel_of(sensor->conversion)];
        double volts = is_bus(sensor->conversion) ? input->bus_volts : input->shunt_volts;
        int64_t end_ns = sensor->conversion_end_ns;
        int64_t step_ns = (end_ns < until_ns ? end_ns : until_ns) - sensor->now_ns;
        sensor->integral += volts * (double)step_ns;
        sensor->now_ns += step_ns;
        if (sensor->now_ns == end_ns) {
            finish_and_go_on(sensor);
        }
    }
}

uint16_t emulated_ina3221_read(emulated_ina3221_t *sensor, uint8_t reg)
{
    if (reg >= INA3221_REG_SHUNT(0) && reg <= INA3221_REG_BUS(2)) {
        return (uint16_t)(sensor->result[reg - INA3221_REG_SHUNT(0)] * 8);
    }
    if (reg >= INA3221_REG_CRITICAL_LIMIT(0) && reg <= INA3221_REG_WARNING_LIMIT(2)) {
        int limit = reg - INA3221_REG_CRITICAL_LIMIT(0);
        return limit % 2 == 0 ? sensor->critical_limit[limit / 2] : sensor->warning_limit[limit / 2];
    }
    switch (reg) {
    case INA3221_REG_CONFIGURATION:
        return sensor->configuration;
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
    case INA3221_REG_MANUFACTURER_ID:
        return INA3221_MANUFACTURER_ID;
    case INA3221_REG_DIE_ID:
        return INA3221_DIE_ID;
    default:
        return 0;
    }
}

static void configure(emulated_ina3221_t *sensor, uint16_t value)
{
    const uint16_t kinds = INA3221_MODE_BUS | INA3221_MODE_SHUNT;
    bool was_down = !(sensor->configuration & kinds);
    sensor->configuration = value;
    sensor->timing = EMULATED_INA3221_TIMING_DONE;
    start(sensor, next_wanted(sensor, 0));
    if (!(value & kinds)) {
        return;
    }
    sensor->mask_enable &= (uint16_t)~INA3221_MASK_CONVERSION_READY;
    if (was_down && sensor->conversion >= 0) {
        sensor->conversion_ns += RECOVERY_NS;
        sensor->conversion_end_ns += RECOVERY_NS;
    }
}

void emulated_ina3221_write(emulated_ina3221_t *sensor, uint8_t reg, uint16_t value)
{
    if (reg >= INA3221_REG_CRITICAL_LIMIT(0) && reg <= INA3221_REG_WARNING_LIMIT(2)) {
        int limit = reg - INA3221_REG_CRITICAL_LIMIT(0);
        uint16_t *limits = limit % 2 == 0 ? sensor->critical_limit : sensor->warning_limit;
        limits[limit / 2] = value & 0xFFF8;
        return;
    }
    switch (reg) {
    case INA3221_REG_CONFIGURATION:
        if (value & INA3221_CONFIGURATION_RESET) {
            reset(sensor);
        } else {
            configure(sensor, value);
        }
        break;
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
