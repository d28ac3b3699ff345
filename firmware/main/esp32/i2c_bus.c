#include "i2c_bus.h"

#include "driver/i2c_master.h"
#include "esp_check.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "sdkconfig.h"

#define CLOCK_HZ 400000
#define SENSOR_VS_ADDRESS 0x41
#define SENSOR_GND_ADDRESS 0x40
#define DISPLAY_ADDRESS 0x3C
#define GLITCH_CYCLES 7
/** A register read takes 0.16 ms, a chunk of the display 0.8 ms. */
#define TRANSFER_TIMEOUT_MS 3
#define BETWEEN_RECOVERIES_US 100000

static const char *TAG = "i2c_bus";

static i2c_master_bus_handle_t s_bus;
static i2c_master_dev_handle_t s_sensor_vs;
static i2c_master_dev_handle_t s_sensor_gnd;
static i2c_master_dev_handle_t s_display;
static int64_t s_last_recovery_us;
static uint32_t s_recoveries;

static esp_err_t add_device(uint16_t address, i2c_master_dev_handle_t *device)
{
    i2c_device_config_t config = {
        .dev_addr_length = I2C_ADDR_BIT_LEN_7,
        .device_address = address,
        .scl_speed_hz = CLOCK_HZ,
    };
    return i2c_master_bus_add_device(s_bus, &config, device);
}

esp_err_t i2c_bus_open(void)
{
    /* The driver logs each missing acknowledge; the sampler must not wait for the console. We count instead. */
    esp_log_level_set("i2c.master", ESP_LOG_NONE);
    i2c_master_bus_config_t config = {
        .i2c_port = CONFIG_METER_I2C_PORT,
        .sda_io_num = CONFIG_METER_I2C_SDA_GPIO,
        .scl_io_num = CONFIG_METER_I2C_SCL_GPIO,
        .clk_source = I2C_CLK_SRC_DEFAULT,
        .glitch_ignore_cnt = GLITCH_CYCLES,
        .flags.enable_internal_pullup = true,
    };
    ESP_RETURN_ON_ERROR(i2c_new_master_bus(&config, &s_bus), TAG, "no bus");
    ESP_RETURN_ON_ERROR(add_device(SENSOR_VS_ADDRESS, &s_sensor_vs), TAG, "no device");
    ESP_RETURN_ON_ERROR(add_device(SENSOR_GND_ADDRESS, &s_sensor_gnd), TAG, "no device");
    return add_device(DISPLAY_ADDRESS, &s_display);
}

/** Frees a bus that a device holds: after a failure that is more than a missing acknowledge. */
static bool succeeded(esp_err_t result)
{
    if (result == ESP_OK) {
        return true;
    }
    int64_t now_us = esp_timer_get_time();
    if (result != ESP_ERR_INVALID_RESPONSE && now_us - s_last_recovery_us >= BETWEEN_RECOVERIES_US) {
        s_last_recovery_us = now_us;
        s_recoveries++;
        (void)i2c_master_bus_reset(s_bus);
    }
    return false;
}

static i2c_master_dev_handle_t sensor_at(uint8_t address)
{
    return address == SENSOR_VS_ADDRESS ? s_sensor_vs : s_sensor_gnd;
}

static int read_register(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    (void)ctx;
    uint8_t bytes[2];
    if (!succeeded(
            i2c_master_transmit_receive(sensor_at(address), &reg, 1, bytes, sizeof(bytes), TRANSFER_TIMEOUT_MS))) {
        return -1;
    }
    *value = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return 0;
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    (void)ctx;
    const uint8_t bytes[3] = {reg, (uint8_t)(value >> 8), (uint8_t)value};
    return succeeded(i2c_master_transmit(sensor_at(address), bytes, sizeof(bytes), TRANSFER_TIMEOUT_MS)) ? 0 : -1;
}

ina3221_bus_t i2c_bus_driver(void)
{
    return (ina3221_bus_t){.read_register = read_register, .write_register = write_register};
}

bool i2c_bus_write_display(const uint8_t *bytes, size_t length)
{
    return succeeded(i2c_master_transmit(s_display, bytes, length, TRANSFER_TIMEOUT_MS));
}

uint32_t i2c_bus_recoveries(void)
{
    return s_recoveries;
}
