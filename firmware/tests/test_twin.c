/* The whole chain in simulated time: model, emulated sensors, driver, integrator, against the model's own account. */
#include "cmocka_all.h"
#include "random.h"
#include "temporary_directory.h"
#include "twin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define STEP_NS 10000000

static twin_config_t config_of(double noise_lsb)
{
    return (twin_config_t){
        .specimen = {.noise_lsb = noise_lsb, .clock_error = 0.013, .seed = 5},
        .supply = {.supply_volts = 5.1, .supply_ohm = 0.05, .shunt_ohm = 0.1},
    };
}

static void run_from(twin_t *twin, int64_t from_ns, int64_t until_ns, int64_t step_ns)
{
    for (int64_t now_ns = from_ns; now_ns < until_ns;) {
        now_ns = now_ns + step_ns < until_ns ? now_ns + step_ns : until_ns;
        twin_advance(twin, now_ns);
    }
}

static void run(twin_t *twin, int64_t until_ns)
{
    run_from(twin, twin->now_ns, until_ns, STEP_NS);
}

static void parse(node_model_t *node, unsigned channel, const char *model)
{
    node_error_t error;
    if (!node_channel_parse(&node->channels[channel - 1], model, &error)) {
        fail_msg("%s", error.text);
    }
}

static double metered_joules(const twin_t *twin, unsigned channel)
{
    const energy_channel_t *energy = &twin->meter.channels[channel - 1];
    return ((double)energy->imported_uj.whole - (double)energy->exported_uj.whole) * 1e-6;
}

static double true_joules(const node_model_t *node, unsigned channel)
{
    double joules = 0;
    const node_channel_t *model = &node->channels[channel - 1];
    for (size_t p = 0; p < model->part_count; p++) {
        for (size_t s = 0; s < model->parts[p]->source_count; s++) {
            joules += model->parts[p]->sources[s].energy_joules;
        }
    }
    return joules;
}

/** Relative error of channel 1's energy over `seconds`, after a first second that is left out. */
static double error_of(const char *model, const twin_config_t *config, int64_t seconds)
{
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    parse(&node, 1, model);
    twin_init(&twin, config, &node);
    run(&twin, SECOND);
    double metered = metered_joules(&twin, 1), truth = true_joules(&node, 1);
    run(&twin, (seconds + 1) * SECOND);
    metered = metered_joules(&twin, 1) - metered;
    truth = true_joules(&node, 1) - truth;
    node_model_destroy(&node);
    return metered / truth - 1;
}

static void a_constant_load_is_metered_to_a_thousandth(void **state)
{
    (void)state;
    static const char *const s_models[] = {"constant:0.5", "constant:2", "constant:5", "constant:7.5"};
    twin_config_t config = config_of(0.5);
    for (size_t i = 0; i < sizeof(s_models) / sizeof(s_models[0]); i++) {
        double error = error_of(s_models[i], &config, 120);
        if (fabs(error) > 0.001) {
            fail_msg("%s: %.4f %%", s_models[i], error * 100);
        }
    }
}

static void without_noise_the_error_is_within_half_a_step(void **state)
{
    (void)state;
    twin_config_t config = config_of(0);
    double watts = 2.0, amperes = watts / 5.0397;
    double allowed = 0.5 * 0.0004 / amperes + 0.5 * 0.008 / 5.0397;
    assert_true(fabs(error_of("constant:2", &config, 20)) <= allowed);
}

static void errors_of_the_sensor_show_as_they_should(void **state)
{
    (void)state;
    twin_config_t config = config_of(0.5);
    config.specimen.gain_error = 0.05;
    assert_true(fabs(error_of("constant:3", &config, 60) - 0.05) < 0.001);
    config = config_of(0.5);
    config.specimen.offset_volts = 80e-6; /* 0.8 mA more */
    assert_true(fabs(error_of("constant:2", &config, 60) - 0.0008 / 0.39685) < 0.0005);
    config = config_of(0.5);
    config.clock_ppm = 10000;
    assert_true(fabs(error_of("constant:2", &config, 60) - 0.01) < 0.001);
}

#define MODEL_BYTES (TEMPORARY_PATH_BYTES + 16)

/** Writes random bursts of 20 and 30 ms on average to a new directory, and gives their model. */
static void make_bursts(char directory[TEMPORARY_PATH_BYTES], char model[MODEL_BYTES])
{
    char file[TEMPORARY_PATH_BYTES];
    static char text[200000];
    random_t random;
    random_seed(&random, 17);
    int length = snprintf(text, sizeof(text), "time_s,power_watts\n");
    double seconds = 0;
    for (int i = 0; i < 4000; i++) {
        length += snprintf(text + length, sizeof(text) - (size_t)length, "%.6f,%s\n", seconds, i % 2 ? "6.2" : "2.5");
        seconds += (i % 2 ? 0.02 : 0.03) * (0.5 + random_uniform(&random));
    }
    temporary_directory_make(directory);
    temporary_directory_write(directory, "bursts.csv", text, file);
    snprintf(model, MODEL_BYTES, "trace:%s,loop=1", file);
}

static void bursts_of_20_to_30_ms_are_metered_to_half_a_percent(void **state)
{
    (void)state;
    static const uint32_t s_clocks_khz[] = {0, 200, 400, 1000};
    char directory[TEMPORARY_PATH_BYTES], model[MODEL_BYTES];
    make_bursts(directory, model);
    for (int i = 0; i < 4; i++) {
        twin_config_t config = config_of(0.5);
        config.i2c_khz = s_clocks_khz[i];
        double error = error_of(model, &config, 120);
        if (fabs(error) > 0.005) {
            fail_msg("%u kHz: %.3f %%", s_clocks_khz[i], error * 100);
        }
    }
    temporary_directory_remove(directory);
}

/** Bursts on the odd of these channels, 3 W on the even ones. */
static void meter_both_sensors(unsigned channels, const char *bursts, double second_clock_error)
{
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    for (unsigned channel = 1; channel <= 6; channel++) {
        if (channels >> (channel - 1) & 1) {
            parse(&node, channel, channel % 2 ? bursts : "constant:3");
        }
    }
    twin_config_t config = config_of(0.5);
    config.i2c_khz = 400;
    twin_init(&twin, &config, &node);
    twin.bus.sensor[1].specimen.clock_error = second_clock_error;
    run(&twin, SECOND);
    double metered[6], truth[6];
    for (unsigned channel = 1; channel <= 6; channel++) {
        metered[channel - 1] = metered_joules(&twin, channel);
        truth[channel - 1] = true_joules(&node, channel);
    }
    run(&twin, 121 * SECOND);
    for (unsigned channel = 1; channel <= 6; channel++) {
        if (!power_meter_has_channel(&twin.meter, channel)) {
            continue;
        }
        const energy_channel_t *energy = &twin.meter.channels[channel - 1];
        double error = (metered_joules(&twin, channel) - metered[channel - 1]) /
                           (true_joules(&node, channel) - truth[channel - 1]) -
                       1;
        if (fabs(error) > (channel % 2 ? 0.005 : 0.001)) {
            fail_msg("clock %+.3f, channel %u of %#x: %.3f %%", second_clock_error, channel, channels, error * 100);
        }
        assert_int_equal(energy->missed_cycles, 0);
        assert_int_equal(energy->gap_us, 0);
        double cycle_us = energy->cycle_us * (1 + (channel > 3 ? second_clock_error : 0.013));
        assert_true(fabs((double)energy->samples - 121e6 / cycle_us) < 4);
    }
    node_model_destroy(&node);
}

/**
 * Bursts over a bus of 400 kHz, on six channels and on few: reading takes half of each cycle, and none is missed or
 * biased, with sensors in step and with sensors that drift through each other's cycles.
 */
static void reading_both_sensors_in_real_time_misses_no_cycle(void **state)
{
    (void)state;
    static const double s_second_clock_errors[] = {0.013, 0.012, -0.03, 0.1};
    static const unsigned s_channels[] = {0x3F, 0x11, 0x0F, 0x1B};
    char directory[TEMPORARY_PATH_BYTES], model[MODEL_BYTES];
    make_bursts(directory, model);
    for (int i = 0; i < 16; i++) {
        meter_both_sensors(s_channels[i / 4], model, s_second_clock_errors[i % 4]);
    }
    temporary_directory_remove(directory);
}

/** However the program wakes, the meter's firmware lives through the same. */
static void the_steps_of_time_make_no_difference(void **state)
{
    (void)state;
    static const int64_t s_steps_ns[] = {10000000, 5000000, 1000000, 137000000, 7000001};
    char directory[TEMPORARY_PATH_BYTES], model[MODEL_BYTES];
    make_bursts(directory, model);
    uint64_t transfers = 0, samples = 0, imported_uj = 0;
    for (int i = 0; i < 5; i++) {
        static node_model_t node;
        static twin_t twin;
        memset(&node, 0, sizeof(node));
        parse(&node, 2, model);
        parse(&node, 5, "constant:3");
        twin_config_t config = config_of(0.5);
        config.i2c_khz = 400;
        twin_init(&twin, &config, &node);
        run_from(&twin, 0, 20 * SECOND, s_steps_ns[i]);
        const energy_channel_t *energy = &twin.meter.channels[1];
        if (i == 0) {
            transfers = twin.bus.transfers;
            samples = energy->samples;
            imported_uj = energy->imported_uj.whole;
        }
        assert_int_equal(twin.bus.transfers, transfers);
        assert_int_equal(energy->samples, samples);
        /* Sums of doubles in another order can move a conversion over the edge of a step. */
        assert_true(fabs((double)energy->imported_uj.whole - (double)imported_uj) < 100);
        /* It stays behind by the time of a poll at most, and never runs ahead. */
        assert_true(twin.now_ns <= 20 * SECOND && twin.now_ns > 20 * SECOND - 2800000);
        node_model_destroy(&node);
    }
    temporary_directory_remove(directory);
}

static void a_reboot_starts_counters_and_clock_anew(void **state)
{
    (void)state;
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    parse(&node, 1, "constant:2");
    twin_config_t config = config_of(0.5);
    config.i2c_khz = 400;
    twin_init(&twin, &config, &node);
    run_from(&twin, 0, 10 * SECOND, STEP_NS);
    assert_true(metered_joules(&twin, 1) > 19.9);
    twin_reboot(&twin, 10 * SECOND);
    assert_false(twin_is_up(&twin, 10 * SECOND));
    assert_int_equal(twin_meter_us(&twin, 10 * SECOND), 0);
    assert_true(metered_joules(&twin, 1) == 0);
    assert_true(twin_is_up(&twin, 10 * SECOND + 300000000));
    run_from(&twin, 10 * SECOND, 20 * SECOND, STEP_NS);
    assert_int_equal(twin_meter_us(&twin, 20 * SECOND), 10000000);
    /* Booting took 0.3 s, and the first reading is a cycle later; the node drew its power all the while. */
    assert_true(fabs(metered_joules(&twin, 1) - 2 * 9.7) < 0.03);
    assert_true(fabs(true_joules(&node, 1) - 40) < 0.01);
    power_meter_snapshot_t snapshot = power_meter_snapshot(&twin.meter, 1, 10000000);
    assert_int_equal(snapshot.flags, 0);
    assert_true(snapshot.time_us <= 10000000 && snapshot.time_us > 9990000);
    node_model_destroy(&node);
}

static void six_channels_are_kept_apart(void **state)
{
    (void)state;
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    for (unsigned channel = 1; channel <= 6; channel++) {
        char model[32];
        snprintf(model, sizeof(model), "constant:%u", channel);
        parse(&node, channel, model);
    }
    twin_config_t config = config_of(0.5);
    twin_init(&twin, &config, &node);
    run(&twin, 60 * SECOND);
    for (unsigned channel = 1; channel <= 6; channel++) {
        assert_true(fabs(metered_joules(&twin, channel) / (60.0 * channel) - 1) < 0.003);
        power_meter_snapshot_t snapshot = power_meter_snapshot(&twin.meter, channel, twin_meter_us(&twin, 60 * SECOND));
        assert_int_equal(snapshot.flags, 0);
        assert_int_equal(snapshot.missed_cycles, 0);
        assert_int_equal(snapshot.gap_us, 0);
        assert_true(snapshot.samples > 13000);
    }
    node_model_destroy(&node);
}

static void a_load_beyond_the_range_is_flagged(void **state)
{
    (void)state;
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    parse(&node, 4, "constant:12");
    twin_config_t config = config_of(0.5);
    twin_init(&twin, &config, &node);
    run(&twin, SECOND);
    power_meter_snapshot_t snapshot = power_meter_snapshot(&twin.meter, 4, twin_meter_us(&twin, SECOND));
    assert_int_equal(snapshot.flags, POWER_METER_FLAG_OVERRANGE);
    assert_true(snapshot.overrange_samples > 500);
    /* A smaller shunt extends the range. */
    config.supply.shunt_ohm = 0.02;
    assert_true(fabs(error_of("constant:12", &config, 10)) < 0.002);
    node_model_destroy(&node);
}

static void a_dead_bus_is_a_gap_and_the_meter_goes_on_after_it(void **state)
{
    (void)state;
    static node_model_t node;
    static twin_t twin;
    memset(&node, 0, sizeof(node));
    parse(&node, 1, "constant:2");
    twin_config_t config = config_of(0.5);
    twin_init(&twin, &config, &node);
    run(&twin, 10 * SECOND);
    twin.bus.stuck = true;
    run(&twin, 15 * SECOND);
    power_meter_snapshot_t dead = power_meter_snapshot(&twin.meter, 1, twin_meter_us(&twin, 15 * SECOND));
    assert_int_equal(dead.flags, POWER_METER_FLAG_GAP | POWER_METER_FLAG_OFFLINE);
    assert_int_equal(dead.time_us, twin_meter_us(&twin, 15 * SECOND));
    assert_true(dead.sensor_errors > 0);
    twin.bus.stuck = false;
    run(&twin, 15 * SECOND + SECOND / 2);
    dead = power_meter_snapshot(&twin.meter, 1, twin_meter_us(&twin, twin.now_ns));
    assert_int_equal(dead.flags, POWER_METER_FLAG_GAP);
    run(&twin, 25 * SECOND);
    power_meter_snapshot_t after = power_meter_snapshot(&twin.meter, 1, twin_meter_us(&twin, 25 * SECOND));
    assert_int_equal(after.flags, 0);
    assert_true(after.gap_us > 4900000 && after.gap_us < 5300000);
    /* Nothing was invented for the gap, nothing lost besides. */
    assert_true(fabs(metered_joules(&twin, 1) - 2 * (25 - (double)after.gap_us * 1e-6)) < 0.05);
    node_model_destroy(&node);
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    twin_config_t config = config_of(0.5);
    double first = error_of("constant:2", &config, 5);
    assert_true(error_of("constant:2", &config, 5) == first);
    config.specimen.seed = 6;
    assert_false(error_of("constant:2", &config, 5) == first);
}

static void the_node_gets_the_watts_of_its_model(void **state)
{
    (void)state;
    const supply_t supply = {.supply_volts = 5.1, .supply_ohm = 0.05, .shunt_ohm = 0.1};
    for (double watts = 0; watts < 40; watts += 0.5) {
        ina3221_input_t input = supply_input(&supply, watts);
        double amperes = input.shunt_volts / supply.shunt_ohm;
        assert_true(fabs(input.bus_volts * amperes - watts) < 1e-9);
        assert_true(fabs(input.bus_volts + amperes * 0.15 - 5.1) < 1e-9);
    }
    assert_true(supply_max_watts(&supply) > 43 && supply_max_watts(&supply) < 44);
    ina3221_input_t most = supply_input(&supply, 1000);
    assert_true(fabs(most.bus_volts - 2.55) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_load_is_metered_to_a_thousandth),
        cmocka_unit_test(without_noise_the_error_is_within_half_a_step),
        cmocka_unit_test(errors_of_the_sensor_show_as_they_should),
        cmocka_unit_test(bursts_of_20_to_30_ms_are_metered_to_half_a_percent),
        cmocka_unit_test(reading_both_sensors_in_real_time_misses_no_cycle),
        cmocka_unit_test(the_steps_of_time_make_no_difference),
        cmocka_unit_test(a_reboot_starts_counters_and_clock_anew),
        cmocka_unit_test(six_channels_are_kept_apart),
        cmocka_unit_test(a_load_beyond_the_range_is_flagged),
        cmocka_unit_test(a_dead_bus_is_a_gap_and_the_meter_goes_on_after_it),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(the_node_gets_the_watts_of_its_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
