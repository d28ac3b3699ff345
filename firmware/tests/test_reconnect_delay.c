#include "cmocka_all.h"
#include "reconnect_delay.h"

static void test_doubles_up_to_a_minute(void **state)
{
    (void)state;
    static const uint32_t longest_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (uint32_t attempt = 1; attempt <= 8; attempt++) {
        uint32_t whole_ms = longest_ms[attempt - 1];
        assert_int_equal(reconnect_delay_ms(attempt, 0), whole_ms / 2);
        assert_int_equal(reconnect_delay_ms(attempt, whole_ms / 2), whole_ms);
    }
}

static void test_stays_in_range_for_ever(void **state)
{
    (void)state;
    for (uint32_t attempt = 7; attempt != 0; attempt = attempt < UINT32_MAX / 3 ? attempt * 3 : 0) {
        for (uint32_t random = 0; random < UINT32_MAX - 99999999; random += 99999999) {
            assert_in_range(reconnect_delay_ms(attempt, random), 30000, 60000);
        }
    }
    assert_in_range(reconnect_delay_ms(UINT32_MAX, UINT32_MAX), 30000, 60000);
}

static void test_spreads(void **state)
{
    (void)state;
    unsigned seconds[61] = {0};
    for (uint32_t random = 0; random < 60000; random++) {
        seconds[reconnect_delay_ms(20, random) / 1000]++;
    }
    for (int s = 30; s < 60; s++) {
        assert_in_range(seconds[s], 1000, 2000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_up_to_a_minute),
        cmocka_unit_test(test_stays_in_range_for_ever),
        cmocka_unit_test(test_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
