#define _GNU_SOURCE

#include "option_names.h"

#include <stddef.h>

const struct option g_option_names[] = {
    {"model", required_argument, NULL, OPTION_MODEL},
    {"channel", required_argument, NULL, OPTION_CHANNEL},
    {"port", required_argument, NULL, OPTION_PORT},
    {"bind", required_argument, NULL, OPTION_BIND},
    {"meters", required_argument, NULL, OPTION_METERS},
    {"default-interval-ms", required_argument, NULL, OPTION_DEFAULT_INTERVAL_MS},
    {"loss", required_argument, NULL, OPTION_LOSS},
    {"duplicate", required_argument, NULL, OPTION_DUPLICATE},
    {"reorder", required_argument, NULL, OPTION_REORDER},
    {"delay-ms", required_argument, NULL, OPTION_DELAY_MS},
    {"fault", required_argument, NULL, OPTION_FAULT},
    {"first-generation", no_argument, NULL, OPTION_FIRST_GENERATION},
    {"refuse-first-generation", no_argument, NULL, OPTION_REFUSE_FIRST_GENERATION},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"gain-error", required_argument, NULL, OPTION_GAIN_ERROR},
    {"offset-uv", required_argument, NULL, OPTION_OFFSET_UV},
    {"noise-lsb", required_argument, NULL, OPTION_NOISE_LSB},
    {"clock-ppm", required_argument, NULL, OPTION_CLOCK_PPM},
    {"sensor-clock-error", required_argument, NULL, OPTION_SENSOR_CLOCK_ERROR},
    {"i2c-khz", required_argument, NULL, OPTION_I2C_KHZ},
    {"shunt-mohm", required_argument, NULL, OPTION_SHUNT_MOHM},
    {"supply-volts", required_argument, NULL, OPTION_SUPPLY_VOLTS},
    {"supply-ohm", required_argument, NULL, OPTION_SUPPLY_OHM},
    {"display", required_argument, NULL, OPTION_DISPLAY},
    {"page-seconds", required_argument, NULL, OPTION_PAGE_SECONDS},
    {"name", required_argument, NULL, OPTION_NAME},
    {"truth", required_argument, NULL, OPTION_TRUTH},
    {"state", required_argument, NULL, OPTION_STATE},
    {"calibration-seconds", required_argument, NULL, OPTION_CALIBRATION_SECONDS},
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"exit-after", required_argument, NULL, OPTION_EXIT_AFTER},
    {"is-alive", required_argument, NULL, OPTION_IS_ALIVE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

const char *option_name(int option)
{
    for (const struct option *known = g_option_names; known->name; known++) {
        if (known->val == option) {
            return known->name;
        }
    }
    return "?";
}
