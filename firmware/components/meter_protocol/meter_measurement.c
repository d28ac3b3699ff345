#include "meter_measurement.h"

#include "power_measurement.pb-c.h"

size_t meter_measurement_encode(const power_meter_snapshot_t *snapshot, const meter_measurement_context_t *context,
                                uint8_t *datagram)
{
    PowerMeasurement message = POWER_MEASUREMENT__INIT;
    int64_t current_ua = snapshot->current_ua;
    message.timestamp = snapshot->time_us;
    message.energy_consumption = (double)snapshot->imported_uc / 1000;
    message.current = (float)(current_ua < 0 ? -current_ua : current_ua) / 1000;
    if (!context->first_generation) {
        message.channel = context->channel;
        message.sequence = context->sequence;
        message.boot_id = context->boot_id;
        message.lease_ms = context->lease_ms;
        message.bus_voltage_mv = snapshot->bus_voltage_mv;
        message.current_ua = snapshot->current_ua;
        message.energy_uj = snapshot->imported_uj;
        message.energy_exported_uj = snapshot->exported_uj;
        message.unix_time_us = context->unix_time_us;
        message.time_sync_age_s = context->time_sync_age_s;
        message.samples = snapshot->samples;
        message.flags = snapshot->flags | (context->calibration_open ? POWER_METER_FLAG_CALIBRATION_OPEN : 0);
        message.missed_cycles = snapshot->missed_cycles;
        message.gap_us = snapshot->gap_us;
        message.overrange_samples = snapshot->overrange_samples;
        message.shunt_uohm = snapshot->shunt_uohm;
        message.lifetime_energy_uj = snapshot->lifetime_uj;
        message.sensor_errors = snapshot->sensor_errors;
        message.offset_lsb256 = snapshot->offset_lsb256;
    }
    return power_measurement__pack(&message, datagram);
}

size_t meter_measurement_encode_challenge(uint32_t token, uint8_t *datagram)
{
    PowerMeasurement message = POWER_MEASUREMENT__INIT;
    message.challenge = token;
    return power_measurement__pack(&message, datagram);
}
