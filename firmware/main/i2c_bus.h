/**
 * @file
 * The I2C bus with the two sensors and the display. On an ESP32 it is the real one; on ESP-IDF's linux target emulated
 * sensors hang there, and no display.
 *
 * One task uses it: the sampler.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "ina3221.h"

/** Opens the bus; from the task that uses it, since its interrupts are served on that task's core. */
esp_err_t i2c_bus_open(void);

/** The driver's view of it. */
ina3221_bus_t i2c_bus_driver(void);

/** Sends bytes to the display; @return whether it took them */
bool i2c_bus_write_display(const uint8_t *bytes, size_t length);

/** How often a stuck bus was reset since boot. */
uint32_t i2c_bus_recoveries(void);
