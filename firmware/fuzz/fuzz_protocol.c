/**
 * @file
 * Clients of every kind against the protocol: requests of both generations from several endpoints, any datagrams, time
 * that passes. What a client gets is bounded by what it proved.
 */
#include <string.h>

#include "fuzz_target.h"
#include "meter_protocol.h"
#include "power_measurement.pb-c.h"

#define ADDRESSES 4
#define PORTS 12
#define FIRST_PORT 40000
#define ENDPOINTS (ADDRESSES * PORTS)
#define MAX_NOW_US (INT64_C(1) << 60)
#define MAX_PADDING_BYTES 64

/** What one client did and got. */
typedef struct {
    size_t bytes_in;
    size_t bytes_out;
    /** It made a request that the meter has to stream for. */
    bool accepted;
} client_t;

/** What was streamed of one channel to one client. */
typedef struct {
    uint32_t sequence;
    /** Of the last datagram and the one before. */
    int64_t sent_us[2];
    int64_t last_request_us;
    /** Subscriptions that had ended by the last datagram. */
    uint32_t ended;
} stream_t;

typedef struct {
    meter_protocol_t protocol;
    power_meter_t meter;
    int64_t now_us;
    client_t clients[ENDPOINTS];
    stream_t streams[ENDPOINTS][POWER_METER_CHANNELS + 1];
    uint32_t cancelled;
} world_t;

static meter_endpoint_t endpoint_of(unsigned client)
{
    unsigned address = client / PORTS;
    meter_endpoint_t endpoint = {.address_length = address % 2 ? 16 : 4,
                                 .port = (uint16_t)(FIRST_PORT + client % PORTS)};
    endpoint.address[0] = 10;
    /* Two addresses that differ in the last byte of IPv6 only, and an IPv4 one that is the start of an IPv6 one. */
    endpoint.address[endpoint.address_length - 1] = (uint8_t)(address / 2);
    return endpoint;
}

static unsigned client_of(const meter_endpoint_t *endpoint)
{
    unsigned address = endpoint->address[endpoint->address_length - 1] * 2u + (endpoint->address_length == 16);
    unsigned client = address * PORTS + endpoint->port - FIRST_PORT;
    meter_endpoint_t known = endpoint_of(client);
    HOLDS(client < ENDPOINTS && known.address_length == endpoint->address_length && known.port == endpoint->port &&
          memcmp(known.address, endpoint->address, sizeof(known.address)) == 0);
    return client;
}

static uint32_t ended(const world_t *world)
{
    const meter_subscriptions_t *table = &world->protocol.subscriptions;
    return table->evicted + table->expired + world->cancelled;
}

static unsigned leases(const world_t *world)
{
    unsigned count = 0;
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        const meter_subscription_t *slot = &world->protocol.subscriptions.slots[i];
        count += slot->used && !slot->first_generation && slot->expires_us > world->now_us;
    }
    return count;
}

static void check_table(const world_t *world)
{
    const meter_subscription_t *slots = world->protocol.subscriptions.slots;
    bool subscribed[ENDPOINTS][POWER_METER_CHANNELS + 1] = {{false}};
    unsigned first_generation[ADDRESSES] = {0};
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        if (!slots[i].used) {
            continue;
        }
        unsigned client = client_of(&slots[i].endpoint);
        HOLDS(world->clients[client].accepted);
        HOLDS(power_meter_has_channel(&world->meter, slots[i].channel));
        HOLDS(!subscribed[client][slots[i].channel]);
        subscribed[client][slots[i].channel] = true;
        first_generation[client / PORTS] += slots[i].first_generation;
        HOLDS(first_generation[client / PORTS] <= METER_FIRST_GENERATION_PER_ADDRESS);
    }
}

static bool may_calibrate(const world_t *world, const meter_request_t *request)
{
    if (request->calibrate == METER_REQUEST_KEEP_CALIBRATION) {
        return true;
    }
    int64_t configured = world->meter.config.channels[request->channel - 1].calibration.shunt_uohm;
    int64_t shunt = request->calibration.shunt_uohm;
    int64_t offset = request->calibration.offset_lsb256;
    bool plausible = shunt * 100 >= configured * 80 && shunt * 100 <= configured * 120 &&
                     offset >= -POWER_METER_MAX_OFFSET_LSB256 && offset <= POWER_METER_MAX_OFFSET_LSB256;
    return world->now_us < world->protocol.config.calibration_until_us &&
           (plausible || request->calibrate == METER_REQUEST_RESET_CALIBRATION);
}

/** Whether the specification lets this datagram begin or renew a stream. */
static bool is_accepted(const world_t *world, unsigned client, const uint8_t *data, size_t length,
                        meter_request_t *request)
{
    const meter_protocol_config_t *config = &world->protocol.config;
    if (config->first_generation_meter) {
        const uint8_t *nul = length > 0 ? memchr(data, '\0', length) : NULL;
        length = nul ? (size_t)(nul - data) : length;
    }
    if (!meter_request_parse(data, length, request) || !power_meter_has_channel(&world->meter, request->channel)) {
        return false;
    }
    if (!request->extended) {
        return config->first_generation_meter || config->accept_first_generation;
    }
    meter_endpoint_t endpoint = endpoint_of(client);
    return request->token == meter_challenge_token(config->secret, &endpoint) && may_calibrate(world, request);
}

/** Only what an accepted request asked for has changed; `accepted` is NULL if there was none. */
static void check_calibrations(const world_t *world, const energy_calibration_t before[POWER_METER_CHANNELS],
                               const meter_request_t *accepted)
{
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        const energy_calibration_t *expected = &before[i];
        if (accepted && accepted->channel == i + 1 && accepted->calibrate == METER_REQUEST_CALIBRATE) {
            expected = &accepted->calibration;
        } else if (accepted && accepted->channel == i + 1 && accepted->calibrate == METER_REQUEST_RESET_CALIBRATION) {
            expected = &world->meter.config.channels[i].calibration;
        }
        const energy_calibration_t *now = &world->meter.channels[i].calibration;
        HOLDS(now->shunt_uohm == expected->shunt_uohm && now->offset_lsb256 == expected->offset_lsb256);
    }
}

static void receive(world_t *world, unsigned client, const uint8_t *data, size_t length)
{
    meter_request_t request;
    bool accepted = is_accepted(world, client, data, length, &request);
    if (accepted) {
        world->clients[client].accepted = true;
        world->streams[client][request.channel].last_request_us = world->now_us;
        world->cancelled += request.cancel;
    }
    world->clients[client].bytes_in += length;
    unsigned leases_before = leases(world);
    energy_calibration_t calibrations[POWER_METER_CHANNELS];
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        calibrations[i] = world->meter.channels[i].calibration;
    }
    meter_endpoint_t from = endpoint_of(client);
    uint8_t answer[METER_DATAGRAM_MAX_BYTES];
    size_t answer_length =
        meter_protocol_receive(&world->protocol, &world->meter, &from, data, length, world->now_us, answer);
    world->clients[client].bytes_out += answer_length;
    HOLDS(answer_length <= length && answer_length <= METER_CHALLENGE_BYTES);
    HOLDS(!accepted || answer_length == 0);
    check_calibrations(world, calibrations, accepted ? &request : NULL);
    HOLDS((accepted && request.cancel) || leases(world) >= leases_before);
    if (answer_length > 0) {
        PowerMeasurement *message = power_measurement__unpack(NULL, answer_length, answer);
        HOLDS(message && message->challenge == meter_challenge_token(world->protocol.config.secret, &from));
        power_measurement__free_unpacked(message, NULL);
    }
}

static void receive_first_generation(world_t *world, unsigned client, unsigned channel, unsigned ending)
{
    static const char *const s_endings[] = {"", "\r\n", "\n", "x"};
    char text[8];
    int length = snprintf(text, sizeof(text), "%u%s", channel, s_endings[ending % 4]);
    receive(world, client, (const uint8_t *)text, (size_t)length + (ending >= 4));
}

static void receive_extended(world_t *world, unsigned client, unsigned channel, fuzz_input_t *input)
{
    meter_endpoint_t endpoint = endpoint_of(client);
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    unsigned how = fuzz_below(input, 16);
    subscribe.token = how % 4 != 0 ? meter_challenge_token(world->protocol.config.secret, &endpoint)
                                   : (uint32_t)fuzz_number(input, 4);
    subscribe.cancel = how >= 13;
    subscribe.lease_s = (uint32_t)fuzz_number(input, 2);
    subscribe.interval_ms = (uint32_t)fuzz_number(input, 2);
    Calibration calibration = CALIBRATION__INIT;
    if (how >= 10) {
        calibration.shunt_uohm = (uint32_t)fuzz_number(input, 3);
        calibration.offset_lsb256 = (int16_t)fuzz_number(input, 2);
        subscribe.calibration = &calibration;
    }
    uint8_t padding[MAX_PADDING_BYTES] = {0};
    subscribe.padding = (ProtobufCBinaryData){.len = fuzz_below(input, MAX_PADDING_BYTES), .data = padding};
    uint8_t datagram[2 + MAX_PADDING_BYTES + 64];
    datagram[0] = (uint8_t)('0' + channel);
    datagram[1] = '\0';
    receive(world, client, datagram, 2 + subscribe__pack(&subscribe, &datagram[2]));
}

static void check_stream(const world_t *world, stream_t *stream, const PowerMeasurement *message)
{
    if (stream->ended != ended(world) || stream->sequence == 0) {
        HOLDS(message->sequence == 1 || message->sequence == stream->sequence + 1);
    } else {
        HOLDS(message->sequence == stream->sequence + 1);
        HOLDS(message->sequence <= 2 ||
              world->now_us - stream->sent_us[1] >= METER_REQUEST_MIN_INTERVAL_MS * INT64_C(1000));
    }
    if (message->lease_ms > 0) {
        HOLDS(message->lease_ms <= METER_REQUEST_MAX_LEASE_S * 1000);
        HOLDS(world->now_us - stream->last_request_us <= METER_REQUEST_MAX_LEASE_S * INT64_C(1000000));
    }
    stream->ended = ended(world);
    stream->sequence = message->sequence;
    stream->sent_us[1] = stream->sent_us[0];
    stream->sent_us[0] = world->now_us;
}

static void send_due(world_t *world)
{
    meter_protocol_time_t time = {.unix_time_us = (uint64_t)world->now_us, .time_sync_age_s = 1};
    unsigned slot = 0;
    unsigned sent = 0;
    meter_endpoint_t to;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    for (size_t length; (length = meter_protocol_next_datagram(&world->protocol, &world->meter, &time, world->now_us,
                                                               &slot, &to, datagram)) > 0;) {
        HOLDS(++sent <= METER_SUBSCRIPTION_SLOTS && length <= sizeof(datagram));
        unsigned client = client_of(&to);
        world->clients[client].bytes_out += length;
        HOLDS(world->clients[client].accepted);
        PowerMeasurement *message = power_measurement__unpack(NULL, length, datagram);
        HOLDS(message && message->challenge == 0);
        if (!world->protocol.config.first_generation_meter) {
            HOLDS(power_meter_has_channel(&world->meter, message->channel));
            check_stream(world, &world->streams[client][message->channel], message);
        }
        power_measurement__free_unpacked(message, NULL);
    }
    HOLDS(meter_subscriptions_due_us(&world->protocol.subscriptions) > world->now_us);
    HOLDS(meter_subscriptions_count(&world->protocol.subscriptions, world->now_us) <= METER_SUBSCRIPTION_SLOTS);
}

static void init(world_t *world, fuzz_input_t *input)
{
    memset(world, 0, sizeof(*world));
    /* No meter serves before its clock has left 0, where a first-generation datagram would have no bytes. */
    world->now_us = 1;
    unsigned how = fuzz_below(input, 16);
    meter_protocol_config_t config = {
        .secret = {1, 2, 3},
        .boot_id = 7,
        .accept_first_generation = how % 4 != 0,
        .first_generation_meter = how >= 14,
        .calibration_until_us = how < 8 ? INT64_MAX : (int64_t)fuzz_number(input, 5),
    };
    power_meter_config_t meter = power_meter_default_config();
    unsigned enabled = fuzz_below(input, 64);
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        meter.channels[i].enabled = enabled >> i & 1;
    }
    ina3221_bus_t bus = {0};
    power_meter_init(&world->meter, &meter, &bus);
    meter_protocol_init(&world->protocol, &config);
}

static void step(world_t *world, fuzz_input_t *input)
{
    unsigned what = fuzz_below(input, 8);
    unsigned client = fuzz_below(input, ENDPOINTS);
    unsigned channel = fuzz_below(input, 8);
    const uint8_t *bytes;
    size_t length;
    switch (what) {
    case 0:
        length = fuzz_take(input, fuzz_below(input, 64), &bytes);
        receive(world, client, bytes, length);
        break;
    case 1:
        receive_first_generation(world, client, channel, fuzz_below(input, 8));
        break;
    case 2:
    case 3:
        receive_extended(world, client, channel, input);
        break;
    case 4:
        for (unsigned i = 0; i < ENDPOINTS; i++) {
            receive_first_generation(world, (client + i) % ENDPOINTS, channel, 0);
        }
        break;
    case 5:
        for (unsigned i = 0; i < ENDPOINTS && input->left > 0; i++) {
            receive_extended(world, (client + i) % ENDPOINTS, channel, input);
        }
        break;
    case 6:
        world->now_us += (int64_t)fuzz_number(input, 2) << fuzz_below(input, 20);
        break;
    default:
        send_due(world);
        break;
    }
    check_table(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t s_world;
    fuzz_input_t input = {data, size};
    init(&s_world, &input);
    while (input.left > 0 && s_world.now_us < MAX_NOW_US) {
        step(&s_world, &input);
    }
    send_due(&s_world);
    for (unsigned client = 0; client < ENDPOINTS; client++) {
        HOLDS(s_world.clients[client].accepted ||
              s_world.clients[client].bytes_out <= s_world.clients[client].bytes_in);
    }
    return 0;
}
