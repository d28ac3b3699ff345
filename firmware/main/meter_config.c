#include "meter_config.h"

#include "sdkconfig.h"

/** A channel that is off has no shunt. */
#define CHANNEL(n)                                                                                                   \
    {                                                                                                                \
        CONFIG_METER_CHANNEL_##n##_NAME, CONFIG_METER_CHANNEL_##n##_SHUNT_UOHM, CONFIG_METER_CHANNEL_##n##_GAIN_PPM, \
            CONFIG_METER_CHANNEL_##n##_OFFSET_UA                                                                     \
    }

static const struct {
    const char *name;
    uint32_t shunt_uohm;
    int32_t gain_ppm;
    int32_t offset_ua;
} s_channels[POWER_METER_CHANNELS] = {CHANNEL(1), CHANNEL(2), CHANNEL(3), CHANNEL(4), CHANNEL(5), CHANNEL(6)};

/** The gain goes into the shunt; the offset becomes what the sensor reads, uA times uOhm in 1/256 of 40 uV. */
static energy_calibration_t calibration(int i)
{
    int64_t shunt_uohm = s_channels[i].shunt_uohm;
    return (energy_calibration_t){
        .shunt_uohm = (uint32_t)(shunt_uohm * (1000000 + s_channels[i].gain_ppm) / 1000000),
        .offset_lsb256 = (int32_t)(s_channels[i].offset_ua * shunt_uohm * 64 / 10000000),
    };
}

power_meter_config_t meter_config(void)
{
    power_meter_config_t config = power_meter_default_config();
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        config.channels[i].enabled = s_channels[i].shunt_uohm != 0;
        if (config.channels[i].enabled) {
            config.channels[i].calibration = calibration(i);
        }
    }
    return config;
}

unsigned meter_config_channel_count(void)
{
    unsigned count = 0;
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        count += s_channels[i].shunt_uohm != 0;
    }
    return count;
}

const char *meter_config_channel_name(unsigned channel)
{
    return s_channels[channel - 1].name;
}

bool meter_config_accept_first_generation(void)
{
#if CONFIG_METER_ACCEPT_FIRST_GENERATION
    return true;
#else
    return false;
#endif
}

const char *meter_config_listen_address(void)
{
#if CONFIG_IDF_TARGET_LINUX
    return CONFIG_METER_LINUX_ADDRESS;
#else
    return "0.0.0.0";
#endif
}
