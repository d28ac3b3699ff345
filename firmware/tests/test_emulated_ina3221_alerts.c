/* The emulator's alerts, limits and pins against what the datasheet (SBOS576) says. */
#include "cmocka_all.h"
#include "ideal_ina3221.h"

static void alerts_are_latched_until_read(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, INA3221_REG_CRITICAL_LIMIT(1), 499 * 8);
    emulated_ina3221_write(&sensor, INA3221_REG_WARNING_LIMIT(1), 500 * 8);
    emulated_ina3221_advance(&sensor, 6600000, s_inputs);
    const ina3221_input_t none[3] = {{0, 0}};
    emulated_ina3221_advance(&sensor, 20000000, none);
    uint16_t mask = emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE);
    assert_true(mask & INA3221_MASK_CRITICAL(1));
    assert_false(mask & INA3221_MASK_CRITICAL(0));
    assert_false(mask & INA3221_MASK_WARNING(1));
    assert_false(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & INA3221_MASK_CRITICAL(1));
}

#define SUM_OF_1_AND_3 0x5000
#define SUM_FLAG 0x0040

/** Sections 7.3.2.1.1 and 7.6.2.14: single conversions of the chosen channels, bits 15 to 1, after each cycle. */
static void the_shunts_chosen_are_summed(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM_LIMIT), 0x7FFE);
    emulated_ina3221_write(&sensor, INA3221_REG_MASK_ENABLE, SUM_OF_1_AND_3);
    emulated_ina3221_advance(&sensor, 6599999, s_inputs);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM), 0);
    emulated_ina3221_advance(&sensor, 6600000, s_inputs);
    assert_int_equal((int16_t)emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM) / 2, 250 - 750);
    assert_false(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & SUM_FLAG);

    emulated_ina3221_write(&sensor, INA3221_REG_MASK_ENABLE, 0x7000);
    emulated_ina3221_write(&sensor, INA3221_REG_SHUNT_SUM_LIMIT, 0x7FFF);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM_LIMIT), 0x7FFE);
    emulated_ina3221_write(&sensor, INA3221_REG_SHUNT_SUM_LIMIT, 2999 * 2);
    const ina3221_input_t high[3] = {{0.040, 5}, {0.040, 5}, {0.040, 5}};
    emulated_ina3221_advance(&sensor, 2 * 6600000, high);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM) / 2, 3000);
    assert_true(emulated_ina3221_pins(&sensor).critical_low);
    assert_true(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & SUM_FLAG);
    assert_false(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & SUM_FLAG);
    emulated_ina3221_write(&sensor, INA3221_REG_SHUNT_SUM_LIMIT, 3000 * 2);
    emulated_ina3221_advance(&sensor, 3 * 6600000, high);
    assert_false(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & SUM_FLAG);
    assert_false(emulated_ina3221_pins(&sensor).critical_low);
}

/** Averaging smooths the result, not the sum. */
static void the_sum_is_not_averaged(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, INA3221_REG_MASK_ENABLE, SUM_OF_1_AND_3);
    emulated_ina3221_write(&sensor, 0, ALL_CHANNELS | 7 << 9 | FAST);
    emulated_ina3221_advance(&sensor, 840000, s_inputs);
    assert_int_equal((int16_t)emulated_ina3221_read(&sensor, INA3221_REG_SHUNT_SUM) / 2, 250 - 750);
    assert_int_equal(raw(&sensor, 1), 0);
}

#define CRITICAL_LATCH 0x0400
#define WARNING_LATCH 0x0800

static void pins_follow_the_limit_or_are_latched(void **state)
{
    (void)state;
    static const uint16_t s_latches[] = {0, CRITICAL_LATCH | WARNING_LATCH};
    for (int latched = 0; latched < 2; latched++) {
        emulated_ina3221_t sensor = ideal();
        emulated_ina3221_write(&sensor, INA3221_REG_MASK_ENABLE, s_latches[latched]);
        emulated_ina3221_write(&sensor, INA3221_REG_CRITICAL_LIMIT(0), 249 * 8);
        emulated_ina3221_write(&sensor, INA3221_REG_WARNING_LIMIT(0), 249 * 8);
        emulated_ina3221_advance(&sensor, 6600000, s_inputs);
        assert_true(emulated_ina3221_pins(&sensor).critical_low);
        assert_true(emulated_ina3221_pins(&sensor).warning_low);
        const ina3221_input_t none[3] = {{0, 0}};
        emulated_ina3221_advance(&sensor, 2 * 6600000, none);
        assert_int_equal(emulated_ina3221_pins(&sensor).critical_low, latched);
        assert_int_equal(emulated_ina3221_pins(&sensor).warning_low, latched);
        /* Writing clears no flag; reading does. */
        emulated_ina3221_write(&sensor, INA3221_REG_MASK_ENABLE, s_latches[latched]);
        assert_int_equal(emulated_ina3221_pins(&sensor).critical_low, latched);
        uint16_t mask = emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE);
        assert_true((mask & INA3221_MASK_CRITICAL(0)) && (mask & INA3221_MASK_WARNING(0)));
        assert_false(emulated_ina3221_pins(&sensor).critical_low);
        assert_false(emulated_ina3221_pins(&sensor).warning_low);
    }
}

/** A warning is about the averaged value, a critical alert about each conversion (sections 7.3.2.1, 7.3.2.2). */
static void warnings_are_averaged_and_critical_alerts_are_not(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_write(&sensor, INA3221_REG_CRITICAL_LIMIT(0), 240 * 8);
    emulated_ina3221_write(&sensor, INA3221_REG_WARNING_LIMIT(0), 240 * 8);
    emulated_ina3221_write(&sensor, 0, ONE_CHANNEL | 1 << 9 | FAST);
    emulated_ina3221_advance(&sensor, 280000, s_inputs);
    uint16_t mask = emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE);
    assert_true(mask & INA3221_MASK_CRITICAL(0));
    assert_false(mask & INA3221_MASK_WARNING(0));
    emulated_ina3221_advance(&sensor, 20 * 280000, s_inputs);
    assert_true(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & INA3221_MASK_WARNING(0));
}

#define POWER_VALID 0x0004

/** Sections 7.3.2.3 and 7.3.3. */
static void power_is_valid_between_its_limits(void **state)
{
    (void)state;
    emulated_ina3221_t sensor = ideal();
    const ina3221_input_t all_11[3] = {{0, 11}, {0, 11}, {0, 11}}, one_9_5[3] = {{0, 11}, {0, 9.5}, {0, 11}},
                          one_8_9[3] = {{0, 11}, {0, 11}, {0, 8.9}};
    int64_t ns = 0;
    emulated_ina3221_advance(&sensor, ns += 6600000, one_9_5);
    assert_false(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_advance(&sensor, ns += 6600000, all_11);
    assert_true(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_advance(&sensor, ns += 6600000, one_9_5);
    assert_true(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & POWER_VALID);
    assert_true(emulated_ina3221_pins(&sensor).power_valid_high); /* reading does not clear it */
    emulated_ina3221_advance(&sensor, ns += 6600000, one_8_9);
    assert_false(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_advance(&sensor, ns += 6600000, one_9_5);
    assert_false(emulated_ina3221_pins(&sensor).power_valid_high);
    /* Limits for 5 V; a software reset takes them back and holds the pin until it has looked again. */
    emulated_ina3221_write(&sensor, INA3221_REG_POWER_VALID_UPPER, 4800 / 8 * 8);
    emulated_ina3221_write(&sensor, INA3221_REG_POWER_VALID_LOWER, 4400 / 8 * 8);
    const ina3221_input_t all_5[3] = {{0, 5}, {0, 5}, {0, 5}};
    emulated_ina3221_advance(&sensor, ns += 6600000, all_5);
    assert_true(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_write(&sensor, 0, 0x8000);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_POWER_VALID_UPPER), 0x2710);
    assert_true(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_advance(&sensor, ns += 6600000, all_5);
    assert_false(emulated_ina3221_pins(&sensor).power_valid_high);
    /* Loss of power does not hold it. */
    emulated_ina3221_advance(&sensor, ns += 6600000, all_11);
    assert_true(emulated_ina3221_pins(&sensor).power_valid_high);
    emulated_ina3221_power_on(&sensor);
    assert_false(emulated_ina3221_pins(&sensor).power_valid_high);
}

/** Section 7.3.2.4: 28.6 ms from channel 1's 1.2 V to channel 2's. */
static void a_rail_that_comes_late_raises_the_timing_alert(void **state)
{
    (void)state;
    const ina3221_input_t first[3] = {{0, 5}}, both[3] = {{0, 5}, {0, 1.21}}, low[3] = {{0, 5}, {0, 1.19}};
    const int64_t seen_ns = 2200000, late_ns = seen_ns + 28600000;
    emulated_ina3221_t sensor = ideal();
    emulated_ina3221_advance(&sensor, late_ns - 1, first);
    assert_false(emulated_ina3221_pins(&sensor).timing_control_low);
    emulated_ina3221_advance(&sensor, late_ns, first);
    assert_true(emulated_ina3221_pins(&sensor).timing_control_low);
    emulated_ina3221_advance(&sensor, 2 * late_ns, both);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE) & 0x0002, 0);
    emulated_ina3221_write(&sensor, 0, 0x8000);
    assert_int_equal(emulated_ina3221_read(&sensor, INA3221_REG_MASK_ENABLE), 0x0002);

    sensor = ideal();
    emulated_ina3221_advance(&sensor, late_ns - 1100000, first);
    emulated_ina3221_advance(&sensor, 10 * late_ns, both); /* in its last conversion */
    assert_false(emulated_ina3221_pins(&sensor).timing_control_low);

    sensor = ideal();
    emulated_ina3221_advance(&sensor, late_ns, low);
    assert_true(emulated_ina3221_pins(&sensor).timing_control_low);

    /* A configuration written meanwhile ends it, as our driver's does. */
    sensor = ideal();
    emulated_ina3221_advance(&sensor, 20000000, first);
    emulated_ina3221_write(&sensor, 0, 0x7127);
    emulated_ina3221_advance(&sensor, 10 * late_ns, first);
    assert_false(emulated_ina3221_pins(&sensor).timing_control_low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_are_latched_until_read),
        cmocka_unit_test(the_shunts_chosen_are_summed),
        cmocka_unit_test(the_sum_is_not_averaged),
        cmocka_unit_test(pins_follow_the_limit_or_are_latched),
        cmocka_unit_test(warnings_are_averaged_and_critical_alerts_are_not),
        cmocka_unit_test(power_is_valid_between_its_limits),
        cmocka_unit_test(a_rail_that_comes_late_raises_the_timing_alert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
