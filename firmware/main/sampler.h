/**
 * @file
 * The task that polls the sensors: alone on its core, of the highest priority, woken by the high-resolution timer.
 */
#pragma once

#include "esp_err.h"
#include "power_meter.h"

/** Prepares the meter. */
esp_err_t sampler_init(const power_meter_config_t *config);

/** Starts the task. */
esp_err_t sampler_start(void);

/** The meter as it was after the last poll. Any task, but one that may be interrupted for some microseconds. */
void sampler_snapshot(power_meter_t *meter);

/** Changes the meter between two polls, in the caller's task; keep it short. */
void sampler_change(void (*change)(power_meter_t *meter, void *arg), void *arg);
