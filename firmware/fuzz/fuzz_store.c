/**
 * @file
 * The store on a medium that holds any bytes and fails at any of them: what is restored is what some record said, and
 * after a power cut at most the record being written is lost.
 */
#include <string.h>

#include "../components/meter_store/meter_store_record.h"
#include "fuzz_target.h"
#include "meter_store.h"

#define MAX_NOW_US (INT64_C(1) << 60)
#define SHUNT_UOHM 100000

typedef struct {
    fuzz_input_t *input;
    uint8_t slots[METER_STORE_SLOTS][METER_STORE_RECORD_BYTES];
    size_t lengths[METER_STORE_SLOTS];
    /** What the last write that failed left: nothing new, part of a record, all of it. */
    enum { UNTOUCHED, TORN, WHOLE } left;
} medium_t;

/** What the store has to give back. */
typedef struct {
    energy_calibration_t calibration[POWER_METER_CHANNELS];
    uint64_t lifetime_uj[POWER_METER_CHANNELS];
} state_t;

typedef struct {
    medium_t medium;
    power_meter_t meter;
    meter_store_t store;
    int64_t now_us;
    /** Of the last write that succeeded, and of one after it that failed only when all was written. */
    state_t kept;
    state_t failed;
} world_t;

static int read_slot(void *ctx, unsigned slot, uint8_t *data, size_t capacity, size_t *length)
{
    medium_t *medium = ctx;
    HOLDS(slot < METER_STORE_SLOTS);
    *length = medium->lengths[slot];
    memcpy(data, medium->slots[slot], *length < capacity ? *length : capacity);
    return 0;
}

/** Erases the slot and writes all, or fails before that or after some bytes. */
static int write_slot(void *ctx, unsigned slot, const uint8_t *data, size_t length)
{
    medium_t *medium = ctx;
    HOLDS(slot < METER_STORE_SLOTS && length == METER_STORE_RECORD_BYTES);
    bool fails = fuzz_below(medium->input, 4) == 0;
    size_t written = fails ? fuzz_below(medium->input, METER_STORE_RECORD_BYTES + 1) : length;
    medium->left = written == 0 ? UNTOUCHED : TORN;
    if (written > 0) {
        memset(medium->slots[slot], 0xff, length);
        memcpy(medium->slots[slot], data, written);
        medium->lengths[slot] = length;
        medium->left = memcmp(medium->slots[slot], data, length) == 0 ? WHOLE : TORN;
    }
    return fails;
}

static state_t state_of(const power_meter_t *meter)
{
    state_t state;
    memset(&state, 0, sizeof(state));
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        state.calibration[i] = meter->channels[i].calibration;
        state.lifetime_uj[i] = power_meter_snapshot(meter, i + 1, 1).lifetime_uj;
    }
    return state;
}

static bool same(const state_t *a, const state_t *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void power_on(world_t *world)
{
    power_meter_config_t config = power_meter_default_config();
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        config.channels[i].enabled = i % 2 == 0;
        config.channels[i].calibration.shunt_uohm = SHUNT_UOHM;
    }
    ina3221_bus_t bus = {0};
    power_meter_init(&world->meter, &config, &bus);
    meter_store_port_t port = {.read = read_slot, .write = write_slot, .ctx = &world->medium};
    meter_store_open(&world->store, &port, &world->meter, world->now_us);
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        int64_t shunt = world->meter.channels[i].calibration.shunt_uohm;
        int64_t offset = world->meter.channels[i].calibration.offset_lsb256;
        HOLDS(shunt * 100 >= SHUNT_UOHM * INT64_C(80) && shunt * 100 <= SHUNT_UOHM * INT64_C(120));
        HOLDS(offset >= -POWER_METER_MAX_OFFSET_LSB256 && offset <= POWER_METER_MAX_OFFSET_LSB256);
    }
}

static uint32_t crc32(const uint8_t *data, size_t length)
{
    uint32_t crc = UINT32_MAX;
    for (size_t bit = 0; bit < 8 * length; bit++) {
        uint32_t top = (crc ^ (uint32_t)data[bit / 8] >> bit % 8) & 1;
        crc = crc >> 1 ^ (top ? 0xEDB88320U : 0);
    }
    return ~crc;
}

/** Any bytes in a slot; sometimes with a head and a CRC that are right, which no fuzzer finds. */
static void fill(medium_t *medium, unsigned slot)
{
    unsigned how = fuzz_below(medium->input, 4);
    const uint8_t *bytes;
    size_t length =
        fuzz_take(medium->input, how == 0 ? fuzz_below(medium->input, 139) : METER_STORE_RECORD_BYTES, &bytes);
    memcpy(medium->slots[slot], bytes, length);
    medium->lengths[slot] = length;
    if (how >= 2 && length == METER_STORE_RECORD_BYTES) {
        size_t covered = METER_STORE_RECORD_BYTES - METER_STORE_CRC_BYTES;
        memcpy(medium->slots[slot], "PMS1", 4);
        uint32_t crc = crc32(medium->slots[slot], covered);
        for (unsigned i = 0; i < METER_STORE_CRC_BYTES; i++) {
            medium->slots[slot][covered + i] = (uint8_t)(crc >> 8 * i);
        }
    }
}

/** The newest good record's lifetimes, or none. */
static void check_restored(const world_t *world)
{
    bool found = false;
    uint32_t newest = 0;
    uint64_t lifetime_uj[POWER_METER_CHANNELS] = {0};
    for (unsigned slot = 0; slot < METER_STORE_SLOTS; slot++) {
        uint32_t sequence;
        meter_store_channel_t channels[POWER_METER_CHANNELS];
        if (meter_store_record_decode(world->medium.slots[slot], world->medium.lengths[slot], &sequence, channels) &&
            (!found || (int32_t)(sequence - newest) > 0)) {
            found = true;
            newest = sequence;
            for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
                lifetime_uj[i] = channels[i].lifetime_uj;
            }
        }
    }
    state_t restored = state_of(&world->meter);
    HOLDS(memcmp(lifetime_uj, restored.lifetime_uj, sizeof(lifetime_uj)) == 0);
}

static void note(world_t *world, uint32_t writes_before, bool done)
{
    state_t now = state_of(&world->meter);
    if (world->store.writes != writes_before) {
        world->kept = world->failed = now;
    } else if (!done && world->medium.left != UNTOUCHED) {
        world->failed = world->medium.left == WHOLE ? now : world->kept;
    }
}

static void step(world_t *world)
{
    fuzz_input_t *input = world->medium.input;
    unsigned channel = 1 + fuzz_below(input, POWER_METER_CHANNELS);
    uint32_t writes = world->store.writes;
    energy_calibration_t calibration;
    switch (fuzz_below(input, 6)) {
    case 0:
        world->meter.channels[channel - 1].imported_uj.whole += fuzz_number(input, 6);
        break;
    case 1:
        calibration = (energy_calibration_t){.shunt_uohm = (uint32_t)fuzz_number(input, 3),
                                             .offset_lsb256 = (int16_t)fuzz_number(input, 2)};
        power_meter_calibrate(&world->meter, channel, calibration.shunt_uohm != 0 ? &calibration : NULL);
        break;
    case 2:
        world->now_us += (int64_t)fuzz_number(input, 2) << fuzz_below(input, 24);
        break;
    case 3:
        note(world, writes, meter_store_update(&world->store, &world->meter, world->now_us));
        break;
    case 4:
        note(world, writes, meter_store_flush(&world->store, &world->meter, world->now_us));
        break;
    default: {
        power_on(world);
        state_t restored = state_of(&world->meter);
        HOLDS(same(&restored, &world->kept) || same(&restored, &world->failed));
        world->kept = world->failed = restored;
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t s_world;
    memset(&s_world, 0, sizeof(s_world));
    fuzz_input_t input = {data, size};
    s_world.medium.input = &input;
    for (unsigned slot = 0; slot < METER_STORE_SLOTS; slot++) {
        fill(&s_world.medium, slot);
    }
    power_on(&s_world);
    check_restored(&s_world);
    s_world.kept = s_world.failed = state_of(&s_world.meter);
    while (input.left > 0 && s_world.now_us < MAX_NOW_US) {
        step(&s_world);
    }
    return 0;
}
