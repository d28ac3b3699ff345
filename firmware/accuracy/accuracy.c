#include "accuracy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin.h"

#define SECOND_NS INT64_C(1000000000)
/** The truth is looked up between points so far apart. */
#define STEP_NS 200000
#define POINTS 2048
#define MAX_SECONDS 600
#define CHANNELS 3
#define SHUNT_OHM 0.1
#define NOMINAL_VOLTS 5.0
#define CLOCK_ERROR 0.013

const accuracy_setting_t g_accuracy_settings[] = {
    {"first firmware: 2.116/2.116 polled", ACCURACY_POLLED_MAGNITUDE, INA3221_TIME_2116_US, INA3221_TIME_2116_US, 0,
     12500},
    {"power-on: 1.1/1.1", ACCURACY_EVERY_CYCLE, INA3221_TIME_1100_US, INA3221_TIME_1100_US, 0, 0},
    {"chosen: 1.1/0.332", ACCURACY_EVERY_CYCLE, INA3221_TIME_1100_US, INA3221_TIME_332_US, 0, 0},
    {"2.116/0.332", ACCURACY_EVERY_CYCLE, INA3221_TIME_2116_US, INA3221_TIME_332_US, 0, 0},
    {"8.244/0.588", ACCURACY_EVERY_CYCLE, INA3221_TIME_8244_US, INA3221_TIME_588_US, 0, 0},
    {"1.1/0.332, read each 100 ms", ACCURACY_POLLED, INA3221_TIME_1100_US, INA3221_TIME_332_US, 0, 100000},
    {"1.1/0.332, mean of 64, each 100 ms", ACCURACY_POLLED, INA3221_TIME_1100_US, INA3221_TIME_332_US, 3, 100000},
    {"8.244/8.244, read each second", ACCURACY_POLLED, INA3221_TIME_8244_US, INA3221_TIME_8244_US, 0, 1000000},
};
const unsigned g_accuracy_setting_count = sizeof(g_accuracy_settings) / sizeof(g_accuracy_settings[0]);

const accuracy_setting_t *accuracy_chosen(void)
{
    return &g_accuracy_settings[2];
}

/** A cumulative energy at a simulated time. */
typedef struct {
    int64_t ns;
    double joules;
} point_t;

typedef struct {
    const accuracy_setting_t *setting;
    node_model_t node;
    twin_t twin;
    /** What a poll found, and the energy up to it. */
    point_t polled;
    /** The last of the truth. */
    point_t truth[POINTS];
    uint64_t truth_count;
} rig_t;

static double true_joules(const node_model_t *node)
{
    double joules = 0;
    for (size_t p = 0; p < node->channels[0].part_count; p++) {
        joules += node->channels[0].parts[p]->sources[0].energy_joules;
    }
    return joules;
}

static void note_truth(rig_t *rig)
{
    point_t point = {.ns = rig->twin.now_ns, .joules = true_joules(&rig->node)};
    if (rig->truth_count == 0 || point.ns > rig->truth[(rig->truth_count - 1) % POINTS].ns) {
        rig->truth[rig->truth_count++ % POINTS] = point;
    }
}

static double truth_at(const rig_t *rig, int64_t ns)
{
    uint64_t newer = rig->truth_count - 1;
    while (newer > 0 && rig->truth[(newer - 1) % POINTS].ns > ns) {
        newer--;
        if (rig->truth_count - newer >= POINTS) {
            fprintf(stderr, "accuracy: the truth of %lld ns is not kept\n", (long long)ns);
            abort();
        }
    }
    if (newer == 0) {
        return rig->truth[0].joules;
    }
    point_t a = rig->truth[(newer - 1) % POINTS], b = rig->truth[newer % POINTS];
    double share = ns < b.ns ? (double)(ns - a.ns) / (double)(b.ns - a.ns) : 1;
    return a.joules + share * (b.joules - a.joules);
}

static int signed_raw(uint16_t value)
{
    return (int16_t)value / 8;
}

/** What a program that polls takes the power since its last poll to have been. */
static void poll(rig_t *rig, int64_t ns)
{
    emulated_ina3221_t *sensor = &rig->twin.bus.sensor[0];
    double amperes = signed_raw(emulated_ina3221_read(sensor, INA3221_REG_SHUNT(0))) * 40e-6 / SHUNT_OHM;
    double volts = signed_raw(emulated_ina3221_read(sensor, INA3221_REG_BUS(0))) * 8e-3;
    bool magnitude = rig->setting->way == ACCURACY_POLLED_MAGNITUDE;
    double watts = magnitude ? fabs(amperes) * NOMINAL_VOLTS : amperes * volts;
    rig->polled.joules += watts * (double)(ns - rig->polled.ns) * 1e-9;
    rig->polled.ns = ns;
}

/** Up to when the energy is known, and what it is. */
static point_t metered(const rig_t *rig)
{
    if (rig->setting->way != ACCURACY_EVERY_CYCLE) {
        return rig->polled;
    }
    const energy_channel_t *channel = &rig->twin.meter.channels[0];
    int64_t age_us = twin_meter_us(&rig->twin, rig->twin.now_ns) - channel->last_ready_us;
    double units = (double)channel->imported_uj.remainder / (6400.0 * channel->calibration.shunt_uohm);
    return (point_t){.ns = rig->twin.now_ns - age_us * 1000,
                     .joules = ((double)channel->imported_uj.whole + units) * 1e-6};
}

static void configure(rig_t *rig, const char *model, double noise_lsb)
{
    node_error_t error = {.text = ""};
    for (int c = 0; c < CHANNELS; c++) {
        if (!node_channel_parse(&rig->node.channels[c], model, &error)) {
            fprintf(stderr, "accuracy: %s\n", error.text);
            abort();
        }
    }
    twin_config_t config = {
        .specimen = {.noise_lsb = noise_lsb, .clock_error = CLOCK_ERROR, .seed = 3},
        .supply = {.supply_volts = 5.1, .supply_ohm = 0.25 - SHUNT_OHM, .shunt_ohm = SHUNT_OHM},
        .i2c_khz = 400,
    };
    twin_init(&rig->twin, &config, &rig->node);
    rig->twin.meter_config.shunt_time = rig->setting->shunt_time;
    rig->twin.meter_config.bus_time = rig->setting->bus_time;
    twin_reboot(&rig->twin, 0);
}

/** Lets the firmware's driver alone set up the sensor for a program that polls it. */
static void set_averaging(rig_t *rig)
{
    emulated_ina3221_t *sensor = &rig->twin.bus.sensor[0];
    uint16_t configuration = emulated_ina3221_read(sensor, INA3221_REG_CONFIGURATION);
    configuration |= (uint16_t)(rig->setting->averaging << INA3221_CONFIGURATION_AVERAGING_SHIFT);
    emulated_ina3221_write(sensor, INA3221_REG_CONFIGURATION, configuration);
    rig->twin.meter.sensors[0].configuration = configuration;
}

static void advance(rig_t *rig, int64_t until_ns)
{
    bool polls = rig->setting->way != ACCURACY_EVERY_CYCLE;
    int64_t poll_ns = (int64_t)rig->setting->poll_us * 1000;
    for (int64_t ns = rig->twin.now_ns / STEP_NS * STEP_NS + STEP_NS; ns <= until_ns; ns += STEP_NS) {
        twin_advance(&rig->twin, ns);
        note_truth(rig);
        if (polls && ns - rig->polled.ns >= poll_ns) {
            poll(rig, rig->twin.now_ns);
        }
    }
}

static double shunt_share(const accuracy_setting_t *setting)
{
    double shunt_us = ina3221_conversion_us(setting->shunt_time);
    return shunt_us / (CHANNELS * (shunt_us + ina3221_conversion_us(setting->bus_time)));
}

accuracy_result_t accuracy_measure(const accuracy_setting_t *setting, const char *model, double noise_lsb,
                                   unsigned seconds)
{
    static rig_t rig;
    static double errors[MAX_SECONDS];
    memset(&rig, 0, sizeof(rig));
    rig.setting = setting;
    configure(&rig, model, noise_lsb);
    advance(&rig, SECOND_NS);
    if (setting->averaging != 0) {
        set_averaging(&rig);
    }
    advance(&rig, 2 * SECOND_NS);
    point_t start = metered(&rig), before = start;
    double true_start = truth_at(&rig, start.ns), true_before = true_start, sum = 0;
    for (unsigned s = 0; s < seconds && s < MAX_SECONDS; s++) {
        advance(&rig, (int64_t)(3 + s) * SECOND_NS);
        point_t now = metered(&rig);
        double true_now = truth_at(&rig, now.ns);
        errors[s] = now.joules - before.joules - (true_now - true_before);
        sum += errors[s];
        before = now;
        true_before = true_now;
    }
    double mean = sum / seconds, squares = 0;
    for (unsigned s = 0; s < seconds; s++) {
        squares += (errors[s] - mean) * (errors[s] - mean);
    }
    double true_joules_in_all = true_before - true_start;
    node_model_destroy(&rig.node);
    double cycle_us =
        CHANNELS * (ina3221_conversion_us(setting->shunt_time) + (double)ina3221_conversion_us(setting->bus_time));
    return (accuracy_result_t){
        .cycle_ms = cycle_us / 1000,
        .shunt_duty = shunt_share(setting),
        .second_sd_ratio = sqrt(squares / (seconds - 1)) / (true_joules_in_all / seconds),
        .total_ratio = sum / true_joules_in_all,
    };
}
