#include "emulated_ina3221.h"

#include <math.h>
#include <string.h>

#define SHUNT_LSB_VOLTS 40e-6
#define BUS_LSB_VOLTS 8e-3
#define LIMIT_AT_POWER_ON 0x7FF8
#define MASK_AT_POWER_ON 0x0002
#define POWER_VALID_UPPER_AT_POWER_ON 0x2710
#define POWER_VALID_LOWER_AT_POWER_ON 0x2328
/** Bits of Mask/Enable a write changes: summation channels and alert latches. */
#define MASK_WRITABLE 0x7C00
/** Flags a read of Mask/Enable clears: CF, SF, WF and conversion-ready. */
#define MASK_CLEARED_BY_READ 0x03F9

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

static void raise_alerts(emulated_ina3221_t *sensor, int channel, int16_t single, int16_t averaged)
{
    if (single > (int16_t)sensor->critical_limit[channel] / 8) {
        sensor->mask_enable |= INA3221_MASK_CRITICAL(channel);
    }
    if (averaged > (int16_t)sensor->warning_limit[channel] / 8) {
        sensor->mask_enable |= INA3221_MASK_WARNING(channel);
    }
}

static int16_t quantised(double lsb)
{
    return (int16_t)fmin(fmax(nearbyint(lsb), INA3221_RAW_MIN + 1), INA3221_RAW_MAX);
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
    if (!sensor->averaging[i]) {
        sensor->average[i] = lsb;
        sensor->averaging[i] = true;
    }
    sensor->average[i] += (lsb - sensor->average[i]) / averages;
    sensor->result[i] = quantised(sensor->average[i]);
    if (!is_bus(i)) {
        raise_alerts(sensor, channel_of(i), quantised(lsb), sensor->result[i]);
    }
}

static void finish_and_go_on(emulated_ina3221_t *sensor)
{
    finish(sensor);
    int next = next_wanted(sensor, sensor->conversion + 1);
    if (next < 0) {
        sensor->mask_enable |= INA3221_MASK_CONVERSION_READY;
        bool continuous = sensor->configuration & INA3221_MODE_CONTINUOUS;
        next = continuous ? next_wanted(sensor, 0) : -1;
    }
    start(sensor, next);
}

void emulated_ina3221_reset(emulated_ina3221_t *sensor)
{
    sensor->configuration = INA3221_CONFIGURATION_AT_POWER_ON;
    sensor->mask_enable = MASK_AT_POWER_ON;
    for (int channel = 0; channel < INA3221_CHANNELS; channel++) {
        sensor->critical_limit[channel] = LIMIT_AT_POWER_ON;
        sensor->warning_limit[channel] = LIMIT_AT_POWER_ON;
    }
    memset(sensor->result, 0, sizeof(sensor->result));
    memset(sensor->averaging, 0, sizeof(sensor->averaging));
    start(sensor, next_wanted(sensor, 0));
}

void emulated_ina3221_init(emulated_ina3221_t *sensor, const ina3221_specimen_t *specimen)
{
    memset(sensor, 0, sizeof(*sensor));
    sensor->specimen = *specimen;
    random_seed(&sensor->random, specimen->seed);
    emulated_ina3221_reset(sensor);
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
    case INA3221_REG_SHUNT_SUM_LIMIT:
        return 0x7FFE;
    case INA3221_REG_POWER_VALID_UPPER:
        return POWER_VALID_UPPER_AT_POWER_ON;
    case INA3221_REG_POWER_VALID_LOWER:
        return POWER_VALID_LOWER_AT_POWER_ON;
    case INA3221_REG_MANUFACTURER_ID:
        return INA3221_MANUFACTURER_ID;
    case INA3221_REG_DIE_ID:
        return INA3221_DIE_ID;
    default:
        return 0;
    }
}

void emulated_ina3221_write(emulated_ina3221_t *sensor, uint8_t reg, uint16_t value)
{
    if (reg >= INA3221_REG_CRITICAL_LIMIT(0) && reg <= INA3221_REG_WARNING_LIMIT(2)) {
        int limit = reg - INA3221_REG_CRITICAL_LIMIT(0);
        uint16_t *limits = limit % 2 == 0 ? sensor->critical_limit : sensor->warning_limit;
        limits[limit / 2] = value & 0xFFF8;
    } else if (reg == INA3221_REG_MASK_ENABLE) {
        sensor->mask_enable = (uint16_t)((sensor->mask_enable & ~MASK_WRITABLE) | (value & MASK_WRITABLE));
    } else if (reg == INA3221_REG_CONFIGURATION && (value & INA3221_CONFIGURATION_RESET)) {
        emulated_ina3221_reset(sensor);
    } else if (reg == INA3221_REG_CONFIGURATION) {
        sensor->configuration = value;
        sensor->mask_enable &= (uint16_t)~INA3221_MASK_CONVERSION_READY;
        memset(sensor->averaging, 0, sizeof(sensor->averaging));
        start(sensor, next_wanted(sensor, 0));
    }
}
