#include "display.h"

#include <string.h>

#include "esp_timer.h"
#include "i2c_bus.h"
#include "meter_config.h"
#include "network.h"
#include "oled.h"
#include "sampler.h"
#include "sdkconfig.h"
#include "udp_server.h"

#if CONFIG_METER_DISPLAY

static oled_t s_oled;
static power_meter_t s_meter;

static int write_bus(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    (void)ctx;
    (void)address;
    return i2c_bus_write_display(data, length) ? 0 : -1;
}

static oled_network_t network(void)
{
    switch (network_state()) {
    case NETWORK_CONNECTED:
        return OLED_NETWORK_CONNECTED;
    case NETWORK_PROVISIONING:
        return OLED_NETWORK_PROVISIONING;
    default:
        return OLED_NETWORK_CONNECTING;
    }
}

static void look(void *ctx, int64_t now_us, oled_view_t *view)
{
    (void)ctx;
    char address[NETWORK_ADDRESS_BYTES];
    network_address(address);
    view->network = network();
    strncpy(view->address, address, sizeof(view->address) - 1);
    if (view->network == OLED_NETWORK_PROVISIONING) {
        strncpy(view->provisioning_name, network_provisioning_name(), sizeof(view->provisioning_name) - 1);
        strncpy(view->provisioning_code, network_provisioning_code(), sizeof(view->provisioning_code) - 1);
    }
    view->clients = udp_server_clients();
    sampler_snapshot(&s_meter);
    for (unsigned c = 1; c <= POWER_METER_CHANNELS; c++) {
        view->channels[c - 1] = (oled_view_channel_t){
            .enabled = power_meter_has_channel(&s_meter, c),
            .name = meter_config_channel_name(c),
            .snapshot = power_meter_snapshot(&s_meter, c, now_us),
        };
    }
}

void display_init(void)
{
    const oled_bus_t bus = {.write = write_bus};
    oled_config_t config = oled_default_config();
    config.page_s = CONFIG_METER_DISPLAY_PAGE_SECONDS;
    config.view = look;
    oled_init(&s_oled, &bus, &config);
}

void display_send(int64_t until_us)
{
    int64_t now_us = esp_timer_get_time();
    while (now_us < until_us && oled_poll(&s_oled, now_us, until_us - now_us) <= now_us) {
        now_us = esp_timer_get_time();
    }
}

bool display_online(void)
{
    return oled_online(&s_oled);
}

#else

void display_init(void)
{
}

void display_send(int64_t until_us)
{
    (void)until_us;
}

bool display_online(void)
{
    return false;
}

#endif
