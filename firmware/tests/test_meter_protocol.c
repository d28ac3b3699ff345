/* The protocol as a client sees it: challenge, streams, and what a forger gets out of it. */
#include "cmocka_all.h"
#include "meter_protocol.h"
#include "power_measurement.pb-c.h"
#include "random.h"
#include <string.h>

#define SECOND INT64_C(1000000)

typedef struct {
    power_meter_t meter;
    meter_protocol_t protocol;
    uint8_t answer[METER_DATAGRAM_MAX_BYTES];
} rig_t;

static int fail_read(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

static int fail_write(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

static void start(rig_t *rig, bool accept_first_generation, bool first_generation_meter)
{
    ina3221_bus_t bus = {.read_register = fail_read, .write_register = fail_write};
    power_meter_config_t config = power_meter_default_config();
    config.channels[0].enabled = config.channels[3].enabled = true;
    power_meter_init(&rig->meter, &config, &bus);
    meter_protocol_config_t protocol = {.secret = "a secret of boot",
                                        .boot_id = 4711,
                                        .accept_first_generation = accept_first_generation,
                                        .first_generation_meter = first_generation_meter};
    meter_protocol_init(&rig->protocol, &protocol);
}

static const meter_endpoint_t s_client = {.address = {192, 0, 2, 1}, .address_length = 4, .port = 5000};

static size_t receive(rig_t *rig, const meter_endpoint_t *from, const uint8_t *data, size_t length, int64_t now_us)
{
    return meter_protocol_receive(&rig->protocol, &rig->meter, from, data, length, now_us, rig->answer);
}

static size_t extended(uint8_t *data, char channel, uint32_t token, bool cancel)
{
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.interval_ms = 100;
    subscribe.token = token;
    subscribe.cancel = cancel;
    data[0] = (uint8_t)channel;
    data[1] = '\0';
    return 2 + subscribe__pack(&subscribe, data + 2);
}

static size_t next(rig_t *rig, int64_t now_us, PowerMeasurement **message)
{
    unsigned slot = 0;
    meter_endpoint_t to;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    meter_protocol_time_t time = {0};
    size_t length = meter_protocol_next_datagram(&rig->protocol, &rig->meter, &time, now_us, &slot, &to, datagram);
    *message = length > 0 ? power_measurement__unpack(NULL, length, datagram) : NULL;
    return length;
}

static void a_client_that_asks_for_no_interval_gets_the_meters(void **state)
{
    (void)state;
    rig_t rig;
    PowerMeasurement *message = NULL;
    start(&rig, true, false);
    rig.protocol.config.default_interval_ms = 250;
    receive(&rig, &s_client, (const uint8_t *)"1", 1, SECOND);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(next(&rig, SECOND + i * SECOND / 4 - 1, &message), 0);
        assert_true(next(&rig, SECOND + i * SECOND / 4, &message) > 0);
        power_measurement__free_unpacked(message, NULL);
    }
}

static void a_stream_starts_when_the_challenge_is_echoed(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    uint8_t data[64];
    PowerMeasurement *message;
    size_t length = extended(data, '1', 0, false);
    assert_int_equal(receive(&rig, &s_client, data, length, 0), METER_CHALLENGE_BYTES);
    assert_true(METER_CHALLENGE_BYTES <= length);
    PowerMeasurement *challenge = power_measurement__unpack(NULL, METER_CHALLENGE_BYTES, rig.answer);
    assert_non_null(challenge);
    assert_int_not_equal(challenge->challenge, 0);
    assert_int_equal(next(&rig, SECOND, &message), 0);

    length = extended(data, '1', challenge->challenge, false);
    assert_int_equal(receive(&rig, &s_client, data, length, SECOND), 0);
    assert_true(next(&rig, SECOND, &message) > 0);
    assert_int_equal(message->channel, 1);
    assert_int_equal(message->sequence, 1);
    assert_int_equal(message->boot_id, 4711);
    assert_int_equal(message->lease_ms, 30000);
    assert_true(message->timestamp > 0);
    power_measurement__free_unpacked(message, NULL);

    length = extended(data, '1', challenge->challenge, true);
    assert_int_equal(receive(&rig, &s_client, data, length, SECOND), 0);
    assert_int_equal(next(&rig, 5 * SECOND, &message), 0);
    power_measurement__free_unpacked(challenge, NULL);
}

static size_t calibrating(uint8_t *data, char channel, uint32_t token, const Calibration *calibration)
{
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.token = token;
    subscribe.calibration = (Calibration *)calibration;
    data[0] = (uint8_t)channel;
    data[1] = '\0';
    return 2 + subscribe__pack(&subscribe, data + 2);
}

static void a_channel_is_calibrated_while_the_meter_allows_it(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    rig.protocol.config.calibration_until_us = 600 * SECOND;
    uint32_t token = meter_challenge_token(rig.protocol.config.secret, &s_client);
    Calibration calibration = CALIBRATION__INIT;
    calibration.shunt_uohm = 101250;
    calibration.offset_lsb256 = -300;
    uint8_t data[64];
    PowerMeasurement *message;

    size_t length = calibrating(data, '4', token ^ 1, &calibration); /* forged */
    assert_int_equal(receive(&rig, &s_client, data, length, 0), METER_CHALLENGE_BYTES);
    assert_int_equal(power_meter_snapshot(&rig.meter, 4, 0).shunt_uohm, 100000);

    length = calibrating(data, '4', token, &calibration);
    assert_int_equal(receive(&rig, &s_client, data, length, 600 * SECOND - 1), 0);
    assert_true(next(&rig, 600 * SECOND - 1, &message) > 0);
    assert_int_equal(message->shunt_uohm, 101250);
    assert_int_equal(message->offset_lsb256, -300);
    assert_true(message->flags & POWER_METER_FLAG_CALIBRATED);
    assert_true(message->flags & POWER_METER_FLAG_CALIBRATION_OPEN);
    power_measurement__free_unpacked(message, NULL);
    assert_int_equal(power_meter_snapshot(&rig.meter, 1, 0).shunt_uohm, 100000); /* the other channel */

    calibration.shunt_uohm = 100500;
    length = calibrating(data, '4', token, &calibration);
    assert_int_equal(receive(&rig, &s_client, data, length, 600 * SECOND), 0); /* too late */
    assert_int_equal(rig.protocol.refused_calibrations, 1);
    assert_true(next(&rig, 601 * SECOND, &message) > 0);
    assert_int_equal(message->shunt_uohm, 101250);
    assert_false(message->flags & POWER_METER_FLAG_CALIBRATION_OPEN);
    power_measurement__free_unpacked(message, NULL);

    rig.protocol.config.calibration_until_us = INT64_MAX;
    Calibration none = CALIBRATION__INIT;
    length = calibrating(data, '4', token, &none);
    assert_int_equal(receive(&rig, &s_client, data, length, 700 * SECOND), 0);
    power_meter_snapshot_t snapshot = power_meter_snapshot(&rig.meter, 4, 0);
    assert_int_equal(snapshot.shunt_uohm, 100000);
    assert_int_equal(snapshot.offset_lsb256, 0);
    assert_false(snapshot.flags & POWER_METER_FLAG_CALIBRATED);
}

static void a_calibration_that_is_not_plausible_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        uint32_t shunt_uohm;
        int32_t offset_lsb256;
        bool taken;
    } s_cases[] = {
        {80000, 0, true},      {79999, 0, false},      {120000, 0, true},          {120001, 0, false},
        {1, 0, false},         {UINT32_MAX, 0, false}, {100000, 4096, true},       {100000, 4097, false},
        {100000, -4096, true}, {100000, -4097, false}, {100000, INT32_MIN, false},
    };
    for (unsigned i = 0; i < sizeof(s_cases) / sizeof(s_cases[0]); i++) {
        rig_t rig;
        start(&rig, true, false);
        rig.protocol.config.calibration_until_us = INT64_MAX;
        Calibration calibration = CALIBRATION__INIT;
        calibration.shunt_uohm = s_cases[i].shunt_uohm;
        calibration.offset_lsb256 = s_cases[i].offset_lsb256;
        uint8_t data[64];
        size_t length =
            calibrating(data, '1', meter_challenge_token(rig.protocol.config.secret, &s_client), &calibration);
        assert_int_equal(receive(&rig, &s_client, data, length, 0), 0);
        assert_int_equal(rig.protocol.refused_calibrations, !s_cases[i].taken);
        assert_int_equal(rig.meter.calibrated[0], s_cases[i].taken);
        assert_int_equal(meter_subscriptions_count(&rig.protocol.subscriptions, 0), s_cases[i].taken);
    }
}

static void a_token_is_its_endpoints_alone(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    meter_endpoint_t other = s_client;
    uint32_t token = meter_challenge_token(rig.protocol.config.secret, &s_client);
    other.port++;
    assert_int_not_equal(token, meter_challenge_token(rig.protocol.config.secret, &other));
    other = s_client;
    other.address[3]++;
    assert_int_not_equal(token, meter_challenge_token(rig.protocol.config.secret, &other));
    uint8_t data[64];
    size_t length = extended(data, '1', token, false);
    assert_int_equal(receive(&rig, &other, data, length, 0), METER_CHALLENGE_BYTES);
    rig.protocol.config.secret[0] ^= 1; /* the next boot */
    assert_int_equal(receive(&rig, &s_client, data, length, 0), METER_CHALLENGE_BYTES);
}

static void a_request_shorter_than_its_challenge_is_not_answered(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    static const uint8_t s_short[] = {'1', 0, 8, 1};
    assert_int_equal(receive(&rig, &s_client, s_short, sizeof(s_short), 0), 0);
    assert_int_equal(rig.protocol.invalid_requests, 1);
}

static void channels_that_are_not_there_are_not_answered(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    PowerMeasurement *message;
    assert_int_equal(receive(&rig, &s_client, (const uint8_t *)"2", 2, 0), 0);
    assert_int_equal(next(&rig, 0, &message), 0);
    assert_int_equal(rig.protocol.invalid_requests, 1);
    receive(&rig, &s_client, (const uint8_t *)"4", 2, 0);
    assert_true(next(&rig, 0, &message) > 0);
    assert_int_equal(message->channel, 4);
    assert_int_equal(message->lease_ms, 0);
    assert_int_equal(message->flags & POWER_METER_FLAG_OFFLINE, POWER_METER_FLAG_OFFLINE);
    power_measurement__free_unpacked(message, NULL);
}

static void first_generation_requests_can_be_refused(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, false, false);
    PowerMeasurement *message;
    receive(&rig, &s_client, (const uint8_t *)"1", 2, 0);
    assert_int_equal(next(&rig, 0, &message), 0);
    assert_int_equal(rig.protocol.invalid_requests, 1);
}

static void a_first_generation_meter_stops_at_the_nul(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, true);
    PowerMeasurement *message;
    static const uint8_t s_request[] = {'1', 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    assert_int_equal(receive(&rig, &s_client, s_request, sizeof(s_request), 0), 0);
    assert_true(next(&rig, SECOND, &message) > 0);
    assert_int_equal(message->sequence, 0);
    assert_int_equal(message->boot_id, 0);
    assert_int_equal(message->lease_ms, 0);
    power_measurement__free_unpacked(message, NULL);
    assert_int_equal(next(&rig, SECOND + 999999, &message), 0);
    assert_true(next(&rig, 1000 * SECOND, &message) > 0);
    power_measurement__free_unpacked(message, NULL);
}

/* A reflector: whoever forges extended requests never gets more bytes sent than it sends, and takes no slot. */
static void forged_extended_requests_are_never_amplified(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    random_t random;
    random_seed(&random, 3);
    uint64_t in = 0, out = 0;
    for (int i = 0; i < 200000; i++) {
        uint8_t data[64];
        size_t length = extended(data, '1', (uint32_t)(random_uniform(&random) * UINT32_MAX), i % 7 == 0);
        for (int flips = i % 4; flips > 0; flips--) {
            size_t at = 2 + (size_t)(random_uniform(&random) * (double)(length - 2));
            data[at] ^= (uint8_t)(1u << (i % 8));
        }
        meter_endpoint_t victim = s_client;
        victim.port = (uint16_t)i;
        size_t answered = receive(&rig, &victim, data, length, i);
        assert_true(answered <= length);
        in += length;
        out += answered;
    }
    assert_true(out <= in);
    assert_int_equal(meter_subscriptions_count(&rig.protocol.subscriptions, 200000), 0);
}

static void any_bytes_are_safe(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, true, false);
    random_t random;
    random_seed(&random, 11);
    for (int i = 0; i < 200000; i++) {
        uint8_t data[METER_REQUEST_MAX_BYTES + 1];
        size_t length = (size_t)(random_uniform(&random) * (i % 2 ? 24 : sizeof(data)));
        for (size_t b = 0; b < length; b++) {
            data[b] = (uint8_t)(random_uniform(&random) * 256);
        }
        if (length > 2) {
            data[0] = '1';
            data[1] = '\0';
        }
        assert_true(receive(&rig, &s_client, data, length, i) <= length);
    }
    assert_true(rig.protocol.invalid_requests > 1000);
}

static void siphash_gives_its_papers_values(void **state)
{
    (void)state;
    uint8_t secret[16], data[15];
    for (uint8_t i = 0; i < 16; i++) {
        secret[i] = i;
    }
    for (uint8_t i = 0; i < 15; i++) {
        data[i] = i;
    }
    assert_true(meter_siphash(secret, data, 15) == UINT64_C(0xa129ca6149be45e5));
    assert_true(meter_siphash(secret, data, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(meter_siphash(secret, data, 8) == UINT64_C(0x93f5f5799a932462));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_starts_when_the_challenge_is_echoed),
        cmocka_unit_test(a_client_that_asks_for_no_interval_gets_the_meters),
        cmocka_unit_test(a_channel_is_calibrated_while_the_meter_allows_it),
        cmocka_unit_test(a_calibration_that_is_not_plausible_changes_nothing),
        cmocka_unit_test(a_token_is_its_endpoints_alone),
        cmocka_unit_test(a_request_shorter_than_its_challenge_is_not_answered),
        cmocka_unit_test(channels_that_are_not_there_are_not_answered),
        cmocka_unit_test(first_generation_requests_can_be_refused),
        cmocka_unit_test(a_first_generation_meter_stops_at_the_nul),
        cmocka_unit_test(forged_extended_requests_are_never_amplified),
        cmocka_unit_test(any_bytes_are_safe),
        cmocka_unit_test(siphash_gives_its_papers_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
