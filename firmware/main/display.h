/**
 * @file
 * The display, fed by the sampler in the time that the sensors leave. Nothing happens where none is configured.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Before the sampler starts. */
void display_init(void);

/** Sends what has changed and ends before `until_us`. The sampler's task only. */
void display_send(int64_t until_us);

bool display_online(void);
