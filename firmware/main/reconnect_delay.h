/** @file How long to wait before the next attempt to connect: doubling, capped, spread so that meters don't march. */
#pragma once

#include <stdint.h>

/**
 * @param attempt  failures in a row, from 1
 * @param random   any 32 random bits
 * @return ms, from a half to the whole of 1 s, 2 s, 4 s... up to 60 s
 */
uint32_t reconnect_delay_ms(uint32_t attempt, uint32_t random);
