/** @file The time of day, for clients that want it. Nothing is ever integrated with it. */
#pragma once

#include "esp_err.h"
#include "meter_protocol.h"

esp_err_t wall_clock_start(void);

/** Zeroes until a time server has answered, and always on the linux target. */
meter_protocol_time_t wall_clock_now(void);
