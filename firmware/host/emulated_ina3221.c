#include "emulated_ina3221.h"

#include <math.h>
#include <string.h>

#include "emulated_ina3221_alerts.h"

#define SHUNT_LSB_VOLTS 40e-6
#define BUS_LSB_VOLTS 8e-3
/** After power-down (section 7.3.1). */
#define RECOVERY_NS 40000

/** Datasheet section 6.5, typical. */
static const int64_t s_conversion_ns[] = {140000, 204000, 332000, 588000, 1100000, 2116000, 4156000, 8244000};
static const int s_averages[] = {1, 4, 16, 64, 128, 256, 512, 1024};

static bool wanted(const emulated_ina3221_t *sensor, int conversion)
{
    uint16_t kind = emulated_ina3221_is_bus(conversion) ? INA3221_MODE_BUS : INA3221_MODE_SHUNT;
    return (sensor->configuration & INA3221_CONFIGURATION_CHANNEL(emulated_ina3221_channel_of(conversion))) &&
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
    unsigned shift = emulated_ina3221_is_bus(conversion) ? INA3221_CONFIGURATION_BUS_TIME_SHIFT
                                                         : INA3221_CONFIGURATION_SHUNT_TIME_SHIFT;
    double typical_ns = (double)s_conversion_ns[field(sensor, shift)];
    sensor->conversion_ns = llround(typical_ns * (1 + sensor->specimen.clock_error));
    sensor->conversion_end_ns = sensor->now_ns + sensor->conversion_ns;
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
    if (!emulated_ina3221_is_bus(i)) {
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
    emulated_ina3221_alerts_converted(sensor, single);
}

static void finish_and_go_on(emulated_ina3221_t *sensor)
{
    finish(sensor);
    int next = next_wanted(sensor, sensor->conversion + 1);
    if (next < 0) {
        sensor->mask_enable |= INA3221_MASK_CONVERSION_READY;
        emulated_ina3221_alerts_cycled(sensor);
        bool continuous = sensor->configuration & INA3221_MODE_CONTINUOUS;
        next = continuous ? next_wanted(sensor, 0) : -1;
    }
    start(sensor, next);
}

static void reset(emulated_ina3221_t *sensor)
{
    sensor->configuration = INA3221_CONFIGURATION_AT_POWER_ON;
    emulated_ina3221_alerts_reset(sensor);
    memset(sensor->result, 0, sizeof(sensor->result));
    memset(sensor->average, 0, sizeof(sensor->average));
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
        const ina3221_input_t *input = &inputs[emulated_ina3221_channel_of(sensor->conversion)];
        double volts = emulated_ina3221_is_bus(sensor->conversion) ? input->bus_volts : input->shunt_volts;
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
    switch (reg) {
    case INA3221_REG_CONFIGURATION:
        return sensor->configuration;
    case INA3221_REG_MANUFACTURER_ID:
        return INA3221_MANUFACTURER_ID;
    case INA3221_REG_DIE_ID:
        return INA3221_DIE_ID;
    default:
        return emulated_ina3221_alerts_read(sensor, reg);
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
    if (reg != INA3221_REG_CONFIGURATION) {
        emulated_ina3221_alerts_write(sensor, reg, value);
    } else if (value & INA3221_CONFIGURATION_RESET) {
        reset(sensor);
    } else {
        configure(sensor, value);
    }
}
