/** @file A meter's protocol with all six channels, and no sensor; for tests. */
#pragma once

#include "random.h"
#include "udp_server.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND INT64_C(1000000)

typedef struct {
    power_meter_t meter;
    meter_protocol_t protocol;
    udp_server_t server;
    random_t random;
} rig_t;

/** A meter with all six channels, and no sensor. */
rig_t *rig_start(uint64_t seed);

/** Packs an extended request, as long as an answer may be. @return its bytes */
size_t rig_extended(uint8_t *data, unsigned channel, uint32_t token, uint32_t lease_s, bool cancel);

/** Asks by itself, without a socket. @return bytes of the answer */
size_t rig_ask(rig_t *rig, const meter_endpoint_t *from, unsigned channel, uint32_t token, uint32_t lease_s,
               int64_t now_us);

/** The token that the meter challenges a client with. */
uint32_t rig_token_of(const rig_t *rig, const meter_endpoint_t *client);
