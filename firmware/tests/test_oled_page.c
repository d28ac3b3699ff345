/* What the display shows, pixel by pixel: each page as a picture in golden/oled. After a change that is meant, look at
 * what UPDATE_GOLDEN=1 test_oled_page writes there. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "oled_page.h"
#include "oled_pbm.h"
#include "oled_quantity.h"
#include "power_meter.h"

#define PATH_BYTES 512
#define H (INT64_C(3600) * 1000000)

static void assert_golden(const oled_frame_t *frame, const char *name)
{
    char path[PATH_BYTES];
    uint8_t expected[OLED_PBM_BYTES + 1];
    uint8_t actual[OLED_PBM_BYTES];
    snprintf(path, sizeof(path), GOLDEN_DIR "/%s.pbm", name);
    oled_pbm(frame, actual);
    bool update = getenv("UPDATE_GOLDEN") != NULL;
    FILE *file = fopen(path, update ? "wb" : "rb");
    assert_non_null(file);
    if (update) {
        assert_int_equal(fwrite(actual, 1, sizeof(actual), file), sizeof(actual));
        assert_int_equal(fclose(file), 0);
        return;
    }
    size_t length = fread(expected, 1, sizeof(expected), file);
    fclose(file);
    assert_int_equal(length, sizeof(actual));
    assert_memory_equal(actual, expected, sizeof(actual));
}

static oled_channel_page_t usual_page(void)
{
    return (oled_channel_page_t){
        .channel = 1,
        .name = "jetson-nano",
        .power_uw = 2304000,
        .current_ua = 451760,
        .bus_voltage_mv = 5100,
        .energy_uj = UINT64_C(223123456789),
        .uptime_us = 27 * H + 5 * H / 60,
        .address = "192.168.178.123",
        .clients = 2,
    };
}

static void assert_channel_golden(const oled_channel_page_t *page, const char *name)
{
    oled_frame_t frame;
    memset(&frame, 0xAA, sizeof(frame));
    oled_page_channel(&frame, page);
    assert_golden(&frame, name);
}

static void a_channel(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    assert_channel_golden(&page, "channel");
}

static void a_small_node_just_started(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    page.channel = 3;
    page.name = "pi-zero-2";
    page.power_uw = 451234;
    page.current_ua = 88456;
    page.bus_voltage_mv = 5104;
    page.energy_uj = 3159000;
    page.uptime_us = 7 * INT64_C(1000000);
    page.address = "10.0.0.5";
    page.clients = 32;
    assert_channel_golden(&page, "small");
}

/** The most that a sensor could say, and the longest time: nothing reaches the edge or is drawn over something else. */
static void the_largest_numbers(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    page.channel = 6;
    page.name = "the one with a shunt of 10 uOhm and a name that no line of the display has room for";
    page.power_uw = INT64_C(-53678000000);
    page.current_ua = -2147483647;
    page.bus_voltage_mv = 32760;
    page.energy_uj = UINT64_MAX;
    page.uptime_us = INT64_MAX;
    page.address = "255.255.255.255";
    page.clients = 999;
    assert_channel_golden(&page, "largest");
}

static void a_silent_sensor(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    page.channel = 4;
    page.name = "odroid-xu4";
    page.flags = POWER_METER_FLAG_OFFLINE | POWER_METER_FLAG_GAP;
    assert_channel_golden(&page, "no_sensor");
}

static void warnings_in_words(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    page.power_uw = 8190000;
    page.current_ua = 1638000;
    page.flags = POWER_METER_FLAG_OVERRANGE | POWER_METER_FLAG_GAP | POWER_METER_FLAG_WARNING;
    assert_channel_golden(&page, "over_range");
    page = usual_page();
    page.power_uw *= -1;
    page.current_ua *= -1;
    page.flags = POWER_METER_FLAG_REVERSED | POWER_METER_FLAG_CALIBRATED;
    assert_channel_golden(&page, "reversed");
}

static void a_meter_that_lost_its_network(void **state)
{
    (void)state;
    oled_channel_page_t page = usual_page();
    page.address = "";
    assert_channel_golden(&page, "no_network");
    oled_frame_t with_empty;
    oled_frame_t with_null;
    oled_page_channel(&with_empty, &page);
    page.address = NULL;
    oled_page_channel(&with_null, &page);
    assert_memory_equal(&with_empty, &with_null, sizeof(oled_frame_t));
}

static void the_start(void **state)
{
    (void)state;
    oled_frame_t frame;
    oled_page_start(&frame, &(oled_start_page_t){.network = OLED_NETWORK_CONNECTING, .metering = true});
    assert_golden(&frame, "waiting");
    oled_page_start(&frame, &(oled_start_page_t){.network = OLED_NETWORK_PROVISIONING,
                                                 .provisioning_name = "PROV_meter_1A2B3C",
                                                 .provisioning_code = "k7mx92ab"});
    assert_golden(&frame, "provisioning");
    oled_page_start(&frame, &(oled_start_page_t){.network = OLED_NETWORK_CONNECTED, .address = "192.168.178.123"});
    assert_golden(&frame, "no_channel");
    oled_page_start(&frame, &(oled_start_page_t){.network = OLED_NETWORK_CONNECTED, .metering = true});
    assert_golden(&frame, "starting");
}

static void the_font(void **state)
{
    (void)state;
    oled_frame_t frame;
    oled_frame_clear(&frame);
    char line[17] = "";
    for (int i = 0; i < 6 * 16; i++) {
        line[i % 16] = (char)(' ' + i);
        if (i % 16 == 15) {
            (void)oled_frame_text(&frame, 0, i / 16 * 9, 1, line);
        }
    }
    assert_int_equal(oled_frame_text(&frame, 0, 54, 1, OLED_CLIENTS "\xC3\xA4"), 3 * OLED_CELL_WIDTH);
    assert_golden(&frame, "font");
}

static void what_is_outside_is_left_out(void **state)
{
    (void)state;
    oled_frame_t frame;
    oled_frame_clear(&frame);
    (void)oled_frame_text(&frame, -3, -4, 2, "edge");
    (void)oled_frame_text(&frame, 100, 55, 3, "edge");
    oled_frame_invert(&frame, 120, -5, 20, 10);
    oled_frame_invert(&frame, -5, 60, 10, 20);
    assert_golden(&frame, "edges");
    assert_false(oled_frame_pixel(&frame, -1, 62));
    assert_true(oled_frame_pixel(&frame, 0, 62));
    assert_false(oled_frame_pixel(&frame, 0, OLED_HEIGHT));
    assert_false(oled_frame_pixel(&frame, OLED_WIDTH, 0));
    assert_true(oled_frame_pixel(&frame, OLED_WIDTH - 1, 0));
}

static void numbers_are_scaled_and_rounded(void **state)
{
    (void)state;
    static const struct {
        int64_t micro;
        int digits;
        int finest;
        const char *number;
        const char *unit;
    } rows[] = {
        {0, 4, -3, "0", "mW"},
        {499, 4, -3, "0", "mW"},
        {500, 4, -3, "1", "mW"},
        {-499, 4, -3, "0", "mW"},
        {-500, 4, -3, "-1", "mW"},
        {999499, 4, -3, "999", "mW"},
        {999500, 4, -3, "1.000", "W"},
        {9999499, 4, -3, "9.999", "W"},
        {9999500, 4, -3, "10.00", "W"},
        {-12345678, 4, -3, "-12.35", "W"},
        {999949999, 4, -3, "999.9", "W"},
        {999950000, 4, -3, "1.000", "kW"},
        {88456, 4, -4, "88.5", "mW"},
        {999949, 4, -4, "999.9", "mW"},
        {999950, 4, -4, "1.000", "W"},
        {5104000, 4, -2, "5.10", "W"},
        {4000, 4, -2, "0.00", "W"},
        {5000, 4, -2, "0.01", "W"},
        {32760000, 4, -2, "32.76", "W"},
        {223123456789, 6, -3, "223.123", "kW"},
        {INT64_C(999999499999), 6, -3, "999.999", "kW"},
        {INT64_C(999999500000), 6, -3, "1.00000", "MW"},
        {INT64_MAX, 6, -3, "9.22337", "TW"},
        {INT64_MIN, 4, 0, "-9.223", "TW"},
        {1, 4, -6, "0.001", "mW"},
        {0, 4, 0, "0", "W"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        oled_quantity_t quantity = oled_quantity(rows[i].micro, 'W', rows[i].digits, rows[i].finest);
        assert_string_equal(quantity.number, rows[i].number);
        assert_string_equal(quantity.unit, rows[i].unit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel),
        cmocka_unit_test(a_small_node_just_started),
        cmocka_unit_test(the_largest_numbers),
        cmocka_unit_test(a_silent_sensor),
        cmocka_unit_test(warnings_in_words),
        cmocka_unit_test(a_meter_that_lost_its_network),
        cmocka_unit_test(the_start),
        cmocka_unit_test(the_font),
        cmocka_unit_test(what_is_outside_is_left_out),
        cmocka_unit_test(numbers_are_scaled_and_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
