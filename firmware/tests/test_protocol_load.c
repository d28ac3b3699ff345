/* The protocol under load and under attack: crowds, churn, forgers. */
#include "cmocka_all.h"
#include "power_measurement.pb-c.h"
#include "protocol_rig.h"
#include <string.h>

static uint32_t below(rig_t *rig, uint32_t limit)
{
    return (uint32_t)(random_uniform(&rig->random) * limit);
}

static meter_endpoint_t endpoint(uint32_t host, uint16_t port)
{
    return (meter_endpoint_t){
        .address = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host}, .address_length = 4, .port = port};
}

/** Sends all that is due. @return how many datagrams of them go to `to`, or all for NULL */
static unsigned tick(rig_t *rig, const meter_endpoint_t *to, int64_t now_us)
{
    static const meter_protocol_time_t s_time;
    unsigned slot = 0, count = 0;
    meter_endpoint_t client;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    while (meter_protocol_next_datagram(&rig->protocol, &rig->meter, &s_time, now_us, &slot, &client, datagram) > 0) {
        count += !to || (client.port == to->port && memcmp(client.address, to->address, 16) == 0);
    }
    return count;
}

/** 20 000 clients want a stream; 32 get one, the others nothing, and later ones get what has become free. */
static void a_crowd_gets_all_slots_and_no_more(void **state)
{
    (void)state;
    rig_t *rig = rig_start(1);
    const uint32_t clients = 20000;
    for (uint32_t i = 0; i < clients; i++) {
        meter_endpoint_t client = endpoint(i, 5000);
        assert_int_equal(rig_ask(rig, &client, 1 + i % 6, 0, 30, 0), METER_CHALLENGE_BYTES);
        assert_int_equal(rig_ask(rig, &client, 1 + i % 6, rig_token_of(rig, &client), 30, 0), 0);
    }
    assert_int_equal(meter_subscriptions_count(&rig->protocol.subscriptions, 0), METER_SUBSCRIPTION_SLOTS);
    assert_int_equal(rig->protocol.subscriptions.refused, clients - METER_SUBSCRIPTION_SLOTS);
    assert_int_equal(tick(rig, NULL, 0), METER_SUBSCRIPTION_SLOTS);
    /* Half of those served renew; the places of the others go to whoever asks next. */
    for (uint32_t i = 0; i < METER_SUBSCRIPTION_SLOTS / 2; i++) {
        meter_endpoint_t client = endpoint(i, 5000);
        rig_ask(rig, &client, 1 + i % 6, rig_token_of(rig, &client), 30, 20 * SECOND);
    }
    for (uint32_t i = 1000; i < 2000; i++) {
        meter_endpoint_t client = endpoint(i, 5000);
        rig_ask(rig, &client, 1, rig_token_of(rig, &client), 30, 31 * SECOND);
    }
    for (uint32_t i = 0; i < 2000; i++) {
        meter_endpoint_t client = endpoint(i, 5000);
        bool served = i < METER_SUBSCRIPTION_SLOTS / 2 || (i >= 1000 && i < 1000 + METER_SUBSCRIPTION_SLOTS / 2);
        unsigned got = 0;
        for (unsigned s = 0; s < METER_SUBSCRIPTION_SLOTS; s++) {
            const meter_subscription_t *slot = &rig->protocol.subscriptions.slots[s];
            got += slot->used && memcmp(slot->endpoint.address, client.address, 16) == 0;
        }
        assert_int_equal(got, served);
    }
}

#define POPULATION 60

/** What a client that proved its address may count on. */
typedef struct {
    int64_t expires_us;
    uint32_t sequence;
} promise_t;

/**
 * Random churn of leased and first-generation clients, on few addresses: no lease is ever cut short, no client gets two
 * streams or a hole in its sequence, the table never exceeds its limits.
 */
static void churn_never_breaks_a_lease(void **state)
{
    (void)state;
    rig_t *rig = rig_start(2);
    static promise_t s_promises[POPULATION];
    memset(s_promises, 0, sizeof(s_promises));
    int64_t now_us = 0;
    unsigned evictions = 0;
    for (int i = 0; i < 200000; i++) {
        uint32_t who = below(rig, POPULATION);
        meter_endpoint_t client = endpoint(who % 7, (uint16_t)(100 + who));
        promise_t *promise = &s_promises[who];
        now_us += below(rig, 60000);
        meter_subscriptions_t *table = &rig->protocol.subscriptions;
        if (promise->expires_us <= now_us) {
            promise->sequence = 0;
        }
        uint32_t action = below(rig, 10);
        if (action < 5) {
            uint32_t lease_s = 1 + below(rig, 10);
            uint32_t refused = table->refused;
            assert_int_equal(rig_ask(rig, &client, 1, rig_token_of(rig, &client), lease_s, now_us), 0);
            if (table->refused == refused) {
                promise->expires_us = now_us + lease_s * SECOND;
            } else {
                assert_true(promise->expires_us <= now_us);
            }
        } else if (action < 8) {
            uint8_t answer[METER_CHALLENGE_BYTES];
            meter_protocol_receive(&rig->protocol, &rig->meter, &client, (const uint8_t *)"1", 2, now_us, answer);
        } else {
            uint8_t data[64], answer[METER_CHALLENGE_BYTES];
            size_t length = rig_extended(data, 1, rig_token_of(rig, &client), 0, true);
            meter_protocol_receive(&rig->protocol, &rig->meter, &client, data, length, now_us, answer);
            promise->expires_us = 0;
            promise->sequence = 0;
        }
        evictions = table->evicted;
        unsigned first_generation[7] = {0}, slots_of[POPULATION] = {0};
        for (unsigned s = 0; s < METER_SUBSCRIPTION_SLOTS; s++) {
            const meter_subscription_t *slot = &table->slots[s];
            if (slot->used) {
                slots_of[slot->endpoint.port - 100]++;
                first_generation[slot->endpoint.address[3]] += slot->first_generation;
            }
        }
        for (uint32_t p = 0; p < POPULATION; p++) {
            assert_true(slots_of[p] <= 1);
            assert_true(s_promises[p].expires_us <= now_us || slots_of[p] == 1);
        }
        for (int address = 0; address < 7; address++) {
            assert_true(first_generation[address] <= METER_FIRST_GENERATION_PER_ADDRESS);
        }
        if (promise->expires_us > now_us) {
            uint32_t before = promise->sequence;
            tick(rig, NULL, now_us);
            for (unsigned s = 0; s < METER_SUBSCRIPTION_SLOTS; s++) {
                const meter_subscription_t *slot = &table->slots[s];
                if (slot->used && slot->endpoint.port == client.port) {
                    assert_true(slot->sequence >= before);
                    promise->sequence = slot->sequence;
                }
            }
        }
    }
    /* It was crowded enough to mean something. */
    assert_true(evictions > 1000);
    assert_true(rig->protocol.subscriptions.refused > 1000);
}

/** A client whose address changes is challenged anew; its old stream runs out by itself. */
static void a_new_address_is_a_new_client(void **state)
{
    (void)state;
    rig_t *rig = rig_start(3);
    meter_endpoint_t home = endpoint(1, 5000), moved = endpoint(2, 5000), rebound = endpoint(1, 5001);
    rig_ask(rig, &home, 1, rig_token_of(rig, &home), 30, 0);
    assert_int_equal(tick(rig, &home, 0), 1);
    assert_int_equal(rig_ask(rig, &moved, 1, rig_token_of(rig, &home), 30, SECOND), METER_CHALLENGE_BYTES);
    assert_int_equal(rig_ask(rig, &rebound, 1, rig_token_of(rig, &home), 30, SECOND), METER_CHALLENGE_BYTES);
    assert_int_equal(tick(rig, &moved, SECOND), 0);
    rig_ask(rig, &moved, 1, rig_token_of(rig, &moved), 30, SECOND);
    assert_int_equal(tick(rig, &moved, SECOND), 1);
    assert_int_equal(tick(rig, &home, 29 * SECOND), 1);
    assert_int_equal(tick(rig, NULL, 30 * SECOND), 1);
    assert_int_equal(tick(rig, NULL, 31 * SECOND), 0);
}

/** An endpoint whose hash folds to 0, which on the wire would be no token at all. */
static void a_token_is_never_absent(void **state)
{
    (void)state;
    rig_t *rig = rig_start(4);
    /* 2001:db8::8e2a:cf32 port 10000, found by search among 2^32. */
    meter_endpoint_t client = {
        .address = {0x20, 0x01, 0x0d, 0xb8, [12] = 0x8e, 0x2a, 0xcf, 0x32}, .address_length = 16, .port = 10000};
    assert_int_equal(rig_token_of(rig, &client), 1);
    assert_int_equal(rig_ask(rig, &client, 1, 0, 30, 0), METER_CHALLENGE_BYTES);
    assert_int_equal(rig_ask(rig, &client, 1, 1, 30, 0), 0);
    assert_int_equal(tick(rig, &client, 0), 1);
}

static void the_sequence_on_the_wire_skips_0(void **state)
{
    (void)state;
    rig_t *rig = rig_start(5);
    static const meter_protocol_time_t s_time;
    meter_endpoint_t client = endpoint(1, 5000), to;
    rig_ask(rig, &client, 1, rig_token_of(rig, &client), 300, 0);
    rig->protocol.subscriptions.slots[0].sequence = UINT32_MAX - 2;
    static const uint32_t s_expected[] = {UINT32_MAX - 1, UINT32_MAX, 1, 2};
    for (int i = 0; i < 4; i++) {
        unsigned slot = 0;
        uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
        size_t length =
            meter_protocol_next_datagram(&rig->protocol, &rig->meter, &s_time, i * SECOND, &slot, &to, datagram);
        PowerMeasurement *message = power_measurement__unpack(NULL, length, datagram);
        assert_non_null(message);
        assert_true(message->sequence == s_expected[i]);
        power_measurement__free_unpacked(message, NULL);
    }
}

#define VICTIMS 40

/**
 * A reflector: whatever extended requests come with a forged source, at no moment has that source been sent more bytes
 * than came in its name; and the streams of those who proved their address go on untouched.
 */
static void forged_sources_never_get_more_than_was_sent_in_their_name(void **state)
{
    (void)state;
    for (uint64_t seed = 10; seed < 30; seed++) {
        rig_t *rig = rig_start(seed);
        uint64_t in[VICTIMS] = {0}, out[VICTIMS] = {0};
        meter_endpoint_t honest = endpoint(999, 5000);
        uint32_t got = 0;
        int64_t now_us = 0;
        for (int i = 0; i < 20000; i++, now_us += 25000) {
            uint32_t v = below(rig, VICTIMS);
            meter_endpoint_t victim = endpoint(v, (uint16_t)(5000 + v));
            uint8_t data[METER_REQUEST_MAX_BYTES], answer[METER_CHALLENGE_BYTES];
            /* Tokens guessed, of other endpoints, of the honest client; never the victim's own. */
            uint32_t guess = below(rig, UINT32_MAX);
            meter_endpoint_t neighbour = endpoint(v, (uint16_t)(5001 + v));
            uint32_t tokens[] = {0, guess, rig_token_of(rig, &honest), rig_token_of(rig, &neighbour)};
            uint32_t token = tokens[below(rig, 4)];
            size_t length = rig_extended(data, 1 + below(rig, 6), token, below(rig, 400), below(rig, 5) == 0);
            if (below(rig, 3) == 0) {
                length = 2 + below(rig, (uint32_t)length - 1);
            }
            for (uint32_t flips = below(rig, 4); flips > 0 && length > 2; flips--) {
                data[2 + below(rig, (uint32_t)length - 2)] ^= (uint8_t)(1u << below(rig, 8));
            }
            if (length == 2) {
                /* "N" and NUL alone is the first generation's, which can't be protected. */
                continue;
            }
            in[v] += length;
            out[v] += meter_protocol_receive(&rig->protocol, &rig->meter, &victim, data, length, now_us, answer);
            if (i % 400 == 0) {
                rig_ask(rig, &honest, 1, rig_token_of(rig, &honest), 30, now_us);
            }
            if (i % 20 == 0) {
                static const meter_protocol_time_t s_time;
                unsigned slot = 0;
                meter_endpoint_t to;
                uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
                size_t bytes;
                while ((bytes = meter_protocol_next_datagram(&rig->protocol, &rig->meter, &s_time, now_us, &slot, &to,
                                                             datagram)) > 0) {
                    if (to.address[3] == honest.address[3] && to.address[2] == honest.address[2]) {
                        got++;
                    } else {
                        out[to.address[3]] += bytes;
                    }
                }
            }
            assert_true(out[v] <= in[v]);
        }
        for (int v = 0; v < VICTIMS; v++) {
            assert_true(out[v] <= in[v] && out[v] > 0);
        }
        /* One a second for 500 s. */
        assert_true(got >= 499 && got <= 501);
        assert_int_equal(meter_subscriptions_count(&rig->protocol.subscriptions, now_us), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_gets_all_slots_and_no_more),
        cmocka_unit_test(churn_never_breaks_a_lease),
        cmocka_unit_test(a_new_address_is_a_new_client),
        cmocka_unit_test(a_token_is_never_absent),
        cmocka_unit_test(the_sequence_on_the_wire_skips_0),
        cmocka_unit_test(forged_sources_never_get_more_than_was_sent_in_their_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
