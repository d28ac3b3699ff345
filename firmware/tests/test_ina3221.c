/* The driver on the emulated sensor, its faults included. */
#include "cmocka_all.h"
#include "emulated_bus.h"

typedef struct {
    emulated_bus_t bus;
    ina3221_t sensor;
    int64_t now_us;
    uint64_t cycles;
    ina3221_cycle_t last;
} rig_t;

static const ina3221_input_t s_inputs[3] = {{0.010, 5.0}, {0.020, 4.0}, {-0.030, 3.0}};

static void start(rig_t *rig, uint8_t channels, double clock_error)
{
    *rig = (rig_t){.bus = {.address = {0x41, 0x40}}};
    emulated_ina3221_init(&rig->bus.sensor[0], &(ina3221_specimen_t){.clock_error = clock_error});
    ina3221_bus_t driver = emulated_bus_driver(&rig->bus);
    ina3221_init(&rig->sensor, &driver,
                 &(ina3221_config_t){.address = 0x41,
                                     .channels = channels,
                                     .shunt_time = INA3221_TIME_1100_US,
                                     .bus_time = INA3221_TIME_332_US});
}

/** Polls whenever the driver asks to. */
static void run(rig_t *rig, const ina3221_input_t *inputs, int64_t for_us)
{
    int64_t end_us = rig->now_us + for_us;
    while (rig->sensor.next_poll_us <= end_us) {
        if (rig->sensor.next_poll_us > rig->now_us) {
            rig->now_us = rig->sensor.next_poll_us;
        }
        emulated_ina3221_advance(&rig->bus.sensor[0], rig->now_us * 1000, inputs);
        rig->cycles += ina3221_poll(&rig->sensor, rig->now_us, &rig->last) == INA3221_CYCLE;
    }
    rig->now_us = end_us;
}

static void configures_what_the_design_asks_for(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    run(&rig, s_inputs, 10);
    assert_int_equal(rig.bus.sensor[0].configuration, 0x70A7);
    assert_int_equal(rig.sensor.cycle_us, 4296);
    assert_true(ina3221_online(&rig.sensor));
}

static void reads_every_cycle_whatever_the_chips_clock(void **state)
{
    (void)state;
    static const double s_errors[] = {-0.1, 0, 0.013, 0.1};
    for (int i = 0; i < 4; i++) {
        rig_t rig;
        start(&rig, 7, s_errors[i]);
        run(&rig, s_inputs, 10000000);
        double expected = 10000000 / (4296 * (1 + s_errors[i]));
        assert_true(rig.cycles >= (uint64_t)expected - 1 && rig.cycles <= (uint64_t)expected + 1);
        assert_int_equal(rig.sensor.errors, 0);
        assert_int_equal(rig.sensor.resets, 0);
    }
}

/**
 * The other sensor on the bus keeps it busy for 1.1 ms of each of its own cycles, a little longer than this one's: that
 * delays readings but must not drag them along, or a cycle would be lost each time the other one is overtaken.
 */
static void a_bus_that_is_busy_at_times_costs_no_cycle(void **state)
{
    (void)state;
    static const double s_errors[] = {-0.1, -0.05, -0.03, -0.001, 0, 0.001, 0.03, 0.1};
    const int64_t period_us = 4352, busy_us = 1100;
    for (int i = 0; i < 8; i++) {
        rig_t rig;
        start(&rig, 7, s_errors[i]);
        while (rig.now_us < 10000000) {
            int64_t next_us = rig.sensor.next_poll_us > rig.now_us ? rig.sensor.next_poll_us : rig.now_us;
            int64_t into_us = next_us % period_us;
            rig.now_us = into_us < busy_us ? next_us + busy_us - into_us : next_us;
            emulated_ina3221_advance(&rig.bus.sensor[0], rig.now_us * 1000, s_inputs);
            rig.cycles += ina3221_poll(&rig.sensor, rig.now_us, &rig.last) == INA3221_CYCLE;
        }
        double expected = 10000000 / (4296 * (1 + s_errors[i]));
        if (rig.cycles + 2 < (uint64_t)expected || rig.cycles > (uint64_t)expected + 1) {
            fail_msg("%+.3f: %lu cycles of %.0f", s_errors[i], (unsigned long)rig.cycles, expected);
        }
    }
}

static void gives_signed_raw_values(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    run(&rig, s_inputs, 10000);
    assert_int_equal(rig.last.shunt_raw[0], 250);
    assert_int_equal(rig.last.bus_raw[0], 625);
    assert_int_equal(rig.last.shunt_raw[2], -750);
    assert_int_equal(rig.last.bus_raw[2], 375);
    assert_int_equal(rig.last.overrange, 0);
}

static void tells_overrange_per_channel(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    const ina3221_input_t inputs[3] = {{0.2, 5}, {0.1, 5}, {-0.2, 5}};
    run(&rig, inputs, 10000);
    assert_int_equal(rig.last.overrange, 5);
}

static void takes_only_an_ina3221_for_one(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    rig.bus.address[0] = 0x44;
    run(&rig, s_inputs, 1000000);
    assert_int_equal(rig.cycles, 0);
    assert_false(ina3221_online(&rig.sensor));
    assert_true(rig.sensor.errors >= 9 && rig.sensor.errors <= 12);
    rig.bus.address[0] = 0x41;
    run(&rig, s_inputs, 1000000);
    assert_true(ina3221_online(&rig.sensor));
    assert_true(rig.cycles > 200);
}

static void a_failed_transfer_costs_little_and_is_counted(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    run(&rig, s_inputs, 1000000);
    uint64_t before = rig.cycles;
    rig.bus.fail_next = 1;
    run(&rig, s_inputs, 1000000);
    assert_int_equal(rig.sensor.errors, 1);
    assert_true(rig.cycles - before >= 230);
    assert_true(ina3221_online(&rig.sensor));
}

static void recovers_from_a_stuck_bus(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    run(&rig, s_inputs, 100000);
    rig.bus.stuck = true;
    run(&rig, s_inputs, 2000000);
    assert_false(ina3221_online(&rig.sensor));
    /* The bus is not flooded with attempts meanwhile. */
    assert_true(rig.sensor.errors < 40);
    rig.bus.stuck = false;
    uint64_t before = rig.cycles;
    run(&rig, s_inputs, 1000000);
    assert_true(ina3221_online(&rig.sensor));
    assert_true(rig.cycles - before > 200);
}

static void configures_a_sensor_that_fell_back_anew(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 1, 0);
    run(&rig, s_inputs, 100000);
    emulated_ina3221_power_on(&rig.bus.sensor[0]);
    run(&rig, s_inputs, 1100000);
    assert_int_equal(rig.sensor.resets, 1);
    assert_int_equal(rig.bus.sensor[0].configuration, rig.sensor.configuration);
}

static void restarts_a_sensor_that_stopped_converting(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 1, 0);
    run(&rig, s_inputs, 100000);
    rig.bus.sensor[0].conversion = -1;
    run(&rig, s_inputs, 500000);
    uint64_t before = rig.cycles;
    run(&rig, s_inputs, 100000);
    assert_true(rig.cycles - before > 60);
    assert_true(rig.sensor.errors > 0);
}

/** Writing to flash stops everything for up to hundreds of ms: nothing is wrong with the sensor then. */
static void a_poll_that_comes_late_takes_the_cycle_that_is_there(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    for (int i = 0; i < 20; i++) {
        run(&rig, s_inputs, 100000);
        uint64_t before = rig.cycles;
        rig.now_us += 300000;
        run(&rig, s_inputs, 0);
        assert_int_equal(rig.cycles, before + 1);
        assert_true(ina3221_online(&rig.sensor));
    }
    assert_int_equal(rig.sensor.errors, 0);
    assert_int_equal(rig.sensor.resets, 0);
}

static void keeps_alerts_that_polling_clears(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, 7, 0);
    run(&rig, s_inputs, 100);
    emulated_ina3221_write(&rig.bus.sensor[0], INA3221_REG_CRITICAL_LIMIT(0), 249 * 8);
    /* Set early in the cycle and cleared in the sensor by the polls before it is ready. */
    rig.sensor.next_poll_us = rig.now_us + 1500;
    run(&rig, s_inputs, 5000);
    assert_int_equal(rig.cycles, 1);
    assert_int_equal(rig.last.critical, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configures_what_the_design_asks_for),
        cmocka_unit_test(reads_every_cycle_whatever_the_chips_clock),
        cmocka_unit_test(a_bus_that_is_busy_at_times_costs_no_cycle),
        cmocka_unit_test(gives_signed_raw_values),
        cmocka_unit_test(tells_overrange_per_channel),
        cmocka_unit_test(takes_only_an_ina3221_for_one),
        cmocka_unit_test(a_failed_transfer_costs_little_and_is_counted),
        cmocka_unit_test(recovers_from_a_stuck_bus),
        cmocka_unit_test(configures_a_sensor_that_fell_back_anew),
        cmocka_unit_test(restarts_a_sensor_that_stopped_converting),
        cmocka_unit_test(a_poll_that_comes_late_takes_the_cycle_that_is_there),
        cmocka_unit_test(keeps_alerts_that_polling_clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
