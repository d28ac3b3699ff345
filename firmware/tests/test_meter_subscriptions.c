/* The table of subscriptions: leases, renewal, eviction, what is due. */
#include "cmocka_all.h"
#include "meter_subscriptions.h"

#define SECOND INT64_C(1000000)

static meter_endpoint_t client(uint8_t host, uint16_t port)
{
    return (meter_endpoint_t){.address = {192, 0, 2, host}, .address_length = 4, .port = port};
}

static meter_request_t extended(unsigned channel, uint32_t lease_s, uint32_t interval_ms)
{
    return (meter_request_t){.channel = channel, .extended = true, .lease_s = lease_s, .interval_ms = interval_ms};
}

static meter_subscription_t *put(meter_subscriptions_t *table, meter_endpoint_t from, meter_request_t request,
                                 int64_t now_us)
{
    return meter_subscriptions_put(table, &from, &request, now_us);
}

static unsigned send_due(meter_subscriptions_t *table, int64_t now_us)
{
    unsigned slot = 0, count = 0;
    while (meter_subscriptions_next_due(table, now_us, &slot)) {
        count++;
    }
    return count;
}

static void a_lease_ends_unless_renewed(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    put(&table, client(1, 1), extended(1, 30, 1000), 0);
    assert_int_equal(meter_subscriptions_count(&table, 30 * SECOND - 1), 1);
    assert_int_equal(meter_subscriptions_count(&table, 30 * SECOND), 0);
    put(&table, client(1, 1), extended(1, 30, 1000), 20 * SECOND);
    assert_int_equal(meter_subscriptions_count(&table, 49 * SECOND), 1);
    assert_int_equal(send_due(&table, 51 * SECOND), 0);
    assert_int_equal(table.expired, 1);
}

static void leases_and_intervals_have_limits(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_subscription_t *slot = put(&table, client(1, 1), extended(1, 0, 0), 0);
    assert_int_equal(slot->expires_us, 30 * SECOND);
    assert_int_equal(slot->interval_ms, 1000);
    slot = put(&table, client(1, 1), extended(1, 100000, 1), 0);
    assert_int_equal(slot->expires_us, 300 * SECOND);
    assert_int_equal(slot->interval_ms, 20);
    slot = put(&table, client(1, 1), extended(1, 1, UINT32_MAX), 0);
    assert_int_equal(slot->expires_us, SECOND);
    assert_int_equal(slot->interval_ms, 10000);
    assert_int_equal(meter_subscription_lease_ms(slot, 400000), 600);
}

static void a_repeat_renews_and_never_adds_a_stream(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_subscription_t *slot = put(&table, client(1, 1), extended(1, 30, 100), 0);
    assert_int_equal(send_due(&table, 0), 1);
    for (int64_t now_us = 1000; now_us < 50000; now_us += 1000) {
        assert_ptr_equal(put(&table, client(1, 1), extended(1, 30, 100), now_us), slot);
        assert_int_equal(send_due(&table, now_us), 0);
    }
    assert_int_equal(send_due(&table, 100000), 1);
    assert_int_equal(slot->sequence, 2);
    assert_ptr_not_equal(put(&table, client(1, 1), extended(2, 30, 100), 0), slot);
    assert_ptr_not_equal(put(&table, client(1, 2), extended(1, 30, 100), 0), slot);
    assert_ptr_not_equal(put(&table, client(2, 1), extended(1, 30, 100), 0), slot);
}

static void datagrams_keep_their_grid(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    put(&table, client(1, 1), extended(1, 300, 100), 0);
    unsigned sent = 0;
    for (int64_t now_us = 0; now_us < 10 * SECOND; now_us += 7000) {
        sent += send_due(&table, now_us);
    }
    assert_int_equal(sent, 100);
    /* After a pause it goes on, and does not catch up in a burst. */
    assert_int_equal(send_due(&table, 20 * SECOND), 1);
    assert_int_equal(send_due(&table, 20 * SECOND + 1000), 0);
}

static void a_shorter_interval_holds_at_once(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    put(&table, client(1, 1), extended(1, 300, 10000), 0);
    send_due(&table, 0);
    put(&table, client(1, 1), extended(1, 300, 100), SECOND);
    assert_int_equal(meter_subscriptions_due_us(&table), SECOND + 100000);
}

static void first_generation_clients_never_expire(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_subscription_t *slot = put(&table, client(1, 1), (meter_request_t){.channel = 1}, 0);
    assert_int_equal(meter_subscriptions_count(&table, 1000000 * SECOND), 1);
    assert_int_equal(meter_subscription_lease_ms(slot, 0), 0);
    assert_int_equal(send_due(&table, 1000000 * SECOND), 1);
}

static void an_address_holds_at_most_8_first_generation_slots(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    for (uint16_t port = 1; port <= 20; port++) {
        assert_non_null(put(&table, client(1, port), (meter_request_t){.channel = 1}, port));
    }
    assert_int_equal(meter_subscriptions_count(&table, 100), 8);
    /* Leased clients of that address are not limited. */
    for (uint16_t port = 101; port <= 120; port++) {
        assert_non_null(put(&table, client(1, port), extended(1, 30, 100), port));
    }
    assert_int_equal(meter_subscriptions_count(&table, 200), 28);
}

static void first_generation_clients_make_room(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    for (uint8_t host = 1; host <= 32; host++) {
        put(&table, client(host, 1), (meter_request_t){.channel = 1}, host);
    }
    put(&table, client(1, 1), (meter_request_t){.channel = 1}, 50); /* asks again, so is the youngest */
    for (uint8_t host = 101; host <= 131; host++) {
        assert_non_null(put(&table, client(host, 1), extended(1, 300, 100), 100));
    }
    unsigned first = 0;
    for (int i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        if (table.slots[i].first_generation) {
            first++;
            assert_int_equal(table.slots[i].endpoint.address[3], 1);
        }
    }
    assert_int_equal(first, 1);
    assert_int_equal(table.evicted, 31);
}

static void leased_clients_are_never_evicted(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    for (uint8_t host = 1; host <= 32; host++) {
        put(&table, client(host, 1), extended(1, host == 7 ? 10 : 300, 100), 0);
    }
    assert_null(put(&table, client(200, 1), extended(1, 30, 100), SECOND));
    assert_null(put(&table, client(200, 1), (meter_request_t){.channel = 1}, SECOND));
    assert_int_equal(table.refused, 2);
    assert_non_null(put(&table, client(200, 1), extended(1, 30, 100), 11 * SECOND));
}

static void a_first_generation_request_does_not_touch_a_lease(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_subscription_t *slot = put(&table, client(1, 1), extended(1, 30, 100), 0);
    assert_ptr_equal(put(&table, client(1, 1), (meter_request_t){.channel = 1}, SECOND), slot);
    assert_int_equal(slot->interval_ms, 100);
    assert_int_equal(slot->expires_us, 30 * SECOND);
}

static void cancelling_ends_one_subscription(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_endpoint_t from = client(1, 1);
    put(&table, from, extended(1, 30, 100), 0);
    put(&table, from, extended(2, 30, 100), 0);
    meter_subscriptions_cancel(&table, &from, 1);
    meter_subscriptions_cancel(&table, &from, 5);
    assert_int_equal(meter_subscriptions_count(&table, 0), 1);
}

static void the_sequence_skips_0_when_it_wraps(void **state)
{
    (void)state;
    meter_subscriptions_t table = {0};
    meter_subscription_t *slot = put(&table, client(1, 1), extended(1, 30, 100), 0);
    slot->sequence = UINT32_MAX;
    assert_int_equal(send_due(&table, 0), 1);
    assert_int_equal(slot->sequence, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_ends_unless_renewed),
        cmocka_unit_test(leases_and_intervals_have_limits),
        cmocka_unit_test(a_repeat_renews_and_never_adds_a_stream),
        cmocka_unit_test(datagrams_keep_their_grid),
        cmocka_unit_test(a_shorter_interval_holds_at_once),
        cmocka_unit_test(first_generation_clients_never_expire),
        cmocka_unit_test(an_address_holds_at_most_8_first_generation_slots),
        cmocka_unit_test(first_generation_clients_make_room),
        cmocka_unit_test(leased_clients_are_never_evicted),
        cmocka_unit_test(a_first_generation_request_does_not_touch_a_lease),
        cmocka_unit_test(cancelling_ends_one_subscription),
        cmocka_unit_test(the_sequence_skips_0_when_it_wraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
