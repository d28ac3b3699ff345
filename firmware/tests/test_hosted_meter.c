/* A whole meter of the program, with a client on a real socket, in simulated time: its faults as the client sees them.
 */
#include "cmocka_all.h"
#include "hosted_meter.h"
#include "oled_pbm.h"
#include "power_measurement.pb-c.h"
#include "temporary_directory.h"
#include <arpa/inet.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define STEP_NS 10000000
#define START_UNIX_US INT64_C(1700000000000000)
#define DATAGRAMS 4096

/** What the client got, and when. */
typedef struct {
    int64_t arrived_ns;
    uint32_t sequence;
    uint32_t boot_id;
    uint64_t timestamp_us;
    uint64_t energy_uj;
    uint64_t gap_us;
    uint32_t flags;
    uint32_t sensor_errors;
    uint32_t lease_ms;
} datagram_t;

typedef struct {
    options_t options;
    hosted_meter_t meter;
    int64_t now_ns;
    int client;
    uint32_t token;
    uint32_t challenges;
    datagram_t datagrams[DATAGRAMS];
    size_t count;
} rig_t;

static rig_t s_rig;

/** A twin with these options besides 2 W on channel 1, any port, and no noise. */
static rig_t *start(const char *option, const char *value)
{
    char *arguments[] = {"twin",        "--model", "constant:2",   "--port",      "0",
                         "--noise-lsb", "0",       (char *)option, (char *)value, NULL};
    int count = 0;
    while (arguments[count]) {
        count++;
    }
    memset(&s_rig, 0, sizeof(s_rig));
    optind = 0;
    assert_int_equal(options_parse(&s_rig.options, count, arguments), OPTIONS_RUN);
    assert_int_equal(hosted_meter_start(&s_rig.meter, &s_rig.options, 0), 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s_rig.meter.server.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s_rig.client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(s_rig.client, (struct sockaddr *)&to, sizeof(to)), 0);
    return &s_rig;
}

static void end(rig_t *rig)
{
    hosted_meter_stop(&rig->meter);
    close(rig->client);
}

static void ask(rig_t *rig)
{
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.lease_s = 60;
    subscribe.interval_ms = 100;
    subscribe.token = rig->token;
    uint8_t data[64] = {'1', '\0'};
    size_t length = 2 + subscribe__pack(&subscribe, data + 2);
    assert_int_equal(send(rig->client, data, length, 0), length);
}

static void take(rig_t *rig)
{
    uint8_t data[512];
    ssize_t length;
    while ((length = recv(rig->client, data, sizeof(data), 0)) >= 0) {
        PowerMeasurement *message = power_measurement__unpack(NULL, (size_t)length, data);
        assert_non_null(message);
        if (message->challenge != 0) {
            rig->challenges++;
            rig->token = message->challenge;
            ask(rig);
        } else {
            assert_true(rig->count < DATAGRAMS);
            rig->datagrams[rig->count++] = (datagram_t){
                .arrived_ns = rig->now_ns,
                .sequence = message->sequence,
                .boot_id = message->boot_id,
                .timestamp_us = message->timestamp,
                .energy_uj = message->energy_uj,
                .gap_us = message->gap_us,
                .flags = message->flags,
                .sensor_errors = message->sensor_errors,
                .lease_ms = message->lease_ms,
            };
        }
        power_measurement__free_unpacked(message, NULL);
    }
}

static void run(rig_t *rig, double until_seconds)
{
    int64_t until_ns = llround(until_seconds * 1e9);
    while (rig->now_ns < until_ns) {
        rig->now_ns += STEP_NS;
        hosted_meter_now_t now = {.now_ns = rig->now_ns, .start_unix_us = START_UNIX_US};
        hosted_meter_receive(&rig->meter, &now);
        hosted_meter_step(&rig->meter, &now, false);
        take(rig);
    }
}

static const datagram_t *last(const rig_t *rig)
{
    assert_true(rig->count > 0);
    return &rig->datagrams[rig->count - 1];
}

/** Energy at 2 W up to the newest reading, without gaps; it misses the first cycle of each boot. */
static void assert_nothing_is_missing(const rig_t *rig)
{
    double expected_uj = 2 * ((double)last(rig)->timestamp_us - 300000);
    if (fabs((double)last(rig)->energy_uj - expected_uj) > 0.005 * expected_uj + 10000) {
        fail_msg("%lu uJ, not %.0f", (unsigned long)last(rig)->energy_uj, expected_uj);
    }
}

static void a_healthy_meter_streams_its_energy(void **state)
{
    (void)state;
    rig_t *rig = start(NULL, NULL);
    ask(rig);
    run(rig, 10);
    assert_int_equal(rig->challenges, 1);
    assert_true(rig->count >= 99 && rig->count <= 101);
    assert_int_equal(last(rig)->sequence, rig->count);
    assert_int_equal(last(rig)->flags, POWER_METER_FLAG_CALIBRATION_OPEN);
    assert_nothing_is_missing(rig);
    /* The newest reading is at most a cycle, a wake and the time of reading both sensors old. */
    assert_true(10300000 - last(rig)->timestamp_us < 120000);
    end(rig);
}

static void a_reboot_forgets_clients_counters_and_token(void **state)
{
    (void)state;
    rig_t *rig = start("--fault", "reboot@5");
    ask(rig);
    run(rig, 5.1);
    datagram_t before = *last(rig);
    size_t count = rig->count;
    uint32_t token = rig->token;
    assert_true(before.energy_uj > 9000000 && before.timestamp_us > 5000000);
    ask(rig); /* while it boots: nobody hears */
    run(rig, 6);
    assert_int_equal(rig->count, count);
    assert_int_equal(rig->challenges, 1);
    ask(rig); /* with the token of before */
    run(rig, 7);
    assert_int_equal(rig->challenges, 2);
    assert_int_not_equal(rig->token, token);
    assert_int_not_equal(last(rig)->boot_id, before.boot_id);
    assert_int_not_equal(last(rig)->boot_id, 0);
    assert_int_equal(rig->datagrams[count].sequence, 1);
    assert_true(last(rig)->timestamp_us < 2100000);
    assert_true(last(rig)->energy_uj < 3500000 && last(rig)->energy_uj > 3000000);
    end(rig);
}

static void silence_is_a_hole_that_costs_no_energy(void **state)
{
    (void)state;
    rig_t *rig = start("--fault", "silence@2+1");
    ask(rig);
    run(rig, 5);
    size_t in_silence = 0, holes = 0;
    for (size_t i = 0; i < rig->count; i++) {
        in_silence += rig->datagrams[i].arrived_ns >= 2 * SECOND && rig->datagrams[i].arrived_ns < 3 * SECOND;
        holes += i > 0 ? rig->datagrams[i].sequence - rig->datagrams[i - 1].sequence - 1 : 0;
    }
    assert_int_equal(in_silence, 0);
    assert_true(holes >= 9 && holes <= 11);
    assert_int_equal(rig->challenges, 1);
    assert_int_equal(last(rig)->gap_us, 0);
    assert_nothing_is_missing(rig);
    end(rig);
}

static void a_silent_sensor_is_told_and_nothing_is_invented(void **state)
{
    (void)state;
    static const char *const s_faults[] = {"nack@2+2", "stuck-bus@2+2"};
    for (int i = 0; i < 2; i++) {
        rig_t *rig = start("--fault", s_faults[i]);
        ask(rig);
        run(rig, 3.9);
        assert_int_equal(last(rig)->flags,
                         POWER_METER_FLAG_GAP | POWER_METER_FLAG_OFFLINE | POWER_METER_FLAG_CALIBRATION_OPEN);
        assert_true(last(rig)->sensor_errors > 5 && last(rig)->sensor_errors < 60);
        run(rig, 6);
        assert_int_equal(last(rig)->flags, POWER_METER_FLAG_CALIBRATION_OPEN);
        assert_true(last(rig)->gap_us > 1980000 && last(rig)->gap_us < 2200000);
        double metered = (double)last(rig)->timestamp_us - 300000 - (double)last(rig)->gap_us;
        assert_true(fabs((double)last(rig)->energy_uj - 2 * metered) < 50000);
        end(rig);
    }
}

static void a_sensor_that_resets_itself_is_set_up_again(void **state)
{
    (void)state;
    rig_t *rig = start("--fault", "sensor-reset@2.5,sensor-reset@4");
    ask(rig);
    run(rig, 2.49);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x40A7);
    run(rig, 2.5);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x7127);
    run(rig, 6);
    assert_int_equal(rig->meter.twin.bus.sensor[0].configuration, 0x40A7);
    assert_int_equal(rig->meter.twin.meter.sensors[0].resets, 2);
    assert_nothing_is_missing(rig);
    end(rig);
}

static void delayed_datagrams_arrive_late_and_in_order(void **state)
{
    (void)state;
    rig_t *rig = start("--delay-ms", "250");
    ask(rig);
    run(rig, 5);
    /* The challenge and the first datagram both took their time. */
    assert_true(rig->datagrams[0].arrived_ns >= SECOND / 2);
    for (size_t i = 0; i < rig->count; i++) {
        int64_t age_us = rig->datagrams[i].arrived_ns / 1000 + 300000 - (int64_t)rig->datagrams[i].timestamp_us;
        assert_true(age_us >= 250000 && age_us < 280000);
        assert_int_equal(rig->datagrams[i].sequence, i + 1);
    }
    end(rig);
}

static void doubled_swapped_and_lost_datagrams_show_in_the_sequence(void **state)
{
    (void)state;
    rig_t *rig = start("--fault", "duplicate=0.2@1+20,reorder=0.2@30+20,loss=0.2@60+20");
    ask(rig);
    size_t doubled = 0, swapped = 0, lost = 0;
    for (int second = 1; second <= 90; second++) {
        run(rig, second);
        ask(rig);
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
    assert_nothing_is_missing(rig);
    end(rig);
}

static void a_first_generation_meter_sends_each_second_and_no_more_than_it_knows(void **state)
{
    (void)state;
    rig_t *rig = start("--first-generation", NULL);
    ask(rig);
    run(rig, 5.5);
    assert_int_equal(rig->challenges, 0);
    assert_int_equal(rig->count, 6);
    assert_true(last(rig)->timestamp_us > 5000000);
    assert_int_equal(last(rig)->sequence | last(rig)->boot_id | last(rig)->lease_ms | last(rig)->energy_uj, 0);
    end(rig);
}

static void first_generation_clients_are_served_unless_they_are_refused(void **state)
{
    (void)state;
    static const char *const s_options[] = {NULL, "--refuse-first-generation"};
    for (int i = 0; i < 2; i++) {
        rig_t *rig = start(s_options[i], NULL);
        assert_int_equal(send(rig->client, "1", 2, 0), 2);
        run(rig, 2);
        assert_int_equal(rig->count > 0, i == 0);
        assert_int_equal(rig->meter.protocol.invalid_requests, i);
        end(rig);
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
    rig_t *rig = start("--state", path);
    hosted_meter_t *meter = &rig->meter;
    step_for(meter, 3 * SECOND);
    energy_calibration_t calibration = {.shunt_uohm = 98000, .offset_lsb256 = 40};
    assert_true(power_meter_calibrate(&meter->twin.meter, 1, &calibration));
    uint64_t uj = meter->twin.meter.channels[0].imported_uj.whole;
    assert_true(uj > 5900000);
    end(rig);

    rig = start("--state", path);
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
    end(rig);
    temporary_directory_remove(directory);
}

static uint64_t metered_uj(const char *option, const char *value, double seconds)
{
    rig_t *rig = start(option, value);
    run(rig, seconds);
    uint64_t uj = rig->meter.twin.meter.channels[0].imported_uj.whole;
    end(rig);
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
    rig_t *rig = start("--display", path);
    assert_true(fault_schedule_parse(&rig->options.faults, "reboot@4", NULL, 0));
    for (int seconds = 3; seconds <= 8; seconds += 5) {
        run(rig, seconds + 0.9);
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
    end(rig);
    temporary_directory_remove(directory);
}

static void clients_that_ask_for_no_interval_get_the_configured_one(void **state)
{
    (void)state;
    rig_t *rig = start("--default-interval-ms", "50");
    assert_int_equal(send(rig->client, "1", 2, 0), 2);
    run(rig, 2);
    assert_in_range(rig->count, 38, 41);
    end(rig);
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
        cmocka_unit_test(a_reboot_forgets_clients_counters_and_token),
        cmocka_unit_test(silence_is_a_hole_that_costs_no_energy),
        cmocka_unit_test(a_silent_sensor_is_told_and_nothing_is_invented),
        cmocka_unit_test(a_sensor_that_resets_itself_is_set_up_again),
        cmocka_unit_test(delayed_datagrams_arrive_late_and_in_order),
        cmocka_unit_test(doubled_swapped_and_lost_datagrams_show_in_the_sequence),
        cmocka_unit_test(a_first_generation_meter_sends_each_second_and_no_more_than_it_knows),
        cmocka_unit_test(first_generation_clients_are_served_unless_they_are_refused),
        cmocka_unit_test(calibration_and_lifetime_outlast_reboots_and_restarts),
        cmocka_unit_test(the_display_is_a_picture_and_costs_no_energy),
        cmocka_unit_test(clients_that_ask_for_no_interval_get_the_configured_one),
        cmocka_unit_test(every_meter_is_another_specimen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
