/* A whole meter's faults as its client sees them. */
#include "cmocka_all.h"
#include "hosted_rig.h"
#include <math.h>

static void a_reboot_forgets_clients_counters_and_token(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--fault", "reboot@5");
    rig_ask(rig);
    rig_run(rig, 5.1);
    datagram_t before = *rig_last(rig);
    size_t count = rig->count;
    uint32_t token = rig->token;
    assert_true(before.energy_uj > 9000000 && before.timestamp_us > 5000000);
    rig_ask(rig); /* while it boots: nobody hears */
    rig_run(rig, 6);
    assert_int_equal(rig->count, count);
    assert_int_equal(rig->challenges, 1);
    rig_ask(rig); /* with the token of before */
    rig_run(rig, 7);
    assert_int_equal(rig->challenges, 2);
    assert_int_not_equal(rig->token, token);
    assert_int_not_equal(rig_last(rig)->boot_id, before.boot_id);
    assert_int_not_equal(rig_last(rig)->boot_id, 0);
    assert_int_equal(rig->datagrams[count].sequence, 1);
    assert_true(rig_last(rig)->timestamp_us < 2100000);
    assert_true(rig_last(rig)->energy_uj < 3500000 && rig_last(rig)->energy_uj > 3000000);
    rig_end(rig);
}

static void silence_is_a_hole_that_costs_no_energy(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--fault", "silence@2+1");
    rig_ask(rig);
    rig_run(rig, 5);
    size_t in_silence = 0, holes = 0;
    for (size_t i = 0; i < rig->count; i++) {
        in_silence += rig->datagrams[i].arrived_ns >= 2 * SECOND && rig->datagrams[i].arrived_ns < 3 * SECOND;
        holes += i > 0 ? rig->datagrams[i].sequence - rig->datagrams[i - 1].sequence - 1 : 0;
    }
    assert_int_equal(in_silence, 0);
    assert_true(holes >= 9 && holes <= 11);
    assert_int_equal(rig->challenges, 1);
    assert_int_equal(rig_last(rig)->gap_us, 0);
    rig_assert_nothing_is_missing(rig);
    rig_end(rig);
}

static void a_silent_sensor_is_told_and_nothing_is_invented(void **state)
{
    (void)state;
    static const char *const s_faults[] = {"nack@2+2", "stuck-bus@2+2"};
    for (int i = 0; i < 2; i++) {
        rig_t *rig = rig_start("--fault", s_faults[i]);
        rig_ask(rig);
        rig_run(rig, 3.9);
        assert_int_equal(rig_last(rig)->flags,
                         POWER_METER_FLAG_GAP | POWER_METER_FLAG_OFFLINE | POWER_METER_FLAG_CALIBRATION_OPEN);
        assert_true(rig_last(rig)->sensor_errors > 5 && rig_last(rig)->sensor_errors < 60);
        rig_run(rig, 6);
        assert_int_equal(rig_last(rig)->flags, POWER_METER_FLAG_CALIBRATION_OPEN);
        assert_true(rig_last(rig)->gap_us > 1980000 && rig_last(rig)->gap_us < 2200000);
        double metered = (double)rig_last(rig)->timestamp_us - 300000 - (double)rig_last(rig)->gap_us;
        assert_true(fabs((double)rig_last(rig)->energy_uj - 2 * metered) < 50000);
        rig_end(rig);
    }
}

static void a_sensor_that_resets_itself_is_set_up_again(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--fault", "sensor-reset@2.5,sensor-reset@4");
    rig_ask(rig);
    rig_run(rig, 2.49);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x40A7);
    rig_run(rig, 2.5);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x7127);
    rig_run(rig, 6);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x40A7);
    assert_int_equal(rig->meter.twin.meter.sensors[0].resets, 2);
    rig_assert_nothing_is_missing(rig);
    rig_end(rig);
}

static void delayed_datagrams_arrive_late_and_in_order(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--delay-ms", "250");
    rig_ask(rig);
    rig_run(rig, 5);
    /* The challenge and the first datagram both took their time. */
    assert_true(rig->datagrams[0].arrived_ns >= SECOND / 2);
    for (size_t i = 0; i < rig->count; i++) {
        int64_t age_us = rig->datagrams[i].arrived_ns / 1000 + 300000 - (int64_t)rig->datagrams[i].timestamp_us;
        assert_true(age_us >= 250000 && age_us < 280000);
        assert_int_equal(rig->datagrams[i].sequence, i + 1);
    }
    rig_end(rig);
}

static void doubled_swapped_and_lost_datagrams_show_in_the_sequence(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--fault", "duplicate=0.2@1+20,reorder=0.2@30+20,loss=0.2@60+20");
    rig_ask(rig);
    size_t doubled = 0, swapped = 0, lost = 0;
    for (int second = 1; second <= 90; second++) {
        rig_run(rig, second);
        rig_ask(rig);
    }
    for (size_t i = 1; i < rig->count; i++) {
        int32_t step = (int32_t)(rig->datagrams[i].sequence - rig->datagrams[i - 1].sequence);
        bool in_loss = rig->datagrams[i].arrived_ns >= 60 * SECOND;
        doubled += step == 0;
        swapped += step < 0;
        lost += in_loss && step > 1 ? (size_t)(step - 1) : 0;
    }
    assert_true(doubled > 20 && doubled < 65);
    assert_true(swapped > 15 && swapped < 60);
    assert_true(lost > 20 && lost < 65);
    rig_assert_nothing_is_missing(rig);
    rig_end(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reboot_forgets_clients_counters_and_token),
        cmocka_unit_test(silence_is_a_hole_that_costs_no_energy),
        cmocka_unit_test(a_silent_sensor_is_told_and_nothing_is_invented),
        cmocka_unit_test(a_sensor_that_resets_itself_is_set_up_again),
        cmocka_unit_test(delayed_datagrams_arrive_late_and_in_order),
        cmocka_unit_test(doubled_swapped_and_lost_datagrams_show_in_the_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
