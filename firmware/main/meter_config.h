/** @file What menuconfig says about the meter. */
#pragma once

#include <stdbool.h>

#include "power_meter.h"

power_meter_config_t meter_config(void);

/** Channels that are enabled. */
unsigned meter_config_channel_count(void);

/** @param channel  1 to 6 */
const char *meter_config_channel_name(unsigned channel);

bool meter_config_accept_first_generation(void);

/** The address to listen on: any on an ESP32, the loopback's by default on the linux target. */
const char *meter_config_listen_address(void);
