/* Both sensors with all six channels and the display on one I2C bus of 400 kHz, in simulated time: the meter as it is
 * with the display must be the meter as it is without. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "emulated_bus.h"
#include "emulated_ssd1306.h"
#include "oled.h"
#include "power_meter.h"

#define S INT64_C(1000000)
#define NS_PER_US 1000
/** What asking for a view and drawing it takes of the task that polls the sensors, at most. */
#define DRAWING_US 500
/** Conversions of a sensor's three channels, 1.1 ms and 332 us each. */
#define CYCLE_US 4296

static const char *const s_names[POWER_METER_CHANNELS] = {"jetson-nano",  "pi-zero-2", "odroid-xu4",
                                                          "odroid-xu4-2", "pi-4",      "switch"};

typedef struct {
    emulated_bus_t bus;
    ina3221_input_t inputs[POWER_METER_CHANNELS];
    power_meter_t meter;
    emulated_ssd1306_t panel;
    oled_t oled;
    int64_t now_ns;
    unsigned views;
    unsigned clients;

    /** When the picture that is being sent was drawn, and the longest that one took to be shown. */
    int64_t drawn_us;
    int64_t slowest_us;
    bool whole;
} rig_t;

static int64_t now_us(const rig_t *rig)
{
    return rig->now_ns / NS_PER_US;
}

static void pass(void *ctx, int64_t duration_ns)
{
    rig_t *rig = ctx;
    rig->now_ns += duration_ns;
    for (size_t s = 0; s < EMULATED_BUS_SENSORS; s++) {
        emulated_ina3221_advance(&rig->bus.sensor[s], rig->now_ns, &rig->inputs[s * INA3221_CHANNELS]);
    }
}

static int write_display(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    rig_t *rig = ctx;
    pass(rig, oled_panel_transfer_us(&rig->oled.panel.config, length) * NS_PER_US);
    return emulated_ssd1306_write(&rig->panel, address, data, length);
}

static void show(void *ctx, int64_t at_us, oled_view_t *view)
{
    rig_t *rig = ctx;
    rig->views++;
    rig->drawn_us = at_us;
    rig->whole = false;
    view->network = OLED_NETWORK_CONNECTED;
    view->clients = rig->clients;
    memcpy(view->address, "192.168.178.123", sizeof("192.168.178.123"));
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        view->channels[i] = (oled_view_channel_t){
            .enabled = power_meter_has_channel(&rig->meter, i + 1),
            .name = s_names[i],
            .snapshot = power_meter_snapshot(&rig->meter, i + 1, at_us),
        };
    }
    pass(rig, DRAWING_US * NS_PER_US);
}

/** @param clock_errors  of the two sensors */
static void start(rig_t *rig, const double clock_errors[EMULATED_BUS_SENSORS], unsigned channels)
{
    memset(rig, 0, sizeof(*rig));
    rig->bus = (emulated_bus_t){.address = {0x41, 0x40}, .clock_khz = 400, .pass = pass, .ctx = rig};
    power_meter_config_t config = power_meter_default_config();
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        config.channels[i].enabled = (channels >> i & 1) != 0;
        rig->inputs[i] = (ina3221_input_t){.shunt_volts = 0.02 * (i + 1), .bus_volts = 5};
    }
    ina3221_bus_t driver = emulated_bus_driver(&rig->bus);
    power_meter_init(&rig->meter, &config, &driver);
    for (size_t s = 0; s < EMULATED_BUS_SENSORS; s++) {
        ina3221_specimen_t specimen = {.clock_error = clock_errors[s], .noise_lsb = 0.5, .seed = s + 1};
        emulated_ina3221_init(&rig->bus.sensor[s], &specimen);
    }
    oled_config_t display = oled_default_config();
    display.view = show;
    display.ctx = rig;
    oled_bus_t bus = {.write = write_display, .ctx = rig};
    emulated_ssd1306_power_on(&rig->panel, OLED_DEFAULT_ADDRESS, 1);
    oled_init(&rig->oled, &bus, &display);
}

static void note_what_is_shown(rig_t *rig)
{
    if (rig->whole || memcmp(&rig->oled.panel.frame, rig->panel.memory, sizeof(rig->oled.panel.frame)) != 0) {
        return;
    }
    rig->whole = true;
    int64_t took_us = now_us(rig) - rig->drawn_us;
    rig->slowest_us = took_us > rig->slowest_us ? took_us : rig->slowest_us;
}

/** As the firmware's sampler: sensors first, the display until they want the bus again. */
static void run_until(rig_t *rig, int64_t until_us, bool with_display)
{
    while (now_us(rig) < until_us) {
        int64_t next_us = power_meter_poll(&rig->meter, now_us(rig));
        while (with_display && now_us(rig) < next_us) {
            int64_t at_us = now_us(rig);
            bool more = oled_poll(&rig->oled, at_us, next_us - at_us) <= at_us;
            /* However long the display took: the sensors' time has not come. */
            assert_true(now_us(rig) <= next_us);
            note_what_is_shown(rig);
            if (!more) {
                break;
            }
        }
        if (now_us(rig) < next_us) {
            pass(rig, next_us * NS_PER_US - rig->now_ns);
        }
    }
}

static uint64_t missed_cycles(const rig_t *rig)
{
    uint64_t missed = 0;
    for (unsigned channel = 1; channel <= POWER_METER_CHANNELS; channel++) {
        missed += power_meter_snapshot(&rig->meter, channel, now_us(rig)).missed_cycles;
    }
    return missed;
}

static void assert_same(const rig_t *with, const rig_t *without, unsigned channel)
{
    power_meter_snapshot_t a = power_meter_snapshot(&with->meter, channel, now_us(with));
    power_meter_snapshot_t b = power_meter_snapshot(&without->meter, channel, now_us(without));
    assert_int_equal(a.time_us, b.time_us);
    assert_int_equal(a.imported_uj, b.imported_uj);
    assert_int_equal(a.imported_uc, b.imported_uc);
    assert_int_equal(a.samples, b.samples);
    assert_int_equal(a.gap_us, b.gap_us);
}

static const double s_clocks[][EMULATED_BUS_SENSORS] = {
    {0.013, -0.013}, {0, 0}, {0.001, -0.001}, {0.0002, 0}, {0.1, 0.09}, {-0.1, -0.09}, {-0.1, 0.1},
};
#define CLOCKS (sizeof(s_clocks) / sizeof(s_clocks[0]))

static void the_display_costs_no_cycle(void **state)
{
    (void)state;
    static rig_t with;
    static rig_t without;
    for (size_t i = 0; i < CLOCKS; i++) {
        start(&with, s_clocks[i], 0x3F);
        start(&without, s_clocks[i], 0x3F);
        run_until(&with, 40 * S, true);
        run_until(&without, 40 * S, false);
        print_message("clocks %+.2f %% and %+.2f %%: %llu cycles with the display, %llu without; a page is shown in "
                      "%.0f ms at most\n",
                      s_clocks[i][0] * 100, s_clocks[i][1] * 100, (unsigned long long)with.meter.sensors[0].cycles,
                      (unsigned long long)without.meter.sensors[0].cycles, (double)with.slowest_us / 1000);
        for (unsigned channel = 1; channel <= POWER_METER_CHANNELS; channel++) {
            assert_same(&with, &without, channel);
        }
        assert_int_equal(missed_cycles(&with), 0);
        for (int s = 0; s < POWER_METER_SENSORS; s++) {
            double cycles = (double)(40 * S) / (CYCLE_US * (1 + s_clocks[i][s]));
            assert_true(fabs((double)with.meter.sensors[s].cycles - cycles) < 3);
            assert_int_equal(with.meter.sensors[s].errors, 0);
        }
        assert_int_equal(with.views, 40);
        assert_true(with.slowest_us < S / 2);
        assert_int_equal(with.oled.errors, 0);
    }
}

/** What the display may cost on a bus with one sensor only: again nothing, and the picture is there at once. */
static void with_one_sensor_pages_turn_quickly(void **state)
{
    (void)state;
    static rig_t rig;
    start(&rig, s_clocks[0], 0x03);
    run_until(&rig, 20 * S, true);
    assert_int_equal(missed_cycles(&rig), 0);
    print_message("one sensor: a page is shown in %.0f ms at most\n", (double)rig.slowest_us / 1000);
    assert_true(rig.slowest_us < 100000);
}

/** However few channels the sensors have: reading one neither makes the other late nor takes the display's time. */
static void sensors_of_any_number_of_channels_share_the_bus(void **state)
{
    (void)state;
    static const unsigned channels[] = {0x09, 0x0B, 0x0F, 0x19, 0x1B, 0x1F, 0x39, 0x3B};
    static rig_t rig;
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]) * CLOCKS; i++) {
        const double *clocks = s_clocks[i % CLOCKS];
        start(&rig, clocks, channels[i / CLOCKS]);
        run_until(&rig, 20 * S, true);
        assert_int_equal(missed_cycles(&rig), 0);
        assert_in_range(rig.views, 19, 21);
        assert_true(rig.slowest_us < S / 4);
        for (int s = 0; s < POWER_METER_SENSORS; s++) {
            const ina3221_t *sensor = &rig.meter.sensors[s];
            assert_true(fabs((double)sensor->cycles - 20 * S / (sensor->cycle_us * (1 + clocks[s]))) < 3);
        }
    }
}

/** An absent display costs one address without acknowledge now and then, a broken one that holds nothing as well. */
static void a_missing_display_costs_no_cycle(void **state)
{
    (void)state;
    static rig_t rig;
    start(&rig, s_clocks[0], 0x3F);
    run_until(&rig, 5 * S, true);
    rig.panel.unplugged = true;
    run_until(&rig, 15 * S, true);
    assert_false(oled_online(&rig.oled));
    emulated_ssd1306_power_on(&rig.panel, OLED_DEFAULT_ADDRESS, 2);
    run_until(&rig, 40 * S, true);
    assert_true(oled_online(&rig.oled));
    assert_int_equal(rig.oled.disappearances, 1);
    assert_int_equal(missed_cycles(&rig), 0);
    assert_true(rig.whole);
}

/** The page shows what the meter measured: channel 1 draws 0.02 V / 100 mOhm * 5 V = 1 W, channel 3 three times it. */
static void the_page_shows_the_measured_power(void **state)
{
    (void)state;
    static rig_t rig;
    start(&rig, s_clocks[0], 0x3F);
    run_until(&rig, 9 * S, true);
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        assert_true(rig.oled.tour.rates[i].known);
        assert_in_range(rig.oled.tour.rates[i].power_uw, (i + 1) * S * 999 / 1000, (i + 1) * S * 1001 / 1000);
        assert_in_range(rig.oled.tour.rates[i].current_ua, (i + 1) * S / 5 * 999 / 1000, (i + 1) * S / 5 * 1001 / 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_display_costs_no_cycle),
        cmocka_unit_test(with_one_sensor_pages_turn_quickly),
        cmocka_unit_test(sensors_of_any_number_of_channels_share_the_bus),
        cmocka_unit_test(a_missing_display_costs_no_cycle),
        cmocka_unit_test(the_page_shows_the_measured_power),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
