/** @file What the twin's options are called, for getopt_long(). */
#pragma once

#include <getopt.h>

/** Above any character, which getopt_long() answers too. */
enum {
    OPTION_MODEL = 256,
    OPTION_CHANNEL,
    OPTION_PORT,
    OPTION_BIND,
    OPTION_METERS,
    OPTION_DEFAULT_INTERVAL_MS,
    OPTION_LOSS,
    OPTION_DUPLICATE,
    OPTION_REORDER,
    OPTION_DELAY_MS,
    OPTION_FAULT,
    OPTION_FIRST_GENERATION,
    OPTION_REFUSE_FIRST_GENERATION,
    OPTION_SEED,
    OPTION_GAIN_ERROR,
    OPTION_OFFSET_UV,
    OPTION_NOISE_LSB,
    OPTION_CLOCK_PPM,
    OPTION_SENSOR_CLOCK_ERROR,
    OPTION_I2C_KHZ,
    OPTION_SHUNT_MOHM,
    OPTION_SUPPLY_VOLTS,
    OPTION_SUPPLY_OHM,
    OPTION_DISPLAY,
    OPTION_PAGE_SECONDS,
    OPTION_NAME,
    OPTION_TRUTH,
    OPTION_STATE,
    OPTION_CALIBRATION_SECONDS,
    OPTION_SPEED,
    OPTION_EXIT_AFTER,
    OPTION_IS_ALIVE,
    OPTION_HELP,
    OPTION_VERSION,
};

extern const struct option g_option_names[];

/** An option's name without its dashes. */
const char *option_name(int option);
