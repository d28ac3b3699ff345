/* The display's driver: what arrives on an emulated panel, when, and at what cost for the bus. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "emulated_ssd1306.h"
#include "oled.h"
#include "random.h"

#define S INT64_C(1000000)
#define MS INT64_C(1000)
#define FOR_EVER (INT64_MAX / 2)

typedef struct {
    oled_t oled;
    oled_config_t config;
    emulated_ssd1306_t panel;
    oled_view_t view;
    unsigned views;
    int64_t now_us;
    /** Of the last transfer. */
    size_t length;
    unsigned writes;
    /** What all of them took. */
    int64_t bus_us;
    /** This transfer, counted from 0, fails. */
    unsigned failing_write;
} rig_t;

static int write_bus(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    rig_t *rig = ctx;
    rig->length = length;
    rig->bus_us += oled_panel_transfer_us(&rig->config.panel, length);
    if (rig->writes++ == rig->failing_write) {
        /* Noise in the middle of it. */
        (void)emulated_ssd1306_write(&rig->panel, address, data, length / 2);
        return -1;
    }
    return emulated_ssd1306_write(&rig->panel, address, data, length);
}

static void show(void *ctx, int64_t now_us, oled_view_t *view)
{
    rig_t *rig = ctx;
    (void)now_us;
    rig->views++;
    *view = rig->view;
}

static void enable(rig_t *rig, unsigned channel, const char *name)
{
    rig->view.channels[channel - 1].enabled = true;
    rig->view.channels[channel - 1].name = name;
}

static void start(rig_t *rig)
{
    memset(rig, 0, sizeof(*rig));
    rig->failing_write = UINT32_MAX;
    rig->config = oled_default_config();
    rig->config.view = show;
    rig->config.ctx = rig;
    oled_bus_t bus = {.write = write_bus, .ctx = rig};
    emulated_ssd1306_power_on(&rig->panel, OLED_DEFAULT_ADDRESS, 1);
    oled_init(&rig->oled, &bus, &rig->config);
    rig->view.network = OLED_NETWORK_CONNECTED;
    memcpy(rig->view.address, "10.0.0.5", sizeof("10.0.0.5"));
}

/** Counters of channels grow as at so many watts; each channel draws its number times as much. */
static void meter(rig_t *rig, double watts)
{
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        power_meter_snapshot_t *snapshot = &rig->view.channels[i].snapshot;
        double uj = watts * (i + 1) * (double)rig->now_us;
        snapshot->time_us = (uint64_t)rig->now_us;
        snapshot->imported_uj = (uint64_t)uj;
        snapshot->imported_uc = (uint64_t)(uj / 5);
        snapshot->bus_voltage_mv = 5000;
    }
}

/** Polls as the sampler does, with an idle bus: each transfer takes its time. */
static void run_until(rig_t *rig, int64_t until_us)
{
    while (rig->now_us < until_us) {
        unsigned writes = rig->writes;
        meter(rig, 1);
        int64_t next_us = oled_poll(&rig->oled, rig->now_us, FOR_EVER);
        assert_true(next_us >= rig->now_us);
        assert_in_range(rig->writes - writes, 0, 1);
        if (rig->writes > writes) {
            rig->now_us += oled_panel_transfer_us(&rig->config.panel, rig->length);
        } else {
            rig->now_us = next_us > rig->now_us ? next_us : rig->now_us + 1;
        }
    }
    rig->now_us = until_us;
}

static void assert_shown(const rig_t *rig)
{
    oled_frame_t seen;
    emulated_ssd1306_look(&rig->panel, &seen);
    assert_memory_equal(&seen, &rig->oled.panel.frame, sizeof(seen));
    assert_int_equal(rig->panel.unknown_commands, 0);
}

static void assert_dark(const rig_t *rig)
{
    oled_frame_t seen;
    emulated_ssd1306_look(&rig->panel, &seen);
    assert_memory_equal(&seen, &(oled_frame_t){0}, sizeof(seen));
}

/** The frame of a channel at a whole second, as the page's own tests know it. */
static void assert_channel_shown(const rig_t *rig, unsigned channel, const char *name, int64_t second)
{
    oled_frame_t expected;
    oled_channel_page_t page = {
        .channel = channel,
        .name = name,
        .power_uw = channel * S,
        .current_ua = channel * S / 5,
        .bus_voltage_mv = 5000,
        .energy_uj = (uint64_t)(channel * second * S),
        .uptime_us = second * S,
        .address = "10.0.0.5",
    };
    oled_page_channel(&expected, &page);
    assert_shown(rig);
    assert_memory_equal(&rig->oled.panel.frame, &expected, sizeof(expected));
}

static void transfers_take_what_their_bits_take(void **state)
{
    (void)state;
    oled_panel_config_t config = oled_default_config().panel;
    assert_int_equal(oled_panel_transfer_us(&config, 1 + OLED_CHUNK_BYTES), 770 + 35);
    assert_int_equal(oled_panel_transfer_us(&config, 4), 118 + 35);
    assert_int_equal(oled_panel_transfer_us(&config, 3), 95 + 35);
    config.clock_khz = 100;
    config.gap_us = 0;
    assert_int_equal(oled_panel_transfer_us(&config, 1 + OLED_CHUNK_BYTES), 3080);
}

static void a_display_is_dark_until_its_picture_is_whole(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    assert_false(oled_online(&rig.oled));
    while (rig.oled.state != OLED_RUNNING) {
        assert_dark(&rig);
        run_until(&rig, rig.now_us + 1);
        assert_true(rig.now_us < 50 * MS);
    }
    assert_shown(&rig);
    assert_true(oled_online(&rig.oled));
    assert_int_equal(rig.panel.picture_bytes, OLED_PAGES * OLED_WIDTH);
    assert_int_equal(rig.panel.addressing, 2);
    assert_int_equal(rig.panel.contrast, 0x7F);
    assert_int_equal(rig.panel.row_pins, 0x12);
    assert_int_equal(rig.oled.panel.transfers, rig.panel.transfers);
}

static void a_display_can_hang_upside_down(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    rig.oled.panel.config.upside_down = true;
    rig.oled.panel.config.contrast = 0xCF;
    run_until(&rig, S / 2);
    oled_frame_t seen;
    emulated_ssd1306_look(&rig.panel, &seen);
    for (int y = 0; y < OLED_HEIGHT; y++) {
        for (int x = 0; x < OLED_WIDTH; x++) {
            assert_int_equal(oled_frame_pixel(&seen, OLED_WIDTH - 1 - x, OLED_HEIGHT - 1 - y),
                             oled_frame_pixel(&rig.oled.panel.frame, x, y));
        }
    }
    assert_int_equal(rig.panel.contrast, 0xCF);
}

static void every_enabled_channel_has_its_second(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 2, "two");
    enable(&rig, 5, "five");
    enable(&rig, 6, "six");
    static const struct {
        unsigned channel;
        const char *name;
    } order[] = {{2, "two"}, {5, "five"}, {6, "six"}};
    run_until(&rig, S / 2);
    assert_int_equal(rig.oled.tour.page, 0);
    for (int second = 1; second < 25; second++) {
        run_until(&rig, second * S + S / 5);
        assert_channel_shown(&rig, order[(second - 1) % 3].channel, order[(second - 1) % 3].name, second);
        run_until(&rig, second * S + S - 1);
        assert_channel_shown(&rig, order[(second - 1) % 3].channel, order[(second - 1) % 3].name, second);
    }
    assert_int_equal(rig.views, 25);
}

static void a_page_can_stay_longer_and_is_kept_current(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    rig.oled.page_s = 3;
    enable(&rig, 1, "one");
    enable(&rig, 2, "two");
    for (int second = 1; second < 25; second++) {
        unsigned channel = 1 + (unsigned)(second - 1) / 3 % 2;
        run_until(&rig, second * S + S / 5);
        assert_channel_shown(&rig, channel, channel == 1 ? "one" : "two", second);
    }
}

static void a_channel_that_is_switched_off_leaves_at_the_next_second(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    rig.oled.page_s = 10;
    enable(&rig, 1, "one");
    enable(&rig, 2, "two");
    run_until(&rig, 2 * S + S / 5);
    assert_channel_shown(&rig, 1, "one", 2);
    rig.view.channels[0].enabled = false;
    run_until(&rig, 3 * S + S / 5);
    assert_channel_shown(&rig, 2, "two", 3);
    rig.view.channels[1].enabled = false;
    run_until(&rig, 4 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 0);
    oled_frame_t expected;
    oled_page_start(&expected, &(oled_start_page_t){.network = OLED_NETWORK_CONNECTED, .address = "10.0.0.5"});
    assert_shown(&rig);
    assert_memory_equal(&rig.oled.panel.frame, &expected, sizeof(expected));
}

/** Who stands there to provision the meter must find out how; the channels go on. */
static void provisioning_is_a_page_among_the_channels(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    rig.view.network = OLED_NETWORK_PROVISIONING;
    rig.view.address[0] = '\0';
    memcpy(rig.view.provisioning_name, "PROV_meter_1A2B3C", sizeof("PROV_meter_1A2B3C"));
    enable(&rig, 1, "one");
    unsigned pages[6];
    for (int second = 0; second < 6; second++) {
        run_until(&rig, second * S + S / 5);
        pages[second] = rig.oled.tour.page;
        assert_shown(&rig);
    }
    assert_memory_equal(pages, ((const unsigned[]){0, 1, 0, 1, 0, 1}), sizeof(pages));
    rig.view.network = OLED_NETWORK_CONNECTING;
    run_until(&rig, 6 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 1);
    run_until(&rig, 7 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 1);
}

/** Power is what the energy gained, whatever the last reading was; without a new reading it stays. */
static void power_is_the_mean_since_the_last_second(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 1, "one");
    power_meter_snapshot_t *snapshot = &rig.view.channels[0].snapshot;
    snapshot->current_ua = 7777;
    (void)oled_poll(&rig.oled, 0, FOR_EVER);
    const oled_rate_t *rate = &rig.oled.tour.rates[0];
    struct {
        int64_t time_us, imported_uj, exported_uj, imported_uc;
        int64_t power_uw, current_ua;
    } rows[] = {
        {1000 * MS, 2000000, 0, 400000, 0, 0},
        {2000 * MS, 5000000, 0, 1000000, 3000000, 600000},
        {2990 * MS, 5990000, 0, 1198000, 1000000, 200000},
        {2990 * MS, 5990000, 0, 1198000, 1000000, 200000},
        {5000 * MS, 5990000, 4020000, 1198000, -2000000, 7777},
        {6000 * MS, 6090000, 4120000, 1218000, 0, 7777},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snapshot->time_us = (uint64_t)rows[i].time_us;
        snapshot->imported_uj = (uint64_t)rows[i].imported_uj;
        snapshot->exported_uj = (uint64_t)rows[i].exported_uj;
        snapshot->imported_uc = (uint64_t)rows[i].imported_uc;
        unsigned views = rig.views;
        while (rig.views == views) {
            (void)oled_poll(&rig.oled, (int64_t)(i + 1) * S, FOR_EVER);
        }
        assert_int_equal(rate->known, i > 0);
        assert_int_equal(rate->power_uw, rows[i].power_uw);
        assert_int_equal(rate->current_ua, rows[i].current_ua);
    }
}

/** The promise to the sensors: whatever the idle time, what is sent ends within it, and it is one transfer. */
static void nothing_is_sent_that_does_not_fit(void **state)
{
    (void)state;
    static const uint32_t clocks_khz[] = {100, 400, 1000};
    for (unsigned seed = 0; seed < 30; seed++) {
        rig_t rig;
        random_t random;
        random_seed(&random, seed);
        start(&rig);
        rig.config.panel.clock_khz = clocks_khz[seed % 3];
        rig.config.panel.gap_us = seed * 3;
        rig.oled.panel.config = rig.config.panel;
        enable(&rig, 1, "one");
        enable(&rig, 2, "two");
        bool shown = false;
        for (int i = 0; i < 20000; i++) {
            int64_t idle_us = (int64_t)(random_uniform(&random) * random_uniform(&random) * 3000) - 100;
            unsigned writes = rig.writes;
            unsigned views = rig.views;
            rig.panel.unplugged = random_uniform(&random) < 0.0002;
            meter(&rig, 1);
            int64_t next_us = oled_poll(&rig.oled, rig.now_us, idle_us);
            assert_in_range(rig.writes - writes, 0, 1);
            if (rig.writes > writes) {
                assert_true(rig.length <= 1 + OLED_CHUNK_BYTES);
                assert_true(oled_panel_transfer_us(&rig.config.panel, rig.length) <= idle_us);
                assert_int_equal(rig.views, views);
            } else if (next_us > rig.now_us) {
                shown = shown || rig.oled.state == OLED_RUNNING;
            }
            rig.now_us += idle_us > 0 ? idle_us + 1000 : 1000;
        }
        assert_true(shown);
    }
}

/** Nothing but changes is sent: two similar pages cost far less than 1024 bytes, an unchanged one nothing. */
static void only_what_changed_is_sent(void **state)
{
    (void)state;
    static const char *const names[] = {"jetson-nano", "odroid-xu4"};
    static const uint64_t most_bytes[] = {25, 200};
    rig_t rig;
    for (unsigned channels = 1; channels <= 2; channels++) {
        start(&rig);
        for (unsigned i = 0; i < channels; i++) {
            enable(&rig, 1 + 3 * i, names[i]);
        }
        run_until(&rig, 10 * S + S / 2);
        uint64_t bytes = rig.panel.picture_bytes;
        uint64_t transfers = rig.panel.transfers;
        int64_t bus_us = rig.bus_us;
        run_until(&rig, 20 * S + S / 2);
        bytes = rig.panel.picture_bytes - bytes;
        print_message("%u channel(s): each second %.1f bytes of the picture in %.1f transfers, %.2f ms of the bus\n",
                      channels, (double)bytes / 10, (double)(rig.panel.transfers - transfers) / 10,
                      (double)(rig.bus_us - bus_us) / 10000);
        assert_in_range(bytes, 10, 10 * most_bytes[channels - 1]);
        assert_shown(&rig);
    }
    start(&rig);
    run_until(&rig, 2 * S);
    uint64_t transfers = rig.panel.transfers;
    run_until(&rig, 25 * S);
    assert_int_equal(rig.panel.transfers, transfers);
}

static void an_absent_display_is_looked_for_now_and_then(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 1, "one");
    rig.panel.unplugged = true;
    run_until(&rig, 600 * S);
    /* After 0.1, 0.2, 0.4 … 25.6 s, then each 30 s. */
    assert_int_equal(rig.writes, 10 + (600 - 52) / 30);
    assert_int_equal(rig.oled.errors, rig.writes);
    assert_int_equal(rig.oled.disappearances, 0);
    assert_int_equal(rig.views, 0);
    assert_false(oled_online(&rig.oled));
    rig.panel.unplugged = false;
    run_until(&rig, 633 * S);
    assert_true(oled_online(&rig.oled));
    assert_shown(&rig);
    /* Next time it's looked for as often as at first. */
    rig.panel.unplugged = true;
    while (oled_online(&rig.oled)) {
        run_until(&rig, rig.now_us + 1);
    }
    rig.panel.unplugged = false;
    run_until(&rig, rig.now_us + 150 * MS);
    assert_true(oled_online(&rig.oled));
}

/** Unplugged while it shows something, and plugged in again: its memory holds anything then. */
static void a_display_that_comes_back_is_set_up_and_drawn_anew(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 1, "one");
    run_until(&rig, 3 * S + S / 5);
    rig.panel.unplugged = true;
    run_until(&rig, 5 * S);
    assert_false(oled_online(&rig.oled));
    assert_int_equal(rig.oled.disappearances, 1);
    unsigned errors = rig.oled.errors;
    assert_in_range(errors, 2, 5);
    emulated_ssd1306_power_on(&rig.panel, OLED_DEFAULT_ADDRESS, 2);
    while (!oled_online(&rig.oled)) {
        run_until(&rig, rig.now_us + 1);
    }
    run_until(&rig, rig.now_us + MS);
    /* The last second's power is not known yet. */
    assert_int_equal(rig.oled.tour.page, 0);
    run_until(&rig, 9 * S + S / 2);
    assert_shown(&rig);
    assert_int_equal(rig.oled.tour.page, 1);
    assert_int_equal(rig.oled.tour.rates[0].power_uw, S);
    assert_int_equal(rig.oled.disappearances, 1);
    assert_in_range(rig.oled.errors, errors, errors + 1);
}

/** A transfer that fails, wherever in the life of a display: some seconds later it shows what it should. */
static void any_transfer_may_fail(void **state)
{
    (void)state;
    for (unsigned failing = 0; failing < 150; failing++) {
        rig_t rig;
        start(&rig);
        enable(&rig, 1, "one");
        enable(&rig, 2, "two");
        rig.failing_write = failing;
        run_until(&rig, 8 * S + S / 2);
        assert_int_equal(rig.oled.errors, 1);
        assert_int_equal(rig.oled.disappearances, failing > 0);
        assert_shown(&rig);
    }
}

/** A display that lost its power for a moment acknowledges as before, but shows nothing. */
static void a_display_that_forgot_everything_is_back_within_half_a_minute(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 1, "one");
    run_until(&rig, 5 * S + S / 2);
    emulated_ssd1306_power_on(&rig.panel, OLED_DEFAULT_ADDRESS, 3);
    while (!rig.panel.on) {
        run_until(&rig, rig.now_us + 1);
        assert_true(rig.now_us < 31 * S);
    }
    assert_shown(&rig);
    assert_int_equal(rig.oled.errors, 0);
}

static void a_late_poll_shows_the_present(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    enable(&rig, 1, "one");
    enable(&rig, 2, "two");
    run_until(&rig, 3 * S + S / 5);
    rig.now_us = 10 * S + S / 4;
    unsigned views = rig.views;
    run_until(&rig, 11 * S);
    assert_int_equal(rig.views, views + 1);
    run_until(&rig, 12 * S);
    assert_int_equal(rig.views, views + 2);
    assert_shown(&rig);
}

static void idle_time_has_no_limit(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig);
    assert_int_equal(oled_poll(&rig.oled, 5 * S, 10), 5 * S + 10);
    assert_int_equal(oled_poll(&rig.oled, 5 * S, -10), 5 * S - 10);
    rig.panel.unplugged = true;
    assert_int_equal(oled_poll(&rig.oled, 5 * S, INT64_MAX), 5 * S + 100 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers_take_what_their_bits_take),
        cmocka_unit_test(a_display_is_dark_until_its_picture_is_whole),
        cmocka_unit_test(a_display_can_hang_upside_down),
        cmocka_unit_test(every_enabled_channel_has_its_second),
        cmocka_unit_test(a_page_can_stay_longer_and_is_kept_current),
        cmocka_unit_test(a_channel_that_is_switched_off_leaves_at_the_next_second),
        cmocka_unit_test(provisioning_is_a_page_among_the_channels),
        cmocka_unit_test(power_is_the_mean_since_the_last_second),
        cmocka_unit_test(nothing_is_sent_that_does_not_fit),
        cmocka_unit_test(only_what_changed_is_sent),
        cmocka_unit_test(an_absent_display_is_looked_for_now_and_then),
        cmocka_unit_test(a_display_that_comes_back_is_set_up_and_drawn_anew),
        cmocka_unit_test(any_transfer_may_fail),
        cmocka_unit_test(a_display_that_forgot_everything_is_back_within_half_a_minute),
        cmocka_unit_test(a_late_poll_shows_the_present),
        cmocka_unit_test(idle_time_has_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
