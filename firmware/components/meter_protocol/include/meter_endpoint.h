/** @file A client's address and UDP port, of IPv4 or IPv6. */
#pragma once

#include <stdint.h>

typedef struct {
    /** In network order; IPv4 in the first four, the rest 0. */
    uint8_t address[16];
    /** 4 or 16. */
    uint8_t address_length;
    uint16_t port;
} meter_endpoint_t;
