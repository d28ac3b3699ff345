/* The display's driver where the panel, its bus or its polls fail. */
#include "cmocka_all.h"
#include "oled_rig.h"

static void an_absent_display_is_looked_for_now_and_then(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig_enable(&rig, 1, "one");
    rig.panel.unplugged = true;
    rig_run_until(&rig, 600 * S);
    /* After 0.1, 0.2, 0.4 … 25.6 s, then each 30 s. */
    assert_int_equal(rig.writes, 10 + (600 - 52) / 30);
    assert_int_equal(rig.oled.errors, rig.writes);
    assert_int_equal(rig.oled.disappearances, 0);
    assert_int_equal(rig.views, 0);
    assert_false(oled_online(&rig.oled));
    rig.panel.unplugged = false;
    rig_run_until(&rig, 633 * S);
    assert_true(oled_online(&rig.oled));
    rig_assert_shown(&rig);
    /* Next time it's looked for as often as at first. */
    rig.panel.unplugged = true;
    while (oled_online(&rig.oled)) {
        rig_run_until(&rig, rig.now_us + 1);
    }
    rig.panel.unplugged = false;
    rig_run_until(&rig, rig.now_us + 150 * MS);
    assert_true(oled_online(&rig.oled));
}

/** Unplugged while it shows something, and plugged in again: its memory holds anything then. */
static void a_display_that_comes_back_is_set_up_and_drawn_anew(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig_enable(&rig, 1, "one");
    rig_run_until(&rig, 3 * S + S / 5);
    rig.panel.unplugged = true;
    rig_run_until(&rig, 5 * S);
    assert_false(oled_online(&rig.oled));
    assert_int_equal(rig.oled.disappearances, 1);
    unsigned errors = rig.oled.errors;
    assert_in_range(errors, 2, 5);
    emulated_ssd1306_power_on(&rig.panel, OLED_DEFAULT_ADDRESS, 2);
    while (!oled_online(&rig.oled)) {
        rig_run_until(&rig, rig.now_us + 1);
    }
    rig_run_until(&rig, rig.now_us + MS);
    /* The last second's power is not known yet. */
    assert_int_equal(rig.oled.tour.page, 0);
    rig_run_until(&rig, 9 * S + S / 2);
    rig_assert_shown(&rig);
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
        rig_start(&rig);
        rig_enable(&rig, 1, "one");
        rig_enable(&rig, 2, "two");
        rig.failing_write = failing;
        rig_run_until(&rig, 8 * S + S / 2);
        assert_int_equal(rig.oled.errors, 1);
        assert_int_equal(rig.oled.disappearances, failing > 0);
        rig_assert_shown(&rig);
    }
}

/** A display that lost its power for a moment acknowledges as before, but shows nothing. */
static void a_display_that_forgot_everything_is_back_within_half_a_minute(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig_enable(&rig, 1, "one");
    rig_run_until(&rig, 5 * S + S / 2);
    emulated_ssd1306_power_on(&rig.panel, OLED_DEFAULT_ADDRESS, 3);
    while (!rig.panel.on) {
        rig_run_until(&rig, rig.now_us + 1);
        assert_true(rig.now_us < 31 * S);
    }
    rig_assert_shown(&rig);
    assert_int_equal(rig.oled.errors, 0);
}

static void a_late_poll_shows_the_present(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    rig_enable(&rig, 1, "one");
    rig_enable(&rig, 2, "two");
    rig_run_until(&rig, 3 * S + S / 5);
    rig.now_us = 10 * S + S / 4;
    unsigned views = rig.views;
    rig_run_until(&rig, 11 * S);
    assert_int_equal(rig.views, views + 1);
    rig_run_until(&rig, 12 * S);
    assert_int_equal(rig.views, views + 2);
    rig_assert_shown(&rig);
}

static void idle_time_has_no_limit(void **state)
{
    (void)state;
    rig_t rig;
    rig_start(&rig);
    assert_int_equal(oled_poll(&rig.oled, 5 * S, 10), 5 * S + 10);
    assert_int_equal(oled_poll(&rig.oled, 5 * S, -10), 5 * S - 10);
    rig.panel.unplugged = true;
    assert_int_equal(oled_poll(&rig.oled, 5 * S, INT64_MAX), 5 * S + 100 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absent_display_is_looked_for_now_and_then),
        cmocka_unit_test(a_display_that_comes_back_is_set_up_and_drawn_anew),
        cmocka_unit_test(any_transfer_may_fail),
        cmocka_unit_test(a_display_that_forgot_everything_is_back_within_half_a_minute),
        cmocka_unit_test(a_late_poll_shows_the_present),
        cmocka_unit_test(idle_time_has_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
