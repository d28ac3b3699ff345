/** @file Any datagram as a request: what is accepted is a request, and within the granted limits. */
#include <string.h>

#include "fuzz_target.h"
#include "meter_request.h"

static bool is_head(const uint8_t *data, size_t length, size_t digits)
{
    return digits == length || data[digits] == '\0' || data[digits] == '\r' || data[digits] == '\n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    meter_request_t request;
    memset(&request, 0xa5, sizeof(request));
    if (!meter_request_parse(data, size, &request)) {
        return 0;
    }
    HOLDS(size >= 1 && size <= METER_REQUEST_MAX_BYTES);
    size_t digits = 0;
    unsigned channel = 0;
    while (digits < size && data[digits] >= '0' && data[digits] <= '9') {
        channel = channel * 10 + (unsigned)(data[digits++] - '0');
    }
    HOLDS(digits >= 1 && digits <= 3 && is_head(data, size, digits));
    HOLDS(request.channel == channel && channel >= 1 && channel <= 6);
    HOLDS(!request.extended || (size > digits + 1 && data[digits] == '\0'));
    HOLDS(request.extended ||
          (!request.cancel && request.version == 0 && request.lease_s == 0 && request.interval_ms == 0 &&
           request.token == 0 && request.calibrate == METER_REQUEST_KEEP_CALIBRATION));
    HOLDS(request.calibrate != METER_REQUEST_CALIBRATE || request.calibration.shunt_uohm > 0);
    uint32_t lease_s = meter_request_effective_lease_s(&request);
    uint32_t interval_ms = meter_request_effective_interval_ms(&request);
    HOLDS(lease_s >= 1 && lease_s <= METER_REQUEST_MAX_LEASE_S);
    HOLDS(interval_ms >= METER_REQUEST_MIN_INTERVAL_MS && interval_ms <= METER_REQUEST_MAX_INTERVAL_MS);

    meter_request_t again;
    memset(&again, 0x5a, sizeof(again));
    HOLDS(meter_request_parse(data, size, &again));
    HOLDS(again.channel == request.channel && again.extended == request.extended && again.cancel == request.cancel &&
          again.version == request.version && again.lease_s == request.lease_s &&
          again.interval_ms == request.interval_ms && again.token == request.token &&
          again.calibrate == request.calibrate && again.calibration.shunt_uohm == request.calibration.shunt_uohm &&
          again.calibration.offset_lsb256 == request.calibration.offset_lsb256);
    return 0;
}
