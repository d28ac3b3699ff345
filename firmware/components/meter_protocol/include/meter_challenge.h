/**
 * @file
 * Tokens that prove a client receives what is sent to its address: UDP senders can be forged.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "meter_endpoint.h"

#define METER_CHALLENGE_SECRET_BYTES 16

/** SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
uint64_t meter_siphash(const uint8_t secret[METER_CHALLENGE_SECRET_BYTES], const uint8_t *data, size_t length);

/** The token of an endpoint, never 0, the same until the next boot's secret. */
uint32_t meter_challenge_token(const uint8_t secret[METER_CHALLENGE_SECRET_BYTES], const meter_endpoint_t *endpoint);
