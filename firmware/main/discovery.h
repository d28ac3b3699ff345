/** @file Makes the meter found as `_powermeter._udp` by multicast DNS, under its host name. */
#pragma once

#include "esp_err.h"

esp_err_t discovery_start(void);
