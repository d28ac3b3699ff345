/* The integrator against exact arithmetic in 128 bits. */
#include "cmocka_all.h"
#include "energy.h"
#include "random.h"

__extension__ typedef __int128 int128_t;
__extension__ typedef unsigned __int128 uint128_t;

static const energy_calibration_t s_plain = {.shunt_uohm = 100000};

static energy_reading_t reading(int shunt, int bus)
{
    return (energy_reading_t){.shunt_raw = (int16_t)shunt, .bus_raw = (int16_t)bus};
}

static void is_exact_for_random_readings(void **state)
{
    (void)state;
    random_t random;
    random_seed(&random, 7);
    for (int round = 0; round < 50; round++) {
        energy_calibration_t calibration = {.shunt_uohm = 1 + (uint32_t)(random_uniform(&random) * 200000),
                                            .offset_lsb256 = (int32_t)(random_uniform(&random) * 2000 - 1000)};
        energy_channel_t channel;
        energy_init(&channel, &calibration, 4296);
        uint128_t imported = 0, exported = 0, charge = 0;
        int64_t now_us = 1000;
        energy_reading_t first = reading(1, 1);
        energy_add(&channel, &first, now_us);
        for (int i = 0; i < 2000; i++) {
            energy_reading_t next =
                reading((int)(random_uniform(&random) * 8191) - 4095, (int)(random_uniform(&random) * 4096));
            int64_t dt_us = 3000 + (int64_t)(random_uniform(&random) * 3000);
            now_us += dt_us;
            energy_add(&channel, &next, now_us);
            int128_t shunt = (int128_t)next.shunt_raw * 256 - calibration.offset_lsb256;
            uint128_t magnitude = (uint128_t)(shunt < 0 ? -shunt : shunt);
            *(shunt < 0 ? &exported : &imported) += magnitude * (uint128_t)next.bus_raw * (uint128_t)dt_us;
            charge += shunt > 0 ? magnitude * (uint128_t)dt_us : 0;
        }
        /* uJ = s256 / 256 * 40 / R * raw_b * 8e-3 * dt = units * 32 / (25600 * R). */
        uint128_t uj = (uint128_t)calibration.shunt_uohm * 25600;
        assert_true(channel.imported_uj.whole == (uint64_t)(imported * 32 / uj));
        assert_true(channel.exported_uj.whole == (uint64_t)(exported * 32 / uj));
        assert_true(channel.imported_uc.whole == (uint64_t)(charge * 40 / ((uint128_t)calibration.shunt_uohm * 256)));
        assert_int_equal(channel.samples, 2000);
        assert_int_equal(channel.missed_cycles, 0);
    }
}

static void one_watt_for_one_second_is_a_joule(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4296);
    /* 500 * 0.4 mA = 0.2 A at 625 * 8 mV = 5 V. */
    energy_reading_t one_watt = reading(500, 625);
    for (int64_t now_us = 0; now_us <= 1000000; now_us += 4000) {
        energy_add(&channel, &one_watt, now_us);
    }
    assert_int_equal(channel.imported_uj.whole, 1000000);
    assert_int_equal(channel.imported_uj.remainder, 0);
    assert_int_equal(channel.imported_uc.whole, 200000);
    assert_int_equal(energy_current_ua(&channel), 200000);
    assert_int_equal(energy_bus_mv(&channel), 5000);
}

static void calibration_changes_gain_and_offset(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &(energy_calibration_t){.shunt_uohm = 101000, .offset_lsb256 = 2 * 256}, 4296);
    energy_reading_t next = reading(507, 625); /* (507 - 2) / 1.01 = 500 */
    for (int64_t now_us = 0; now_us <= 1000000; now_us += 4000) {
        energy_add(&channel, &next, now_us);
    }
    assert_int_equal(channel.imported_uj.whole, 1000000);
    assert_int_equal(energy_current_ua(&channel), 200000);
}

static void a_calibration_in_between_loses_nothing(void **state)
{
    (void)state;
    random_t random;
    random_seed(&random, 11);
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4296);
    energy_reading_t one = reading(137, 611);
    energy_add(&channel, &one, 1000);
    long double uj = 0;
    int64_t now_us = 1000;
    for (int i = 0; i < 1000; i++) {
        energy_calibration_t calibration = {.shunt_uohm = 1000 + (uint32_t)(random_uniform(&random) * 9999000),
                                            .offset_lsb256 = (int32_t)(random_uniform(&random) * 8000 - 4000)};
        uint64_t before = channel.imported_uj.whole;
        energy_set_calibration(&channel, &calibration);
        assert_true(channel.imported_uj.whole == before);
        now_us += 4300;
        energy_add(&channel, &one, now_us);
        uj += (137 * 256 - calibration.offset_lsb256) / 256.0L * 40 / calibration.shunt_uohm * 611 * 8e-3L * 4300;
    }
    assert_true(uj - 0.01L < channel.imported_uj.whole + 1 && channel.imported_uj.whole < uj + 0.01L);
    assert_true(channel.exported_uj.whole == 0);
}

/** 20 million readings: nothing drifts, and the time integrated is the time elapsed. */
static void a_day_of_readings_is_exact(void **state)
{
    (void)state;
    random_t random;
    random_seed(&random, 23);
    energy_calibration_t calibration = {.shunt_uohm = 99731, .offset_lsb256 = -219};
    energy_channel_t channel;
    energy_init(&channel, &calibration, 4296);
    const int64_t start_us = 300000, day_us = INT64_C(86400) * 1000000;
    uint128_t units = 0;
    int64_t now_us = start_us, integrated_us = 0;
    energy_reading_t first = reading(1, 1);
    energy_add(&channel, &first, now_us);
    while (now_us < start_us + day_us) {
        uint64_t bits = (uint64_t)(random_uniform(&random) * (1 << 26));
        energy_reading_t next = reading((int)(bits & 4095), 600 + (int)(bits >> 12 & 63));
        int64_t dt_us = 4280 + (int64_t)(bits >> 20 & 63);
        now_us += dt_us;
        integrated_us += dt_us;
        energy_add(&channel, &next, now_us);
        units += (uint128_t)(next.shunt_raw * 256 + 219) * (uint128_t)next.bus_raw * (uint128_t)dt_us;
    }
    assert_true(integrated_us == now_us - start_us);
    assert_true(channel.imported_uj.whole == (uint64_t)(units * 32 / ((uint128_t)99731 * 25600)));
    assert_true(channel.exported_uj.whole == 0);
    assert_int_equal(channel.missed_cycles, 0);
    assert_int_equal(channel.gap_us, 0);
}

static void directions_are_counted_apart(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4000);
    energy_reading_t in = reading(500, 625), out = reading(-250, 625);
    energy_add(&channel, &in, 0);
    energy_add(&channel, &in, 4000);
    energy_add(&channel, &out, 8000);
    assert_int_equal(channel.imported_uj.whole, 4000);
    assert_int_equal(channel.exported_uj.whole, 2000);
    assert_int_equal(channel.exported_uc.whole, 400);
    assert_int_equal(energy_current_ua(&channel), -100000);
    assert_false(energy_reversed(&channel));
    for (int i = 0; i < 2000; i++) {
        energy_add(&channel, &out, 12000 + i * 4000);
    }
    assert_true(energy_reversed(&channel));
}

static void missed_cycles_are_bridged_and_counted(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4000);
    energy_reading_t one_watt = reading(500, 625);
    energy_add(&channel, &one_watt, 0);
    energy_add(&channel, &one_watt, 4400); /* a slow chip is no miss */
    assert_int_equal(channel.missed_cycles, 0);
    energy_add(&channel, &one_watt, 12400);
    assert_int_equal(channel.missed_cycles, 1);
    energy_add(&channel, &one_watt, 24400);
    assert_int_equal(channel.missed_cycles, 3);
    assert_int_equal(channel.imported_uj.whole, 24400);
    assert_int_equal(channel.gap_us, 0);
}

static void silence_is_a_gap_and_never_integrated(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4000);
    energy_reading_t one_watt = reading(500, 625);
    energy_add(&channel, &one_watt, 0);
    assert_int_equal(energy_gap_us(&channel, 16000), 0);
    assert_int_equal(energy_time_us(&channel, 16000), 0);
    assert_int_equal(energy_gap_us(&channel, 1000000), 996000);
    assert_int_equal(energy_time_us(&channel, 1000000), 1000000);
    energy_add(&channel, &one_watt, 1000000);
    assert_int_equal(channel.gap_us, 996000);
    assert_int_equal(channel.imported_uj.whole, 4000);
}

static void overrange_is_counted(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4000);
    energy_reading_t clipped = {.overrange = true, .shunt_raw = 4095, .bus_raw = 625};
    energy_add(&channel, &clipped, 0);
    energy_add(&channel, &clipped, 4000);
    assert_int_equal(channel.overrange_samples, 1);
    assert_int_equal(channel.imported_uj.whole, 32760);
}

static void time_that_stands_still_or_goes_back_changes_nothing(void **state)
{
    (void)state;
    energy_channel_t channel;
    energy_init(&channel, &s_plain, 4000);
    energy_reading_t one_watt = reading(500, 625);
    energy_add(&channel, &one_watt, 5000);
    energy_add(&channel, &one_watt, 5000);
    energy_add(&channel, &one_watt, 4000);
    assert_int_equal(channel.imported_uj.whole, 0);
}

static void ten_years_at_full_scale_do_not_overflow(void **state)
{
    (void)state;
    energy_channel_t channel;
    /* Large steps: each reading stands for 67 s. */
    energy_init(&channel, &s_plain, ENERGY_MAX_DT_US);
    energy_reading_t full = reading(-4096, 4095);
    int64_t steps = INT64_C(10) * 365 * 86400 * 1000000 / ENERGY_MAX_DT_US;
    for (int64_t i = 0; i <= steps; i++) {
        energy_add(&channel, &full, i * ENERGY_MAX_DT_US);
    }
    uint128_t expected = (uint128_t)4096 * 4095 * ENERGY_MAX_DT_US * (uint128_t)steps / 312500;
    assert_true(channel.exported_uj.whole == (uint64_t)expected);
}

static void a_current_beyond_32_bits_is_the_largest(void **state)
{
    (void)state;
    energy_calibration_t tiny = {.shunt_uohm = 10};
    energy_channel_t channel;
    energy_init(&channel, &tiny, 4296);
    /* 163.8 mV over 10 uOhm: 16.38 kA. */
    energy_reading_t full = reading(4095, 625);
    energy_add(&channel, &full, 0);
    assert_int_equal(energy_current_ua(&channel), INT32_MAX);
    energy_reading_t back = reading(-4095, 625);
    energy_add(&channel, &back, 4000);
    assert_int_equal(energy_current_ua(&channel), INT32_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_exact_for_random_readings),
        cmocka_unit_test(one_watt_for_one_second_is_a_joule),
        cmocka_unit_test(calibration_changes_gain_and_offset),
        cmocka_unit_test(a_calibration_in_between_loses_nothing),
        cmocka_unit_test(a_day_of_readings_is_exact),
        cmocka_unit_test(directions_are_counted_apart),
        cmocka_unit_test(missed_cycles_are_bridged_and_counted),
        cmocka_unit_test(silence_is_a_gap_and_never_integrated),
        cmocka_unit_test(overrange_is_counted),
        cmocka_unit_test(time_that_stands_still_or_goes_back_changes_nothing),
        cmocka_unit_test(ten_years_at_full_scale_do_not_overflow),
        cmocka_unit_test(a_current_beyond_32_bits_is_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
