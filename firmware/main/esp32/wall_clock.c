#include "wall_clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/time.h>

#include "esp_netif_sntp.h"
#include "esp_timer.h"
#include "sdkconfig.h"

static _Atomic bool s_synchronised;
static _Atomic uint32_t s_synchronised_at_s;

static uint32_t uptime_s(void)
{
    return (uint32_t)(esp_timer_get_time() / 1000000);
}

static void on_synchronised(struct timeval *time)
{
    (void)time;
    s_synchronised_at_s = uptime_s();
    s_synchronised = true;
}

esp_err_t wall_clock_start(void)
{
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG(CONFIG_METER_SNTP_SERVER);
    config.sync_cb = on_synchronised;
    config.wait_for_sync = false;
    return esp_netif_sntp_init(&config);
}

meter_protocol_time_t wall_clock_now(void)
{
    if (!s_synchronised) {
        return (meter_protocol_time_t){0};
    }
    struct timeval now;
    gettimeofday(&now, NULL);
    return (meter_protocol_time_t){
        .unix_time_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec,
        .time_sync_age_s = uptime_s() - s_synchronised_at_s,
    };
}
