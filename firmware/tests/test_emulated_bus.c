/* The bus to the emulated sensors: what a transfer costs, and which value it brings. */
#include "cmocka_all.h"
#include "emulated_bus.h"

typedef struct {
    emulated_bus_t bus;
    ina3221_bus_t driver;
    int64_t now_ns;
    ina3221_input_t inputs[INA3221_CHANNELS];
} rig_t;

static void pass(void *ctx, int64_t duration_ns)
{
    rig_t *rig = ctx;
    rig->now_ns += duration_ns;
    emulated_ina3221_advance(&rig->bus.sensor[0], rig->now_ns, rig->inputs);
}

static void start(rig_t *rig, uint32_t clock_khz)
{
    *rig = (rig_t){.bus = {.address = {0x41, 0x40}, .clock_khz = clock_khz, .pass = pass}};
    rig->bus.ctx = rig;
    rig->driver = emulated_bus_driver(&rig->bus);
    emulated_ina3221_init(&rig->bus.sensor[0], &(ina3221_specimen_t){0});
}

static int read(rig_t *rig, uint8_t reg, uint16_t *value)
{
    return rig->driver.read_register(rig->driver.ctx, 0x41, reg, value);
}

static int write(rig_t *rig, uint8_t reg, uint16_t value)
{
    return rig->driver.write_register(rig->driver.ctx, 0x41, reg, value);
}

static void a_read_takes_155_us_at_400_khz(void **state)
{
    (void)state;
    rig_t rig;
    uint16_t value;
    start(&rig, 400);
    assert_int_equal(read(&rig, INA3221_REG_DIE_ID, &value), 0);
    assert_int_equal(value, INA3221_DIE_ID);
    assert_int_equal(rig.now_ns, 155000);
    assert_int_equal(emulated_bus_longest_ns(&rig.bus, 9), 9 * 155000);
    assert_int_equal(write(&rig, INA3221_REG_CONFIGURATION, 0x7127), 0);
    assert_int_equal(rig.now_ns, 155000 + 95000 + 35000);
}

static void transfers_can_take_no_time(void **state)
{
    (void)state;
    rig_t rig;
    uint16_t value;
    start(&rig, 0);
    assert_int_equal(read(&rig, INA3221_REG_DIE_ID, &value), 0);
    assert_int_equal(write(&rig, INA3221_REG_CONFIGURATION, 0x7127), 0);
    assert_int_equal(rig.now_ns, 0);
    assert_int_equal(emulated_bus_longest_ns(&rig.bus, 9), 0);
}

/** A result that is overwritten in the middle of the transfer: what counts is when the sensor begins to send it. */
static void a_read_brings_what_the_register_holds_at_that_moment(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        rig_t rig;
        uint16_t value;
        start(&rig, 400);
        rig.inputs[0].shunt_volts = 0.040;
        /* Channel 1's shunt is converted at 1100 us; a read takes its value 70 us after its start. */
        pass(&rig, 1100000 - 70000 - 1 + late);
        assert_int_equal(read(&rig, INA3221_REG_SHUNT(0), &value), 0);
        assert_int_equal(value / 8, late ? 1000 : 0);
    }
}

/** Six reads take 0.93 ms; from 1.1 ms after conversion-ready on, channel 1's shunt is already the next cycle's. */
static void a_cycle_read_late_is_torn(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        rig_t rig;
        uint16_t shunt, bus, last;
        start(&rig, 400);
        rig.inputs[0] = rig.inputs[2] = (ina3221_input_t){.shunt_volts = 0.040, .bus_volts = 4};
        pass(&rig, 6600000);
        rig.inputs[0] = rig.inputs[2] = (ina3221_input_t){.shunt_volts = 0.080, .bus_volts = 4};
        pass(&rig, late ? 1100000 : 200000);
        read(&rig, INA3221_REG_SHUNT(0), &shunt);
        read(&rig, INA3221_REG_BUS(0), &bus);
        read(&rig, INA3221_REG_SHUNT(2), &last);
        assert_int_equal(shunt / 8, late ? 2000 : 1000);
        assert_int_equal(bus / 8, 500);
        assert_int_equal(last / 8, 1000);
    }
}

static void no_acknowledge_costs_little(void **state)
{
    (void)state;
    rig_t rig;
    uint16_t value = 4711;
    start(&rig, 400);
    rig.bus.unacknowledged = true;
    assert_int_not_equal(read(&rig, INA3221_REG_DIE_ID, &value), 0);
    assert_int_not_equal(write(&rig, INA3221_REG_CONFIGURATION, 0), 0);
    assert_int_equal(value, 4711);
    assert_int_equal(rig.now_ns, 2 * (27500 + 35000));
    rig.bus.unacknowledged = false;
    rig.bus.stuck = true;
    assert_int_not_equal(read(&rig, INA3221_REG_DIE_ID, &value), 0);
    assert_int_equal(rig.now_ns, 2 * (27500 + 35000) + 3000000);
    assert_int_equal(emulated_bus_longest_ns(&rig.bus, 9), 3000000);
    rig.bus.stuck = false;
    rig.bus.fail_next = 1;
    assert_int_not_equal(read(&rig, INA3221_REG_DIE_ID, &value), 0);
    assert_int_equal(read(&rig, INA3221_REG_CONFIGURATION, &value), 0);
    assert_int_equal(value, 0x7127);
    assert_int_not_equal(rig.driver.read_register(rig.driver.ctx, 0x42, INA3221_REG_DIE_ID, &value), 0);
    assert_int_equal(rig.bus.transfers, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_takes_155_us_at_400_khz),
        cmocka_unit_test(transfers_can_take_no_time),
        cmocka_unit_test(a_read_brings_what_the_register_holds_at_that_moment),
        cmocka_unit_test(a_cycle_read_late_is_torn),
        cmocka_unit_test(no_acknowledge_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
