#include "meter_request.h"

#include <stdalign.h>
#include <string.h>

#include "power_measurement.pb-c.h"

#define MAX_DIGITS 3
#define MAX_CHANNEL 6
/** Enough for any request of the largest size but a crowd of unknown fields, which is then invalid. */
#define ARENA_BYTES 4096

typedef struct {
    alignas(max_align_t) uint8_t bytes[ARENA_BYTES];
    size_t used;
} arena_t;

static arena_t s_arena;

static void *arena_alloc(void *ctx, size_t size)
{
    arena_t *arena = ctx;
    size_t padded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (padded < size || padded > ARENA_BYTES - arena->used) {
        return NULL;
    }
    void *block = &arena->bytes[arena->used];
    arena->used += padded;
    return block;
}

static void arena_free(void *ctx, void *block)
{
    (void)ctx;
    (void)block;
}

/** Unpacks without heap; what is unpacked is dropped at the next request. */
static bool parse_subscribe(const uint8_t *data, size_t length, meter_request_t *request)
{
    ProtobufCAllocator allocator = {.alloc = arena_alloc, .free = arena_free, .allocator_data = &s_arena};
    s_arena.used = 0;
    const Subscribe *subscribe = subscribe__unpack(&allocator, length, data);
    if (subscribe == NULL) {
        return false;
    }
    request->extended = true;
    request->version = subscribe->version;
    request->lease_s = subscribe->lease_s;
    request->interval_ms = subscribe->interval_ms;
    request->token = subscribe->token;
    request->cancel = subscribe->cancel;
    if (subscribe->calibration) {
        request->calibration.shunt_uohm = subscribe->calibration->shunt_uohm;
        request->calibration.offset_lsb256 = subscribe->calibration->offset_lsb256;
        request->calibrate =
            request->calibration.shunt_uohm ? METER_REQUEST_CALIBRATE : METER_REQUEST_RESET_CALIBRATION;
    }
    return true;
}

bool meter_request_parse(const uint8_t *data, size_t length, meter_request_t *request)
{
    memset(request, 0, sizeof(*request));
    if (length > METER_REQUEST_MAX_BYTES) {
        return false;
    }
    size_t digits = 0;
    while (digits < length && digits < MAX_DIGITS && data[digits] >= '0' && data[digits] <= '9') {
        request->channel = request->channel * 10 + (unsigned)(data[digits] - '0');
        digits++;
    }
    if (digits == 0 || request->channel < 1 || request->channel > MAX_CHANNEL) {
        return false;
    }
    if (digits == length || data[digits] == '\r' || data[digits] == '\n') {
        return true;
    }
    if (data[digits] != '\0') {
        return false;
    }
    size_t start = digits + 1;
    return start == length || parse_subscribe(&data[start], length - start, request);
}

uint32_t meter_request_effective_lease_s(const meter_request_t *request)
{
    if (request->lease_s == 0) {
        return METER_REQUEST_DEFAULT_LEASE_S;
    }
    return request->lease_s < METER_REQUEST_MAX_LEASE_S ? request->lease_s : METER_REQUEST_MAX_LEASE_S;
}

uint32_t meter_request_effective_interval_ms(const meter_request_t *request)
{
    uint32_t asked = request->interval_ms == 0 ? METER_REQUEST_DEFAULT_INTERVAL_MS : request->interval_ms;
    if (asked < METER_REQUEST_MIN_INTERVAL_MS) {
        return METER_REQUEST_MIN_INTERVAL_MS;
    }
    return asked < METER_REQUEST_MAX_INTERVAL_MS ? asked : METER_REQUEST_MAX_INTERVAL_MS;
}
