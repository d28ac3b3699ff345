/* A network that loses, delays, doubles and reorders. */
#include "cmocka_all.h"
#include "impaired_link.h"
#include <string.h>

#define COUNT 10000
#define MILLISECOND 1000000

typedef struct {
    impaired_link_t link;
    int64_t now_ns;
    /** Numbers sent to each of two clients, as they arrived. */
    uint32_t arrived[2][2 * COUNT];
    int64_t arrived_ns[2][2 * COUNT];
    size_t count[2];
} rig_t;

static rig_t s_rig;

static void transmit(void *ctx, const meter_endpoint_t *to, const uint8_t *data, size_t length)
{
    rig_t *rig = ctx;
    assert_int_equal(length, sizeof(uint32_t));
    size_t *count = &rig->count[to->port];
    rig->arrived_ns[to->port][*count] = rig->now_ns;
    memcpy(&rig->arrived[to->port][(*count)++], data, length);
}

/** Sends `count` numbers to each client, one each 10 ms, and waits a second. */
static rig_t *run(link_impairment_t impairment, uint32_t count)
{
    memset(&s_rig, 0, sizeof(s_rig));
    s_rig.link.impairment = impairment;
    s_rig.link.transmit = transmit;
    s_rig.link.ctx = &s_rig;
    random_seed(&s_rig.link.random, 7);
    for (uint32_t i = 0; i < count + 100; i++) {
        s_rig.now_ns = (int64_t)i * 10 * MILLISECOND;
        for (uint16_t client = 0; client < 2 && i < count; client++) {
            meter_endpoint_t to = {.address = {127, 0, 0, 1}, .address_length = 4, .port = client};
            impaired_link_send(&s_rig.link, s_rig.now_ns, &to, (const uint8_t *)&i, sizeof(i));
        }
        impaired_link_flush(&s_rig.link, s_rig.now_ns);
    }
    return &s_rig;
}

static void a_perfect_one_passes_everything_on_at_once(void **state)
{
    (void)state;
    rig_t *rig = run((link_impairment_t){0}, COUNT);
    for (int client = 0; client < 2; client++) {
        assert_int_equal(rig->count[client], COUNT);
        for (uint32_t i = 0; i < COUNT; i++) {
            assert_int_equal(rig->arrived[client][i], i);
            assert_int_equal(rig->arrived_ns[client][i], (int64_t)i * 10 * MILLISECOND);
        }
    }
}

static void it_loses_and_doubles_as_often_as_it_says(void **state)
{
    (void)state;
    rig_t *rig = run((link_impairment_t){.loss = 0.2}, COUNT);
    assert_true(rig->count[0] > 0.78 * COUNT && rig->count[0] < 0.82 * COUNT);
    rig = run((link_impairment_t){.duplicate = 0.2}, COUNT);
    assert_true(rig->count[1] > 1.18 * COUNT && rig->count[1] < 1.22 * COUNT);
    for (size_t i = 1; i < rig->count[1]; i++) {
        assert_true(rig->arrived[1][i] - rig->arrived[1][i - 1] <= 1);
    }
    rig = run((link_impairment_t){.loss = 1}, COUNT);
    assert_int_equal(rig->count[0], 0);
    rig = run((link_impairment_t){.silent = true}, COUNT);
    assert_int_equal(rig->count[0] + rig->count[1], 0);
}

static void it_delays_without_reordering(void **state)
{
    (void)state;
    rig_t *rig = run((link_impairment_t){.delay_ns = 45 * MILLISECOND}, COUNT);
    assert_int_equal(rig->count[0], COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(rig->arrived[0][i], i);
        assert_int_equal(rig->arrived_ns[0][i], ((int64_t)i * 10 + 50) * MILLISECOND);
    }
}

/** With each probability and delay every datagram arrives once, but the one still held back; a swap is one place. */
static void it_swaps_neighbours_and_keeps_all(void **state)
{
    (void)state;
    for (int64_t delay_ns = 0; delay_ns <= 30 * MILLISECOND; delay_ns += 30 * MILLISECOND) {
        rig_t *rig = run((link_impairment_t){.reorder = 0.2, .delay_ns = delay_ns}, COUNT);
        size_t swaps = 0;
        assert_true(rig->count[0] >= COUNT - 1);
        for (uint32_t i = 0; i < rig->count[0]; i++) {
            int32_t off = (int32_t)(rig->arrived[0][i] - i);
            assert_true(off >= -1 && off <= 1);
            swaps += off > 0;
        }
        /* Held back with 0.2, but never two in a row: 0.2 of 1.2. */
        assert_true(swaps > 0.15 * COUNT && swaps < 0.185 * COUNT);
    }
}

static void a_full_queue_loses(void **state)
{
    (void)state;
    rig_t *rig = run((link_impairment_t){.delay_ns = INT64_C(10000) * MILLISECOND}, 1000);
    assert_int_equal(rig->link.queued, LINK_QUEUE_DATAGRAMS - 2 * 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_one_passes_everything_on_at_once),
        cmocka_unit_test(it_loses_and_doubles_as_often_as_it_says),
        cmocka_unit_test(it_delays_without_reordering),
        cmocka_unit_test(it_swaps_neighbours_and_keeps_all),
        cmocka_unit_test(a_full_queue_loses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
