/** @file Who runs where: the sampler alone on the last core, all else with Wi-Fi on core 0. */
#pragma once

#include "freertos/FreeRTOS.h"

#define SAMPLER_CORE (portNUM_PROCESSORS - 1)
#define OTHERS_CORE 0
#define SERVER_PRIORITY 10
