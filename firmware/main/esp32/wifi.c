#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "esp_wifi.h"
#include "network.h"
#include "provisioning.h"
#include "reconnect_delay.h"
#include "sdkconfig.h"

static const char *TAG = "wifi";

static esp_timer_handle_t s_reconnect;
static uint32_t s_failures;
static _Atomic network_state_t s_state = NETWORK_CONNECTING;
/** In network order; 0 for none. */
static _Atomic uint32_t s_address;

static void connect(void *arg)
{
    (void)arg;
    /* Fails while there are no credentials; what fails later is told by an event. */
    (void)esp_wifi_connect();
}

static void on_disconnected(const wifi_event_sta_disconnected_t *event)
{
    uint32_t delay_ms = reconnect_delay_ms(++s_failures, esp_random());
    s_address = 0;
    if (s_state == NETWORK_CONNECTED) {
        s_state = NETWORK_CONNECTING;
    }
    ESP_LOGW(TAG, "disconnected, reason %u; next attempt in %u ms", event->reason, (unsigned)delay_ms);
    (void)esp_timer_stop(s_reconnect);
    (void)esp_timer_start_once(s_reconnect, (uint64_t)delay_ms * 1000);
}

static void on_address(const ip_event_got_ip_t *event)
{
    s_failures = 0;
    s_address = event->ip_info.ip.addr;
    s_state = NETWORK_CONNECTED;
    ESP_LOGI(TAG, "connected, address " IPSTR, IP2STR(&event->ip_info.ip));
}

static void on_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) {
        connect(NULL);
    } else if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        on_disconnected(data);
    } else if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) {
        on_address(data);
    }
}

static esp_err_t prepare(void)
{
    const esp_timer_create_args_t timer = {.callback = connect, .name = "wifi"};
    ESP_RETURN_ON_ERROR(esp_timer_create(&timer, &s_reconnect), TAG, "no timer");
    ESP_RETURN_ON_ERROR(esp_netif_init(), TAG, "no network");
    ESP_RETURN_ON_ERROR(esp_event_loop_create_default(), TAG, "no event loop");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event, NULL), TAG, "no handler");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_event, NULL), TAG, "no handler");
    (void)esp_netif_create_default_wifi_sta();
    wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
    return esp_wifi_init(&config);
}

static esp_err_t start_station(void)
{
    ESP_RETURN_ON_ERROR(esp_wifi_set_mode(WIFI_MODE_STA), TAG, "no station mode");
    if (CONFIG_METER_WIFI_SSID[0] != '\0') {
        wifi_config_t config = {0};
        strncpy((char *)config.sta.ssid, CONFIG_METER_WIFI_SSID, sizeof(config.sta.ssid));
        strncpy((char *)config.sta.password, CONFIG_METER_WIFI_PASSWORD, sizeof(config.sta.password));
        ESP_RETURN_ON_ERROR(esp_wifi_set_storage(WIFI_STORAGE_RAM), TAG, "no storage");
        ESP_RETURN_ON_ERROR(esp_wifi_set_config(WIFI_IF_STA, &config), TAG, "bad credentials");
    }
    return esp_wifi_start();
}

esp_err_t network_start(void)
{
    ESP_RETURN_ON_ERROR(prepare(), TAG, "no Wi-Fi");
    bool provisioned = CONFIG_METER_WIFI_SSID[0] != '\0';
    if (!provisioned) {
        ESP_RETURN_ON_ERROR(provisioning_start_if_needed(&provisioned), TAG, "no provisioning");
    }
    if (provisioned) {
        ESP_RETURN_ON_ERROR(start_station(), TAG, "no station");
    } else {
        s_state = NETWORK_PROVISIONING;
    }
    /* A meter on the mains gains nothing from sleeping between beacons, and its clients wait for their datagrams. */
    return esp_wifi_set_ps(WIFI_PS_NONE);
}

network_state_t network_state(void)
{
    return s_state;
}

void network_address(char text[NETWORK_ADDRESS_BYTES])
{
    esp_ip4_addr_t address = {.addr = s_address};
    text[0] = '\0';
    if (address.addr != 0) {
        snprintf(text, NETWORK_ADDRESS_BYTES, IPSTR, IP2STR(&address));
    }
}

esp_err_t network_forget(void)
{
    return esp_wifi_restore();
}
