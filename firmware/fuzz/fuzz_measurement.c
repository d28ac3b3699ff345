/** @file Any snapshot as a datagram reads back; what any bytes say as a datagram reads alike once packed. */
#include <string.h>

#include "fuzz_target.h"
#include "meter_measurement.h"
#include "power_measurement.pb-c.h"

static power_meter_snapshot_t read_snapshot(fuzz_input_t *input)
{
    return (power_meter_snapshot_t){
        .time_us = fuzz_number(input, 8),
        .imported_uj = fuzz_number(input, 8),
        .exported_uj = fuzz_number(input, 8),
        .imported_uc = fuzz_number(input, 8),
        .current_ua = (int32_t)fuzz_number(input, 4),
        .bus_voltage_mv = (uint32_t)fuzz_number(input, 4),
        .samples = fuzz_number(input, 8),
        .missed_cycles = (uint32_t)fuzz_number(input, 4),
        .gap_us = fuzz_number(input, 8),
        .overrange_samples = (uint32_t)fuzz_number(input, 4),
        .sensor_errors = (uint32_t)fuzz_number(input, 4),
        .shunt_uohm = (uint32_t)fuzz_number(input, 4),
        .flags = (uint32_t)fuzz_number(input, 4) & ~(uint32_t)POWER_METER_FLAG_CALIBRATION_OPEN,
        .offset_lsb256 = (int32_t)fuzz_number(input, 4),
        .lifetime_uj = fuzz_number(input, 8),
    };
}

static void encode(fuzz_input_t *input)
{
    meter_measurement_context_t context = {
        .channel = fuzz_below(input, 7),
        .first_generation = fuzz_below(input, 2),
        .sequence = (uint32_t)fuzz_number(input, 4),
        .boot_id = (uint32_t)fuzz_number(input, 4),
        .lease_ms = (uint32_t)fuzz_number(input, 4),
        .unix_time_us = fuzz_number(input, 8),
        .time_sync_age_s = (uint32_t)fuzz_number(input, 4),
        .calibration_open = fuzz_below(input, 2),
    };
    power_meter_snapshot_t snapshot = read_snapshot(input);
    uint8_t *datagram = malloc(METER_DATAGRAM_MAX_BYTES);
    HOLDS(datagram);
    size_t length = meter_measurement_encode(&snapshot, &context, datagram);
    HOLDS(length <= METER_DATAGRAM_MAX_BYTES);
    PowerMeasurement *message = power_measurement__unpack(NULL, length, datagram);
    HOLDS(message);
    HOLDS(message->base.n_unknown_fields == 0);
    HOLDS(message->timestamp == snapshot.time_us);
    HOLDS(message->energy_consumption == (double)snapshot.imported_uc / 1000);
    HOLDS(message->current >= 0 && message->challenge == 0);
    bool full = !context.first_generation;
    HOLDS(message->channel == (full ? context.channel : 0));
    HOLDS(message->sequence == (full ? context.sequence : 0));
    HOLDS(message->boot_id == (full ? context.boot_id : 0));
    HOLDS(message->lease_ms == (full ? context.lease_ms : 0));
    HOLDS(message->bus_voltage_mv == (full ? snapshot.bus_voltage_mv : 0));
    HOLDS(message->current_ua == (full ? snapshot.current_ua : 0));
    HOLDS(message->energy_uj == (full ? snapshot.imported_uj : 0));
    HOLDS(message->energy_exported_uj == (full ? snapshot.exported_uj : 0));
    HOLDS(message->unix_time_us == (full ? context.unix_time_us : 0));
    HOLDS(message->time_sync_age_s == (full ? context.time_sync_age_s : 0));
    HOLDS(message->samples == (full ? snapshot.samples : 0));
    uint32_t open = context.calibration_open ? POWER_METER_FLAG_CALIBRATION_OPEN : 0;
    HOLDS(message->flags == (full ? snapshot.flags | open : 0));
    HOLDS(message->offset_lsb256 == (full ? snapshot.offset_lsb256 : 0));
    HOLDS(message->missed_cycles == (full ? snapshot.missed_cycles : 0));
    HOLDS(message->gap_us == (full ? snapshot.gap_us : 0));
    HOLDS(message->overrange_samples == (full ? snapshot.overrange_samples : 0));
    HOLDS(message->shunt_uohm == (full ? snapshot.shunt_uohm : 0));
    HOLDS(message->lifetime_energy_uj == (full ? snapshot.lifetime_uj : 0));
    HOLDS(message->sensor_errors == (full ? snapshot.sensor_errors : 0));
    power_measurement__free_unpacked(message, NULL);
    free(datagram);
}

static uint8_t *pack(const PowerMeasurement *message, size_t *length)
{
    *length = power_measurement__get_packed_size(message);
    uint8_t *packed = malloc(*length + 1);
    HOLDS(packed);
    HOLDS(power_measurement__pack(message, packed) == *length);
    return packed;
}

static void decode(fuzz_input_t *input)
{
    const uint8_t *bytes;
    size_t length = fuzz_take(input, input->left, &bytes);
    PowerMeasurement *message = power_measurement__unpack(NULL, length, bytes);
    if (!message) {
        return;
    }
    /* Fields of later versions are not for us to pass on. */
    size_t unknown = message->base.n_unknown_fields;
    message->base.n_unknown_fields = 0;
    size_t once_length;
    uint8_t *once = pack(message, &once_length);
    message->base.n_unknown_fields = unknown;
    HOLDS(once_length <= METER_DATAGRAM_MAX_BYTES);
    PowerMeasurement *again = power_measurement__unpack(NULL, once_length, once);
    HOLDS(again);
    size_t twice_length;
    uint8_t *twice = pack(again, &twice_length);
    HOLDS(twice_length == once_length && memcmp(twice, once, once_length) == 0);
    power_measurement__free_unpacked(message, NULL);
    power_measurement__free_unpacked(again, NULL);
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    (fuzz_below(&input, 2) ? encode : decode)(&input);
    return 0;
}
