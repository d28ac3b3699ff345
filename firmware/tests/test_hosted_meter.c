/* A whole meter of the program as its client sees it: what it serves to whom, what it keeps, and what it shows. */
#include "cmocka_all.h"
#include "hosted_rig.h"
#include "oled_pbm.h"
#include "temporary_directory.h"
#include <math.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void a_healthy_meter_streams_its_energy(void **state)
{
    (void)state;
    rig_t *rig = rig_start(NULL, NULL);
    rig_ask(rig);
    rig_run(rig, 10);
    assert_int_equal(rig->challenges, 1);
    assert_true(rig->count >= 99 && rig->count <= 101);
    assert_int_equal(rig_last(rig)->sequence, rig->count);
    assert_int_equal(rig_last(rig)->flags, POWER_METER_FLAG_CALIBRATION_OPEN);
    rig_assert_nothing_is_missing(rig);
    /* The newest reading is at most a cycle, a wake and the time of reading both sensors old. */
    assert_true(10300000 - rig_last(rig)->timestamp_us < 120000);
    rig_end(rig);
}

static void a_first_generation_meter_sends_each_second_and_no_more_than_it_knows(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--first-generation", NULL);
    rig_ask(rig);
    rig_run(rig, 5.5);
    assert_int_equal(rig->challenges, 0);
    assert_int_equal(rig->count, 6);
    assert_true(rig_last(rig)->timestamp_us > 5000000);
    assert_int_equal(
        rig_last(rig)->sequence | rig_last(rig)->boot_id | rig_last(rig)->lease_ms | rig_last(rig)->energy_uj, 0);
    rig_end(rig);
}

static void first_generation_clients_are_served_unless_they_are_refused(void **state)
{
    (void)state;
    static const char *const s_options[] = {NULL, "--refuse-first-generation"};
    for (int i = 0; i < 2; i++) {
        rig_t *rig = rig_start(s_options[i], NULL);
        assert_int_equal(send(rig->client, "1", 2, 0), 2);
        rig_run(rig, 2);
        assert_int_equal(rig->count > 0, i == 0);
        assert_int_equal(rig->meter.protocol.invalid_requests, i);
        rig_end(rig);
    }
}

static void step_for(hosted_meter_t *meter, int64_t duration_ns)
{
    for (int64_t now_ns = 0; now_ns <= duration_ns; now_ns += STEP_NS) {
        hosted_meter_now_t now = {.now_ns = now_ns, .start_unix_us = START_UNIX_US};
        hosted_meter_step(meter, &now, false);
    }
}

static void calibration_and_lifetime_outlast_reboots_and_restarts(void **state)
{
    (void)state;
    char directory[TEMPORARY_PATH_BYTES];
    char path[TEMPORARY_PATH_BYTES + 16];
    char problem[160];
    temporary_directory_make(directory);
    snprintf(path, sizeof(path), "%s/state", directory);
    rig_t *rig = rig_start("--state", path);
    hosted_meter_t *meter = &rig->meter;
    step_for(meter, 3 * SECOND);
    energy_calibration_t calibration = {.shunt_uohm = 98000, .offset_lsb256 = 40};
    assert_true(power_meter_calibrate(&meter->twin.meter, 1, &calibration));
    uint64_t uj = meter->twin.meter.channels[0].imported_uj.whole;
    assert_true(uj > 5900000);
    rig_end(rig);

    rig = rig_start("--state", path);
    assert_true(fault_schedule_parse(&rig->options.faults, "reboot@2", problem, sizeof(problem)));
    power_meter_snapshot_t restored = power_meter_snapshot(&meter->twin.meter, 1, 0);
    assert_int_equal(restored.shunt_uohm, 98000);
    assert_int_equal(restored.offset_lsb256, 40);
    assert_int_equal(restored.lifetime_uj, uj);
    assert_int_equal(restored.imported_uj, 0);
    step_for(meter, 4 * SECOND);
    restored = power_meter_snapshot(&meter->twin.meter, 1, 0);
    assert_int_equal(restored.shunt_uohm, 98000);
    /* The two seconds before the reboot were not saved, so they are lost; what came since is there. */
    assert_true(restored.imported_uj < 4000000);
    assert_int_equal(restored.lifetime_uj, uj + restored.imported_uj);
    rig_end(rig);
    temporary_directory_remove(directory);
}

static uint64_t metered_uj(const char *option, const char *value, double seconds)
{
    rig_t *rig = rig_start(option, value);
    rig_run(rig, seconds);
    uint64_t uj = rig->meter.twin.meter.channels[0].imported_uj.whole;
    rig_end(rig);
    return uj;
}

/** What is in the file is what the panel shows, also after a restart of the meter; metering is the same without it. */
static void the_display_is_a_picture_and_costs_no_energy(void **state)
{
    (void)state;
    char directory[TEMPORARY_PATH_BYTES], path[TEMPORARY_PATH_BYTES + 16];
    temporary_directory_make(directory);
    snprintf(path, sizeof(path), "%s/display.pbm", directory);
    assert_true(metered_uj("--display", path, 5) == metered_uj(NULL, NULL, 5));
    rig_t *rig = rig_start("--display", path);
    assert_true(fault_schedule_parse(&rig->options.faults, "reboot@4", NULL, 0));
    for (int seconds = 3; seconds <= 8; seconds += 5) {
        rig_run(rig, seconds + 0.9);
        const oled_tour_t *tour = &rig->meter.display.oled.tour;
        assert_int_equal(tour->page, 1);
        assert_in_range(tour->rates[0].power_uw, 1990000, 2010000);
        oled_frame_t seen;
        uint8_t expected[OLED_PBM_BYTES], pbm[OLED_PBM_BYTES + 1];
        emulated_ssd1306_look(&rig->meter.display.panel, &seen);
        assert_true(oled_frame_pixel(&seen, 0, 0));
        oled_pbm(&seen, expected);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        assert_int_equal(fread(pbm, 1, sizeof(pbm), file), OLED_PBM_BYTES);
        fclose(file);
        assert_memory_equal(pbm, expected, OLED_PBM_BYTES);
    }
    rig_end(rig);
    temporary_directory_remove(directory);
}

static void clients_that_ask_for_no_interval_get_the_configured_one(void **state)
{
    (void)state;
    rig_t *rig = rig_start("--default-interval-ms", "50");
    assert_int_equal(send(rig->client, "1", 2, 0), 2);
    rig_run(rig, 2);
    assert_in_range(rig->count, 38, 41);
    rig_end(rig);
}

static void every_meter_is_another_specimen(void **state)
{
    (void)state;
    static hosted_meter_t meters[3];
    char *arguments[] = {"twin", "--model", "constant:2", "--port", "0", "--meters", "3", NULL};
    options_t options;
    optind = 0;
    assert_int_equal(options_parse(&options, 7, arguments), OPTIONS_RUN);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hosted_meter_start(&meters[i], &options, i), 0);
    }
    for (int64_t now_ns = 0; now_ns <= 5 * SECOND; now_ns += STEP_NS) {
        hosted_meter_now_t now = {.now_ns = now_ns, .start_unix_us = START_UNIX_US};
        for (unsigned i = 0; i < 3; i++) {
            hosted_meter_step(&meters[i], &now, false);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        const hosted_meter_t *a = &meters[i], *b = &meters[(i + 1) % 3];
        assert_int_not_equal(a->server.port, b->server.port);
        assert_int_not_equal(a->protocol.config.boot_id, b->protocol.config.boot_id);
        assert_memory_not_equal(a->protocol.config.secret, b->protocol.config.secret, METER_CHALLENGE_SECRET_BYTES);
        /* Noise of their own, the same node. */
        uint64_t uj = a->twin.meter.channels[0].imported_uj.whole;
        assert_true(uj != b->twin.meter.channels[0].imported_uj.whole);
        assert_true(fabs((double)uj * 1e-6 - 10) < 0.1);
    }
    for (unsigned i = 0; i < 3; i++) {
        hosted_meter_stop(&meters[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_meter_streams_its_energy),
        cmocka_unit_test(a_first_generation_meter_sends_each_second_and_no_more_than_it_knows),
        cmocka_unit_test(first_generation_clients_are_served_unless_they_are_refused),
        cmocka_unit_test(calibration_and_lifetime_outlast_reboots_and_restarts),
        cmocka_unit_test(the_display_is_a_picture_and_costs_no_energy),
        cmocka_unit_test(clients_that_ask_for_no_interval_get_the_configured_one),
        cmocka_unit_test(every_meter_is_another_specimen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
