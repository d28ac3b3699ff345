/** @file The console on the serial port (on the linux target: standard input), for who stands at the meter. */
#pragma once

#include "esp_err.h"

/** Registers the commands. */
esp_err_t console_register_commands(void);

/** Starts to read lines. */
esp_err_t console_start(void);
