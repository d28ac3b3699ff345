#include "i2c_bus.h"

#include "emulated_bus.h"
#include "emulated_ssd1306.h"
#include "esp_timer.h"
#include "meter_config.h"
#include "oled.h"
#include "sdkconfig.h"
#include "supply.h"

/** As the twin's by default: what real supplies and sensors are like. */
#define SUPPLY_VOLTS 5.1
#define SUPPLY_OHM 0.05
#define NOISE_LSB 0.5
#define CLOCK_ERROR 0.013

static emulated_bus_t s_bus;
static emulated_ssd1306_t s_display;
static ina3221_bus_t s_emulated;
static ina3221_input_t s_inputs[POWER_METER_CHANNELS];

/** When the sensors were powered on: esp_timer's 0 is the host's boot here. */
static int64_t s_power_on_us;

/** Lets the sensors live until now. */
static void catch_up(void)
{
    int64_t now_ns = (esp_timer_get_time() - s_power_on_us) * 1000;
    for (size_t s = 0; s < EMULATED_BUS_SENSORS; s++) {
        emulated_ina3221_advance(&s_bus.sensor[s], now_ns, &s_inputs[s * INA3221_CHANNELS]);
    }
}

static int read_register(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    catch_up();
    return s_emulated.read_register(ctx, address, reg, value);
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    catch_up();
    return s_emulated.write_register(ctx, address, reg, value);
}

esp_err_t i2c_bus_open(void)
{
    static const uint8_t addresses[EMULATED_BUS_SENSORS] = {0x41, 0x40};
    power_meter_config_t config = meter_config();
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        supply_t supply = {.supply_volts = SUPPLY_VOLTS,
                           .supply_ohm = SUPPLY_OHM,
                           .shunt_ohm = config.channels[c].calibration.shunt_uohm * 1e-6};
        s_inputs[c] = supply_input(&supply, CONFIG_METER_EMULATED_MILLIWATTS * 1e-3 * (c + 1));
    }
    for (size_t s = 0; s < EMULATED_BUS_SENSORS; s++) {
        ina3221_specimen_t specimen = {.clock_error = CLOCK_ERROR, .noise_lsb = NOISE_LSB, .seed = (uint64_t)s + 1};
        s_bus.address[s] = addresses[s];
        emulated_ina3221_init(&s_bus.sensor[s], &specimen);
    }
    emulated_ssd1306_power_on(&s_display, OLED_DEFAULT_ADDRESS, 1);
    s_power_on_us = esp_timer_get_time();
    return ESP_OK;
}

ina3221_bus_t i2c_bus_driver(void)
{
    s_emulated = emulated_bus_driver(&s_bus);
    return (ina3221_bus_t){.read_register = read_register, .write_register = write_register, .ctx = s_emulated.ctx};
}

bool i2c_bus_write_display(const uint8_t *bytes, size_t length)
{
    return emulated_ssd1306_write(&s_display, OLED_DEFAULT_ADDRESS, bytes, length) == 0;
}

uint32_t i2c_bus_recoveries(void)
{
    return 0;
}
