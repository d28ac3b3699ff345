/*
 * What the sampler's task computes: both sensors, six channels and the display, on a bus that answers at once. Run by
 * callgrind, which counts what power_meter_poll() and oled_poll() execute; the bus is not counted, as on the ESP32 it
 * is waited for. Prints how many sensor cycles and seconds it went through.
 */
#include <stdio.h>
#include <string.h>

#include "oled.h"
#include "power_meter.h"

#define SIMULATED_SECONDS 20
#define CYCLE_US 4296

static int64_t s_now_us;
static power_meter_t s_meter;
static oled_t s_oled;

static int read_register(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    (void)ctx;
    (void)address;
    static const uint16_t s_results[] = {0, 500 << 3, 637 << 3, 1000 << 3, 632 << 3, 2000 << 3, 622 << 3};
    switch (reg) {
    case INA3221_REG_MASK_ENABLE:
        *value = INA3221_MASK_CONVERSION_READY;
        return 0;
    case INA3221_REG_MANUFACTURER_ID:
        *value = INA3221_MANUFACTURER_ID;
        return 0;
    case INA3221_REG_DIE_ID:
        *value = INA3221_DIE_ID;
        return 0;
    case INA3221_REG_CONFIGURATION:
        *value = s_meter.sensors[0].configuration;
        return 0;
    default:
        *value = (uint16_t)(s_results[reg] + (s_now_us >> 6 & 0x78));
        return 0;
    }
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return 0;
}

static int write_display(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    (void)ctx, (void)address, (void)data, (void)length;
    return 0;
}

static void look(void *ctx, int64_t now_us, oled_view_t *view)
{
    (void)ctx;
    view->network = OLED_NETWORK_CONNECTED;
    strcpy(view->address, "192.0.2.17");
    for (unsigned c = 1; c <= POWER_METER_CHANNELS; c++) {
        view->channels[c - 1] = (oled_view_channel_t){
            .enabled = true, .name = "raspberrypi", .snapshot = power_meter_snapshot(&s_meter, c, now_us)};
    }
}

int main(void)
{
    ina3221_bus_t bus = {.read_register = read_register, .write_register = write_register};
    power_meter_config_t config = power_meter_default_config();
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        config.channels[c].enabled = true;
    }
    power_meter_init(&s_meter, &config, &bus);
    oled_bus_t oled_bus = {.write = write_display};
    oled_config_t oled = oled_default_config();
    oled.view = look;
    oled_init(&s_oled, &oled_bus, &oled);
    while (s_now_us < SIMULATED_SECONDS * INT64_C(1000000)) {
        int64_t next_us = power_meter_poll(&s_meter, s_now_us);
        oled_poll(&s_oled, s_now_us, CYCLE_US);
        s_now_us = next_us > s_now_us ? next_us : s_now_us + 1;
    }
    printf("%llu %d\n", (unsigned long long)(s_meter.sensors[0].cycles + s_meter.sensors[1].cycles), SIMULATED_SECONDS);
    return 0;
}
