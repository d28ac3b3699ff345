#include "meter_protocol.h"

#include <string.h>

void meter_protocol_init(meter_protocol_t *protocol, const meter_protocol_config_t *config)
{
    memset(protocol, 0, sizeof(*protocol));
    protocol->config = *config;
}

/** Finds what is asked for, as far as this meter takes it. */
static bool accept(const meter_protocol_t *protocol, const power_meter_t *meter, const uint8_t *data, size_t length,
                   meter_request_t *request)
{
    if (protocol->config.first_generation_meter) {
        const uint8_t *nul = length > 0 ? memchr(data, '\0', length) : NULL;
        length = nul ? (size_t)(nul - data) : length;
    }
    return meter_request_parse(data, length, request) && power_meter_has_channel(meter, request->channel) &&
           (request->extended || protocol->config.accept_first_generation || protocol->config.first_generation_meter);
}

static bool calibration_open(const meter_protocol_t *protocol, int64_t now_us)
{
    return now_us < protocol->config.calibration_until_us;
}

/** @return false when what is asked for must not be */
static bool calibrate(const meter_protocol_t *protocol, power_meter_t *meter, const meter_request_t *request,
                      int64_t now_us)
{
    if (request->calibrate == METER_REQUEST_KEEP_CALIBRATION) {
        return true;
    }
    bool reset = request->calibrate == METER_REQUEST_RESET_CALIBRATION;
    return calibration_open(protocol, now_us) &&
           power_meter_calibrate(meter, request->channel, reset ? NULL : &request->calibration);
}

size_t meter_protocol_receive(meter_protocol_t *protocol, power_meter_t *meter, const meter_endpoint_t *from,
                              const uint8_t *data, size_t length, int64_t now_us, uint8_t *answer)
{
    meter_request_t request;
    protocol->requests++;
    if (!accept(protocol, meter, data, length, &request)) {
        protocol->invalid_requests++;
        return 0;
    }
    if (request.extended) {
        uint32_t token = meter_challenge_token(protocol->config.secret, from);
        if (request.token != token) {
            if (length < METER_CHALLENGE_BYTES) {
                protocol->invalid_requests++;
                return 0;
            }
            protocol->challenges++;
            return meter_measurement_encode_challenge(token, answer);
        }
        if (!calibrate(protocol, meter, &request, now_us)) {
            protocol->refused_calibrations++;
            return 0;
        }
        if (request.cancel) {
            meter_subscriptions_cancel(&protocol->subscriptions, from, request.channel);
            return 0;
        }
    }
    if (request.interval_ms == 0) {
        request.interval_ms = protocol->config.default_interval_ms;
    }
    meter_subscriptions_put(&protocol->subscriptions, from, &request, now_us);
    return 0;
}

size_t meter_protocol_next_datagram(meter_protocol_t *protocol, const power_meter_t *meter,
                                    const meter_protocol_time_t *time, int64_t now_us, unsigned *slot,
                                    meter_endpoint_t *to, uint8_t *datagram)
{
    const meter_subscription_t *due = meter_subscriptions_next_due(&protocol->subscriptions, now_us, slot);
    if (!due) {
        return 0;
    }
    *to = due->endpoint;
    power_meter_snapshot_t snapshot = power_meter_snapshot(meter, due->channel, now_us);
    meter_measurement_context_t context = {
        .channel = due->channel,
        .sequence = due->sequence,
        .boot_id = protocol->config.boot_id,
        .lease_ms = meter_subscription_lease_ms(due, now_us),
        .unix_time_us = time->unix_time_us,
        .time_sync_age_s = time->time_sync_age_s,
        .calibration_open = calibration_open(protocol, now_us),
        .first_generation = protocol->config.first_generation_meter,
    };
    return meter_measurement_encode(&snapshot, &context, datagram);
}
