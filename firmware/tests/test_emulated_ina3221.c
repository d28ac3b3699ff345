/* The emulator against what the datasheet (SBOS576) says. */
#include "cmocka_all.h"
#include "ideal_ina3221.h"
#include <math.h>
#include <stdlib.h>

static bool ready(emulated_ina3221_t *sensor)
{
    return emulated_ina3221_read(sensor, INA3221_REG_MASK_ENABLE) & INA3221_MASK_CONVERSION_READY;
}

static void registers_after_power_on(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    assert_int_equal(emulated_ina3221_read(&sensor, 0xFE), 0x5449);
    assert_int_equal(emulated_ina3221_read(&sensor, 0xFF), 0x3220);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x00), 0x7127);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x0F), 0x0002);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x07), 0x7FF8);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x0E), 0x7FFE);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x10), 0x2710);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x11), 0x2328);
    assert_int_equal(emulated_ina3221_read(&sensor, 0x01), 0);
}

static void steps_are_40_uv_and_8_mv(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_advance(&sensor, 6600000, s_inputs);
    assert_int_equal(raw(&sensor, 1), 250);
    assert_int_equal(raw(&sensor, 2), 625);
    assert_int_equal(raw(&sensor, 3), 500);
    assert_int_equal(raw(&sensor, 4), 500);
    assert_int_equal(raw(&sensor, 5), -750);
    assert_int_equal(raw(&sensor, 6), 375);
    /* Bits 2 to 0 are never used. */
    assert_int_equal(emulated_ina3221_read(&sensor, 1) & 7, 0);
}

static void converts_in_the_order_s1_b1_s2_b2_s3_b3(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    static const uint8_t s_order[] = {1, 2, 3, 4, 5, 6};
    for (int i = 0; i < 6; i++) {
        emulated_ina3221_advance(&sensor, i * 1100000 + 1099999, s_inputs);
        assert_int_equal(raw(&sensor, s_order[i]), 0);
        assert_false(ready(&sensor));
        emulated_ina3221_advance(&sensor, (i + 1) * 1100000, s_inputs);
        assert_int_not_equal(raw(&sensor, s_order[i]), 0);
    }
    assert_true(ready(&sensor));
}

static void ready_is_cleared_by_reading_it_and_by_a_new_configuration(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_advance(&sensor, 6600000, s_inputs);
    assert_true(ready(&sensor));
    assert_false(ready(&sensor));
    emulated_ina3221_advance(&sensor, 13200000, s_inputs);
    emulated_ina3221_write(&sensor, 0, 0x7127);
    assert_false(ready(&sensor));
}

static void a_cycle_takes_the_channels_and_times_configured(void **state)
{
    (void)state;
    static const int64_t s_ns[] = {140000, 204000, 332000, 588000, 1100000, 2116000, 4156000, 8244000};
    for (unsigned time = 0; time < 8; time++) {
        emulated_ina3221_t sensor = ideal();
        emulated_ina3221_write(&sensor, 0, (uint16_t)(ONE_CHANNEL | 2 << 6 | time << 3 | 7));
        emulated_ina3221_advance(&sensor, s_ns[time] + 332000 - 1, s_inputs);
        assert_false(ready(&sensor));
        emulated_ina3221_advance(&sensor, s_ns[time] + 332000, s_inputs);
        assert_true(ready(&sensor));
    }
}

static void its_clock_may_be_ten_percent_off(void **state)
{
    (void)state;
    emulated_ina3221_t sensor;
    emulated_ina3221_init(&sensor, &(ina3221_specimen_t){.clock_error = 0.1});
    emulated_ina3221_advance(&sensor, 7259999, s_inputs);
    assert_false(ready(&sensor));
    emulated_ina3221_advance(&sensor, 7260000, s_inputs);
    assert_true(ready(&sensor));
}

static void a_new_configuration_aborts_the_conversion(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_advance(&sensor, 1000000, s_inputs);
    emulated_ina3221_write(&sensor, 0, 0x7127);
    emulated_ina3221_advance(&sensor, 2099999, s_inputs);
    assert_int_equal(raw(&sensor, 1), 0);
    emulated_ina3221_advance(&sensor, 2100000, s_inputs);
    assert_int_equal(raw(&sensor, 1), 250);
}

static void a_conversion_is_the_mean_over_its_time(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    const ina3221_input_t high[3] = {{0.100, 5}}, low[3] = {{0.020, 5}};
    emulated_ina3221_advance(&sensor, 275000, high);
    emulated_ina3221_advance(&sensor, 1100000, low);
    assert_int_equal(raw(&sensor, 1), 1000); /* (0.1 + 3 * 0.02) / 4 = 40 mV */
}

static void clips_at_full_scale(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    const ina3221_input_t inputs[3] = {{0.2, 40}, {-0.2, 5}, {0.1638, 5}};
    emulated_ina3221_advance(&sensor, 6600000, inputs);
    assert_int_equal(raw(&sensor, 1), 4095);
    assert_int_equal(raw(&sensor, 2), 4095);
    assert_int_equal(raw(&sensor, 3), -4095);
    assert_int_equal(raw(&sensor, 5), 4095);
}

static void averaging_is_a_running_filter(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | 1 << 9 | FAST); /* AVG 4 */
    const ina3221_input_t none[3] = {{0, 0}}, step[3] = {{0.040, 0}};
    emulated_ina3221_advance(&sensor, 280000, none);
    double expected = 0;
    for (int64_t cycle = 2; cycle < 8; cycle++) {
        emulated_ina3221_advance(&sensor, cycle * 280000, step);
        expected += (1000 - expected) / 4;
        assert_true(fabs(raw(&sensor, 1) - expected) < 0.501);
        assert_true(ready(&sensor));
    }
}

static void unused_channels_are_skipped(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, 0, INA3221_CONFIGURATION_CHANNEL(2) | FAST);
    emulated_ina3221_advance(&sensor, 280000, s_inputs);
    assert_true(ready(&sensor));
    assert_int_equal(raw(&sensor, 1), 0);
    assert_int_equal(raw(&sensor, 5), -750);
}

static void single_shot_and_power_down_stop(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, 0, ALL_CHANNELS | 0x0003);
    emulated_ina3221_advance(&sensor, 840000, s_inputs);
    assert_true(ready(&sensor));
    emulated_ina3221_advance(&sensor, 84000000, s_inputs);
    assert_false(ready(&sensor));
    emulated_ina3221_write(&sensor, 0, ALL_CHANNELS);
    emulated_ina3221_advance(&sensor, 168000000, s_inputs);
    assert_false(ready(&sensor));
}

static void reset_restores_the_power_on_configuration(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, 0, 0x70A7);
    assert_int_equal(emulated_ina3221_read(&sensor, 0), 0x70A7);
    emulated_ina3221_write(&sensor, 0, 0x8000);
    assert_int_equal(emulated_ina3221_read(&sensor, 0), 0x7127);
}

/** The filter works on what the result register holds, whatever was configured before (section 7.4.1). */
static void the_filter_goes_on_from_the_last_result(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    const ina3221_input_t high[3] = {{0.040, 0}}, low[3] = {{0.008, 0}};
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | FAST);
    emulated_ina3221_advance(&sensor, 280000, high);
    assert_int_equal(raw(&sensor, 1), 1000);
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | 2 << 9 | FAST); /* AVG 16 */
    emulated_ina3221_advance(&sensor, 560000, low);
    assert_int_equal(raw(&sensor, 1), 1000 - 800 / 16);
    /* Every step of AVG: 63 % of a step after as many conversions, within the approximation (1-1/n)^n = 1/e. */
    static const int s_averages[] = {4, 16, 64, 128, 256, 512, 1024};
    for (int i = 0; i < 7; i++) {
        sensor = ideal();
        emulated_ina3221_write(&sensor, 0, (uint16_t)(ONE_CHANNEL | (i + 1) << 9 | FAST));
        emulated_ina3221_advance(&sensor, s_averages[i] * 280000, high);
        assert_true(fabs(raw(&sensor, 1) - 1000 * (1 - pow(1 - 1.0 / s_averages[i], s_averages[i]))) < 0.501);
    }
}

/** Section 7.6.2.1, MODE: the kinds converted, once or for ever. */
static void each_mode_converts_what_it_should(void **state)
{
    (void)state;
    static const struct {
        uint16_t mode;
        int64_t cycle_ns;
        bool shunt;
        bool bus;
    } s_modes[] = {{1, 420000, true, false}, {2, 420000, false, true}, {3, 840000, true, true},
                   {5, 420000, true, false}, {6, 420000, false, true}, {7, 840000, true, true}};
    for (size_t i = 0; i < sizeof(s_modes) / sizeof(s_modes[0]); i++) {
        emulated_ina3221_t sensor = ideal();
        emulated_ina3221_write(&sensor, 0, ALL_CHANNELS | s_modes[i].mode);
        emulated_ina3221_advance(&sensor, s_modes[i].cycle_ns - 1, s_inputs);
        assert_false(ready(&sensor));
        emulated_ina3221_advance(&sensor, s_modes[i].cycle_ns, s_inputs);
        assert_true(ready(&sensor));
        assert_int_equal(raw(&sensor, 1), s_modes[i].shunt ? 250 : 0);
        assert_int_equal(raw(&sensor, 2), s_modes[i].bus ? 625 : 0);
        emulated_ina3221_advance(&sensor, 2 * s_modes[i].cycle_ns, s_inputs);
        assert_int_equal(ready(&sensor), s_modes[i].mode >= 4);
        /* Writing the same single shot again starts another. */
        emulated_ina3221_write(&sensor, 0, ALL_CHANNELS | s_modes[i].mode);
        emulated_ina3221_advance(&sensor, 3 * s_modes[i].cycle_ns, s_inputs);
        assert_true(ready(&sensor));
    }
}

/** Results stay and ready stays set; waking takes 40 us (section 7.3.1). */
static void power_down_keeps_what_there_is(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | FAST);
    emulated_ina3221_advance(&sensor, 280000, s_inputs);
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL);
    emulated_ina3221_advance(&sensor, 10000000, s_inputs);
    assert_true(ready(&sensor));
    assert_false(ready(&sensor));
    assert_int_equal(raw(&sensor, 1), 250);
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | FAST);
    emulated_ina3221_advance(&sensor, 10000000 + 40000 + 280000 - 1, s_inputs);
    assert_false(ready(&sensor));
    emulated_ina3221_advance(&sensor, 10000000 + 40000 + 280000, s_inputs);
    assert_true(ready(&sensor));
}

static void gain_offset_and_noise_are_as_asked(void **state)
{
    (void)state;
    emulated_ina3221_t sensor;
    emulated_ina3221_init(
        &sensor, &(ina3221_specimen_t){.gain_error = 0.05, .offset_volts = 80e-6, .noise_lsb = 0.5, .seed = 42});
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | FAST);
    const ina3221_input_t inputs[3] = {{0.040, 5}};
    double sum = 0, squares = 0;
    const int count = 20000;
    for (int64_t cycle = 1; cycle <= count; cycle++) {
        emulated_ina3221_advance(&sensor, cycle * 280000, inputs);
        double value = raw(&sensor, 1);
        sum += value;
        squares += value * value;
    }
    double mean = sum / count;
    double variance = squares / count - mean * mean;
    assert_true(fabs(mean - (1000 * 1.05 + 2)) < 0.02);
    /* Steps add 1/12 LSB^2. */
    assert_true(fabs(sqrt(variance - 1.0 / 12) - 0.5) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_after_power_on),
        cmocka_unit_test(steps_are_40_uv_and_8_mv),
        cmocka_unit_test(converts_in_the_order_s1_b1_s2_b2_s3_b3),
        cmocka_unit_test(ready_is_cleared_by_reading_it_and_by_a_new_configuration),
        cmocka_unit_test(a_cycle_takes_the_channels_and_times_configured),
        cmocka_unit_test(its_clock_may_be_ten_percent_off),
        cmocka_unit_test(a_new_configuration_aborts_the_conversion),
        cmocka_unit_test(a_conversion_is_the_mean_over_its_time),
        cmocka_unit_test(clips_at_full_scale),
        cmocka_unit_test(averaging_is_a_running_filter),
        cmocka_unit_test(unused_channels_are_skipped),
        cmocka_unit_test(single_shot_and_power_down_stop),
        cmocka_unit_test(reset_restores_the_power_on_configuration),
        cmocka_unit_test(the_filter_goes_on_from_the_last_result),
        cmocka_unit_test(each_mode_converts_what_it_should),
        cmocka_unit_test(power_down_keeps_what_there_is),
        cmocka_unit_test(gain_offset_and_noise_are_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
