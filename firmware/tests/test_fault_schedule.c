/* Faults by schedule: their text, when they begin and end, what holds in between. */
#include "cmocka_all.h"
#include "fault_schedule.h"
#include <math.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static fault_schedule_t schedule_of(const char *text)
{
    static fault_schedule_t schedule;
    char problem[160] = "";
    memset(&schedule, 0, sizeof(schedule));
    if (!fault_schedule_parse(&schedule, text, problem, sizeof(problem))) {
        fail_msg("%s", problem);
    }
    return schedule;
}

static void a_fault_lasts_as_long_as_it_says(void **state)
{
    (void)state;
    fault_schedule_t schedule = schedule_of("silence@30+10,nack@5,loss=0.25,delay=50ms@1.5+0.5,stuck-bus@0+2");
    assert_int_equal(schedule.count, 5);
    assert_true(fault_schedule_state(&schedule, 0).stuck_bus);
    assert_false(fault_schedule_state(&schedule, 2 * SECOND).stuck_bus);
    assert_int_equal(fault_schedule_state(&schedule, SECOND).link.delay_ns, 0);
    assert_int_equal(fault_schedule_state(&schedule, 3 * SECOND / 2).link.delay_ns, SECOND / 20);
    assert_int_equal(fault_schedule_state(&schedule, 2 * SECOND).link.delay_ns, 0);
    assert_false(fault_schedule_state(&schedule, 30 * SECOND - 1).link.silent);
    assert_true(fault_schedule_state(&schedule, 30 * SECOND).link.silent);
    assert_true(fault_schedule_state(&schedule, 40 * SECOND - 1).link.silent);
    assert_false(fault_schedule_state(&schedule, 40 * SECOND).link.silent);
    assert_false(fault_schedule_state(&schedule, 5 * SECOND - 1).nack);
    assert_true(fault_schedule_state(&schedule, 1000000 * SECOND).nack);
    assert_true(fabs(fault_schedule_state(&schedule, 7 * SECOND).link.loss - 0.25) < 1e-12);
}

static void of_several_the_worst_holds(void **state)
{
    (void)state;
    fault_schedule_t schedule = schedule_of("loss=0.1,loss=0.5@10+10,duplicate=0.2,reorder=0.3");
    assert_true(fault_schedule_always(&schedule, FAULT_LOSS, 0.3));
    assert_true(fault_schedule_always(&schedule, FAULT_DELAY, 0.002));
    link_impairment_t link = fault_schedule_state(&schedule, 0).link;
    assert_true(fabs(link.loss - 0.3) < 1e-12 && fabs(link.duplicate - 0.2) < 1e-12 &&
                fabs(link.reorder - 0.3) < 1e-12);
    assert_int_equal(link.delay_ns, 2000000);
    assert_true(fabs(fault_schedule_state(&schedule, 15 * SECOND).link.loss - 0.5) < 1e-12);
}

static void its_moments_come_in_order(void **state)
{
    (void)state;
    fault_schedule_t schedule = schedule_of("reboot@60,silence@30+40,sensor-reset@0.25,loss=0.1");
    static const double s_moments[] = {0.25, 30, 60, 70};
    int64_t at_ns = 0;
    for (int i = 0; i < 4; i++) {
        at_ns = fault_schedule_next_ns(&schedule, at_ns);
        assert_true(fabs((double)at_ns * 1e-9 - s_moments[i]) < 1e-9);
        assert_int_equal(fault_schedule_happens(&schedule, FAULT_REBOOT, at_ns), i == 2);
        assert_int_equal(fault_schedule_happens(&schedule, FAULT_SENSOR_RESET, at_ns), i == 0);
    }
    assert_true(fault_schedule_next_ns(&schedule, at_ns) == INT64_MAX);
}

static void text_that_is_no_fault_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *problem;
    } s_invalid[] = {
        {"", "'' is no fault"},
        {"flood@3", "'flood@3' is no fault"},
        {"reboot@60,", "'' is no fault"},
        {"reboot", "its second"},
        {"reboot@0", "its second"},
        {"reboot@60+1", "its second"},
        {"reboot@", "its second"},
        {"reboot=1@60", "no value"},
        {"silence=0.5", "no value"},
        {"silence@-1", "seconds from the start"},
        {"silence@1+", "seconds from the start"},
        {"silence@1+x", "seconds from the start"},
        {"silence@nan", "seconds from the start"},
        {"loss", "a probability"},
        {"loss=", "a probability"},
        {"loss=2", "a probability"},
        {"reorder=-0.1", "a probability"},
        {"delay", "a time"},
        {"delay=50", "a time"},
        {"delay=ms", "a time"},
        {"delay=1e6ms", "a time"},
    };
    for (size_t i = 0; i < sizeof(s_invalid) / sizeof(s_invalid[0]); i++) {
        fault_schedule_t schedule = {.count = 0};
        char problem[160] = "";
        if (fault_schedule_parse(&schedule, s_invalid[i].text, problem, sizeof(problem)) ||
            !strstr(problem, s_invalid[i].problem)) {
            fail_msg("'%s': '%s'", s_invalid[i].text, problem);
        }
    }
}

static void there_is_an_end_to_them(void **state)
{
    (void)state;
    fault_schedule_t schedule = {.count = 0};
    char problem[160] = "";
    for (int i = 0; i < FAULT_SCHEDULE_FAULTS; i++) {
        assert_true(fault_schedule_parse(&schedule, "reboot@1", problem, sizeof(problem)));
    }
    assert_false(fault_schedule_parse(&schedule, "reboot@1", problem, sizeof(problem)));
    assert_non_null(strstr(problem, "more than"));
    assert_false(fault_schedule_always(&schedule, FAULT_LOSS, 0.1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_lasts_as_long_as_it_says), cmocka_unit_test(of_several_the_worst_holds),
        cmocka_unit_test(its_moments_come_in_order),        cmocka_unit_test(text_that_is_no_fault_is_refused),
        cmocka_unit_test(there_is_an_end_to_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
