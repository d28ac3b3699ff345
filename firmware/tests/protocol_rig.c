#include "protocol_rig.h"

#include "power_measurement.pb-c.h"
#include <string.h>

static rig_t s_rig;

static int no_read(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

static int no_write(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

rig_t *rig_start(uint64_t seed)
{
    memset(&s_rig, 0, sizeof(s_rig));
    ina3221_bus_t bus = {.read_register = no_read, .write_register = no_write};
    power_meter_config_t config = power_meter_default_config();
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        config.channels[c].enabled = true;
    }
    power_meter_init(&s_rig.meter, &config, &bus);
    meter_protocol_init(
        &s_rig.protocol,
        &(meter_protocol_config_t){.secret = "a secret of boot", .boot_id = 1, .accept_first_generation = true});
    random_seed(&s_rig.random, seed);
    return &s_rig;
}

size_t rig_extended(uint8_t *data, unsigned channel, uint32_t token, uint32_t lease_s, bool cancel)
{
    static uint8_t s_padding[8];
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.lease_s = lease_s;
    subscribe.interval_ms = 1000;
    subscribe.token = token;
    subscribe.cancel = cancel;
    subscribe.padding = (ProtobufCBinaryData){.len = sizeof(s_padding), .data = s_padding};
    data[0] = (uint8_t)('0' + channel);
    data[1] = '\0';
    return 2 + subscribe__pack(&subscribe, data + 2);
}

size_t rig_ask(rig_t *rig, const meter_endpoint_t *from, unsigned channel, uint32_t token, uint32_t lease_s,
               int64_t now_us)
{
    uint8_t data[64], answer[METER_CHALLENGE_BYTES];
    size_t length = rig_extended(data, channel, token, lease_s, false);
    return meter_protocol_receive(&rig->protocol, &rig->meter, from, data, length, now_us, answer);
}

uint32_t rig_token_of(const rig_t *rig, const meter_endpoint_t *client)
{
    return meter_challenge_token(rig->protocol.config.secret, client);
}
