/* The wire vectors that the TypeScript codec is held to as well. */
#include "cmocka_all.h"
#include "meter_protocol.h"
#include "power_measurement.pb-c.h"
#include "vectors.h"
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 512

static size_t bytes_of(const vector_t *vector, uint8_t *bytes)
{
    size_t length = strlen(vector->hex) / 2;
    assert_true(length <= MAX_BYTES);
    for (size_t i = 0; i < length; i++) {
        const char digits[3] = {vector->hex[2 * i], vector->hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return length;
}

/** The field's text, or "0" when the vector has none. */
static const char *text_of(const vector_t *vector, const char *name)
{
    for (const vector_field_t *field = vector->fields; field->name; field++) {
        if (strcmp(field->name, name) == 0) {
            return field->value;
        }
    }
    return "0";
}

static uint64_t unsigned_of(const vector_t *vector, const char *name)
{
    return strtoull(text_of(vector, name), NULL, 10);
}

static const vector_t *vector_named(const char *name, const char *kind)
{
    for (unsigned i = 0; i < g_vector_count; i++) {
        if (strcmp(g_vectors[i].name, name) == 0 && strcmp(g_vectors[i].kind, kind) == 0) {
            return &g_vectors[i];
        }
    }
    fail_msg("no vector '%s'", name);
    return NULL;
}

static bool is_true(const vector_t *vector, const char *field)
{
    return strcmp(text_of(vector, field), "ON") == 0 || strcmp(text_of(vector, field), "true") == 0;
}

static void compare_request(const vector_t *vector, const meter_request_t *request)
{
    assert_int_equal(request->channel, unsigned_of(vector, "channel"));
    assert_int_equal(request->version, unsigned_of(vector, "version"));
    assert_int_equal(request->lease_s, unsigned_of(vector, "lease_s"));
    assert_int_equal(request->interval_ms, unsigned_of(vector, "interval_ms"));
    assert_int_equal(request->token, unsigned_of(vector, "token"));
    assert_int_equal(request->cancel, is_true(vector, "cancel"));
    assert_int_equal(request->extended, unsigned_of(vector, "version") != 0);
    assert_int_equal(request->calibrate != METER_REQUEST_KEEP_CALIBRATION, is_true(vector, "calibrate"));
    assert_int_equal(request->calibrate == METER_REQUEST_CALIBRATE, unsigned_of(vector, "shunt_uohm") != 0);
    assert_int_equal(request->calibration.shunt_uohm, unsigned_of(vector, "shunt_uohm"));
    assert_int_equal(request->calibration.offset_lsb256, strtol(text_of(vector, "offset_lsb256"), NULL, 10));
}

static void requests(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned i = 0; i < g_vector_count; i++) {
        const vector_t *vector = &g_vectors[i];
        if (strcmp(vector->kind, "request") != 0) {
            continue;
        }
        count++;
        uint8_t bytes[MAX_BYTES];
        meter_request_t request;
        bool valid = meter_request_parse(bytes, bytes_of(vector, bytes), &request);
        if (valid != vector->valid) {
            fail_msg("'%s' is %s", vector->name, valid ? "taken" : "refused");
        }
        if (!valid) {
            continue;
        }
        compare_request(vector, &request);
    }
    assert_true(count > 10);
}

static void compare_measurement(const vector_t *vector, const PowerMeasurement *message)
{
    assert_true(message->timestamp == unsigned_of(vector, "timestamp"));
    assert_true(message->energy_consumption == strtod(text_of(vector, "energy_consumption"), NULL));
    assert_true(message->current == strtof(text_of(vector, "current"), NULL));
    assert_int_equal(message->channel, unsigned_of(vector, "channel"));
    assert_int_equal(message->sequence, unsigned_of(vector, "sequence"));
    assert_int_equal(message->boot_id, unsigned_of(vector, "boot_id"));
    assert_int_equal(message->lease_ms, unsigned_of(vector, "lease_ms"));
    assert_int_equal(message->bus_voltage_mv, unsigned_of(vector, "bus_voltage_mv"));
    assert_true(message->current_ua == strtol(text_of(vector, "current_ua"), NULL, 10));
    assert_true(message->energy_uj == unsigned_of(vector, "energy_uj"));
    assert_true(message->energy_exported_uj == unsigned_of(vector, "energy_exported_uj"));
    assert_true(message->unix_time_us == unsigned_of(vector, "unix_time_us"));
    assert_int_equal(message->time_sync_age_s, unsigned_of(vector, "time_sync_age_s"));
    assert_true(message->samples == unsigned_of(vector, "samples"));
    assert_int_equal(message->flags, unsigned_of(vector, "flags"));
    assert_int_equal(message->missed_cycles, unsigned_of(vector, "missed_cycles"));
    assert_true(message->gap_us == unsigned_of(vector, "gap_us"));
    assert_int_equal(message->overrange_samples, unsigned_of(vector, "overrange_samples"));
    assert_int_equal(message->shunt_uohm, unsigned_of(vector, "shunt_uohm"));
    assert_true(message->lifetime_energy_uj == unsigned_of(vector, "lifetime_energy_uj"));
    assert_int_equal(message->sensor_errors, unsigned_of(vector, "sensor_errors"));
    assert_int_equal(message->offset_lsb256, strtol(text_of(vector, "offset_lsb256"), NULL, 10));
    assert_int_equal(message->challenge, unsigned_of(vector, "challenge"));
}

static void measurements_decode(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned i = 0; i < g_vector_count; i++) {
        const vector_t *vector = &g_vectors[i];
        if (strcmp(vector->kind, "measurement") != 0) {
            continue;
        }
        count++;
        uint8_t bytes[MAX_BYTES];
        PowerMeasurement *message = power_measurement__unpack(NULL, bytes_of(vector, bytes), bytes);
        if ((message != NULL) != vector->valid) {
            fail_msg("'%s' is %s", vector->name, message ? "taken" : "refused");
        }
        if (message) {
            compare_measurement(vector, message);
            power_measurement__free_unpacked(message, NULL);
        }
    }
    assert_true(count > 5);
}

static power_meter_snapshot_t snapshot_of(const vector_t *vector)
{
    return (power_meter_snapshot_t){
        .time_us = unsigned_of(vector, "timestamp"),
        .imported_uc = (uint64_t)(strtod(text_of(vector, "energy_consumption"), NULL) * 1000),
        .current_ua = (int32_t)strtol(text_of(vector, "current_ua"), NULL, 10),
        .bus_voltage_mv = (uint32_t)unsigned_of(vector, "bus_voltage_mv"),
        .imported_uj = unsigned_of(vector, "energy_uj"),
        .exported_uj = unsigned_of(vector, "energy_exported_uj"),
        .samples = unsigned_of(vector, "samples"),
        .flags = (uint32_t)unsigned_of(vector, "flags"),
        .missed_cycles = (uint32_t)unsigned_of(vector, "missed_cycles"),
        .gap_us = unsigned_of(vector, "gap_us"),
        .overrange_samples = (uint32_t)unsigned_of(vector, "overrange_samples"),
        .shunt_uohm = (uint32_t)unsigned_of(vector, "shunt_uohm"),
        .sensor_errors = (uint32_t)unsigned_of(vector, "sensor_errors"),
        .lifetime_uj = unsigned_of(vector, "lifetime_energy_uj"),
        .offset_lsb256 = (int32_t)strtol(text_of(vector, "offset_lsb256"), NULL, 10),
    };
}

static void assert_encodes(const vector_t *vector, const uint8_t *datagram, size_t length)
{
    uint8_t bytes[MAX_BYTES];
    assert_int_equal(length, bytes_of(vector, bytes));
    assert_memory_equal(datagram, bytes, length);
}

static void the_meters_own_datagrams_are_those_of_the_vectors(void **state)
{
    (void)state;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    const vector_t *full = vector_named("every field", "measurement");
    power_meter_snapshot_t snapshot = snapshot_of(full);
    meter_measurement_context_t context = {
        .channel = (unsigned)unsigned_of(full, "channel"),
        .sequence = (uint32_t)unsigned_of(full, "sequence"),
        .boot_id = (uint32_t)unsigned_of(full, "boot_id"),
        .lease_ms = (uint32_t)unsigned_of(full, "lease_ms"),
        .unix_time_us = unsigned_of(full, "unix_time_us"),
        .time_sync_age_s = (uint32_t)unsigned_of(full, "time_sync_age_s"),
    };
    assert_encodes(full, datagram, meter_measurement_encode(&snapshot, &context, datagram));

    const vector_t *first = vector_named("first protocol", "measurement");
    snapshot = snapshot_of(first);
    snapshot.current_ua = -250500; /* the magnitude is sent */
    context = (meter_measurement_context_t){.channel = 3, .sequence = 9, .boot_id = 7, .first_generation = true};
    assert_encodes(first, datagram, meter_measurement_encode(&snapshot, &context, datagram));

    const vector_t *challenge = vector_named("challenge alone", "measurement");
    assert_encodes(challenge, datagram,
                   meter_measurement_encode_challenge((uint32_t)unsigned_of(challenge, "challenge"), datagram));
}

static void the_longest_datagram_fits(void **state)
{
    (void)state;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    power_meter_snapshot_t snapshot;
    meter_measurement_context_t context;
    memset(&snapshot, 0xff, sizeof(snapshot));
    memset(&context, 0xff, sizeof(context));
    context.first_generation = false;
    context.calibration_open = true;
    snapshot.current_ua = INT32_MIN;
    size_t length = meter_measurement_encode(&snapshot, &context, datagram);
    assert_true(length <= METER_DATAGRAM_MAX_BYTES);
    assert_true(length > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(measurements_decode),
        cmocka_unit_test(the_meters_own_datagrams_are_those_of_the_vectors),
        cmocka_unit_test(the_longest_datagram_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
