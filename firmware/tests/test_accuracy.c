/* The meter on loads that change faster than it looks, against the load's own account. */
#include "accuracy.h"
#include "accuracy_loads.h"
#include "cmocka_all.h"
#include "temporary_directory.h"
#include <math.h>

#define SECONDS 120

static accuracy_load_t s_loads[ACCURACY_LOADS];

static int make_loads(void **state)
{
    static char s_directory[TEMPORARY_PATH_BYTES];
    temporary_directory_make(s_directory);
    accuracy_loads_make(s_loads, s_directory);
    *state = s_directory;
    return 0;
}

static int remove_loads(void **state)
{
    temporary_directory_remove(*state);
    return 0;
}

static accuracy_result_t chosen(int load)
{
    return accuracy_measure(accuracy_chosen(), s_loads[load].model, 0.5, SECONDS);
}

static void a_second_of_random_bursts_is_metered_to_a_percent(void **state)
{
    (void)state;
    accuracy_result_t result = chosen(ACCURACY_BURSTS);
    assert_true(result.second_sd_ratio < 0.01);
    assert_true(fabs(result.total_ratio) < 0.005);
}

static void a_constant_load_is_metered_to_a_thousandth(void **state)
{
    (void)state;
    assert_true(fabs(chosen(ACCURACY_CONSTANT).total_ratio) < 0.001);
}

static void what_a_function_really_drew_is_metered_to_a_thousandth(void **state)
{
    (void)state;
    accuracy_result_t result = chosen(ACCURACY_RECORDED);
    assert_true(fabs(result.total_ratio) < 0.001);
    assert_true(result.second_sd_ratio < 0.005);
}

/** What R * var(I) leaves: shunt and bus of a channel are not looked at in the same moment. */
static void no_load_is_wrong_by_more_than_one_and_a_half_percent(void **state)
{
    (void)state;
    for (int load = 0; load < ACCURACY_LOADS; load++) {
        accuracy_result_t result = chosen(load);
        if (fabs(result.total_ratio) > 0.015 || result.second_sd_ratio > 0.01) {
            fail_msg("%s: %.3f %% / %+.3f %%", s_loads[load].name, result.second_sd_ratio * 100,
                     result.total_ratio * 100);
        }
    }
}

static void the_first_firmwares_way_is_further_off_on_every_load(void **state)
{
    (void)state;
    for (int load = 0; load < ACCURACY_LOADS; load++) {
        accuracy_result_t first = accuracy_measure(&g_accuracy_settings[0], s_loads[load].model, 0.5, SECONDS);
        assert_true(fabs(chosen(load).total_ratio) < fabs(first.total_ratio));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_of_random_bursts_is_metered_to_a_percent),
        cmocka_unit_test(a_constant_load_is_metered_to_a_thousandth),
        cmocka_unit_test(what_a_function_really_drew_is_metered_to_a_thousandth),
        cmocka_unit_test(no_load_is_wrong_by_more_than_one_and_a_half_percent),
        cmocka_unit_test(the_first_firmwares_way_is_further_off_on_every_load),
    };
    return cmocka_run_group_tests(tests, make_loads, remove_loads);
}
