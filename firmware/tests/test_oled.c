/* The display's driver: what arrives on an emulated panel, when, and at what cost for the bus. */
#include "cmocka_all.h"
#include "oled_rig.h"
#include "random.h"
#include <string.h>

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
    rig_start(&rig);
    assert_false(oled_online(&rig.oled));
    while (rig.oled.state != OLED_RUNNING) {
        rig_assert_dark(&rig);
        rig_run_until(&rig, rig.now_us + 1);
        assert_true(rig.now_us < 50 * MS);
    }
    rig_assert_shown(&rig);
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
    rig_start(&rig);
    rig.oled.panel.config.upside_down = true;
    rig.oled.panel.config.contrast = 0xCF;
    rig_run_until(&rig, S / 2);
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
    rig_start(&rig);
    rig_enable(&rig, 2, "two");
    rig_enable(&rig, 5, "five");
    rig_enable(&rig, 6, "six");
    static const struct {
        unsigned channel;
        const char *name;
    } order[] = {{2, "two"}, {5, "five"}, {6, "six"}};
    rig_run_until(&rig, S / 2);
    assert_int_equal(rig.oled.tour.page, 0);
    for (int second = 1; second < 25; second++) {
        rig_run_until(&rig, second * S + S / 5);
        rig_assert_channel_shown(&rig, order[(second - 1) % 3].channel, order[(second - 1) % 3].name, second);
        rig_run_until(&rig, second * S + S - 1);
        rig_assert_channel_shown(&rig, order[(second - 1) % 3].channel, order[(second - 1) % 3].name, second);
    }
    assert_int_equal(rig.views, 25);
}

static void a_page_can_stay_longer_and_is_kept_current(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig.oled.page_s = 3;
    rig_enable(&rig, 1, "one");
    rig_enable(&rig, 2, "two");
    for (int second = 1; second < 25; second++) {
        unsigned channel = 1 + (unsigned)(second - 1) / 3 % 2;
        rig_run_until(&rig, second * S + S / 5);
        rig_assert_channel_shown(&rig, channel, channel == 1 ? "one" : "two", second);
    }
}

static void a_channel_that_is_switched_off_leaves_at_the_next_second(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig.oled.page_s = 10;
    rig_enable(&rig, 1, "one");
    rig_enable(&rig, 2, "two");
    rig_run_until(&rig, 2 * S + S / 5);
    rig_assert_channel_shown(&rig, 1, "one", 2);
    rig.view.channels[0].enabled = false;
    rig_run_until(&rig, 3 * S + S / 5);
    rig_assert_channel_shown(&rig, 2, "two", 3);
    rig.view.channels[1].enabled = false;
    rig_run_until(&rig, 4 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 0);
    oled_frame_t expected;
    oled_page_start(&expected, &(oled_start_page_t){.network = OLED_NETWORK_CONNECTED, .address = "10.0.0.5"});
    rig_assert_shown(&rig);
    assert_memory_equal(&rig.oled.panel.frame, &expected, sizeof(expected));
}

/** Who stands there to provision the meter must find out how; the channels go on. */
static void provisioning_is_a_page_among_the_channels(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig.view.network = OLED_NETWORK_PROVISIONING;
    rig.view.address[0] = '\0';
    memcpy(rig.view.provisioning_name, "PROV_meter_1A2B3C", sizeof("PROV_meter_1A2B3C"));
    rig_enable(&rig, 1, "one");
    unsigned pages[6];
    for (int second = 0; second < 6; second++) {
        rig_run_until(&rig, second * S + S / 5);
        pages[second] = rig.oled.tour.page;
        rig_assert_shown(&rig);
    }
    assert_memory_equal(pages, ((const unsigned[]){0, 1, 0, 1, 0, 1}), sizeof(pages));
    rig.view.network = OLED_NETWORK_CONNECTING;
    rig_run_until(&rig, 6 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 1);
    rig_run_until(&rig, 7 * S + S / 5);
    assert_int_equal(rig.oled.tour.page, 1);
}

/** Power is what the energy gained, whatever the last reading was; without a new reading it stays. */
static void power_is_the_mean_since_the_last_second(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig_enable(&rig, 1, "one");
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
        rig_start(&rig);
        rig.config.panel.clock_khz = clocks_khz[seed % 3];
        rig.config.panel.gap_us = seed * 3;
        rig.oled.panel.config = rig.config.panel;
        rig_enable(&rig, 1, "one");
        rig_enable(&rig, 2, "two");
        bool shown = false;
        for (int i = 0; i < 20000; i++) {
            int64_t idle_us = (int64_t)(random_uniform(&random) * random_uniform(&random) * 3000) - 100;
            unsigned writes = rig.writes;
            unsigned views = rig.views;
            rig.panel.unplugged = random_uniform(&random) < 0.0002;
            rig_meter(&rig, 1);
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
        rig_start(&rig);
        for (unsigned i = 0; i < channels; i++) {
            rig_enable(&rig, 1 + 3 * i, names[i]);
        }
        rig_run_until(&rig, 10 * S + S / 2);
        uint64_t bytes = rig.panel.picture_bytes;
        uint64_t transfers = rig.panel.transfers;
        int64_t bus_us = rig.bus_us;
        rig_run_until(&rig, 20 * S + S / 2);
        bytes = rig.panel.picture_bytes - bytes;
        print_message("%u channel(s): each second %.1f bytes of the picture in %.1f transfers, %.2f ms of the bus\n",
                      channels, (double)bytes / 10, (double)(rig.panel.transfers - transfers) / 10,
                      (double)(rig.bus_us - bus_us) / 10000);
        assert_in_range(bytes, 10, 10 * most_bytes[channels - 1]);
        rig_assert_shown(&rig);
    }
    rig_start(&rig);
    rig_run_until(&rig, 2 * S);
    uint64_t transfers = rig.panel.transfers;
    rig_run_until(&rig, 25 * S);
    assert_int_equal(rig.panel.transfers, transfers);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
