#include "discovery.h"

#include <stdio.h>

#include "esp_app_desc.h"
#include "esp_check.h"
#include "mdns.h"
#include "meter_config.h"
#include "reset_reason.h"
#include "sdkconfig.h"

static const char *TAG = "discovery";

esp_err_t discovery_start(void)
{
    char channels[12];
    snprintf(channels, sizeof(channels), "%u", meter_config_channel_count());
    mdns_txt_item_t txt[] = {
        {"proto", "2"},
        {"channels", channels},
        {"fw", esp_app_get_description()->version},
        {"started_by", reset_reason()},
    };
    ESP_RETURN_ON_ERROR(mdns_init(), TAG, "no mDNS");
    ESP_RETURN_ON_ERROR(mdns_hostname_set(CONFIG_METER_HOSTNAME), TAG, "no host name");
    return mdns_service_add(NULL, "_powermeter", "_udp", CONFIG_METER_UDP_PORT, txt, sizeof(txt) / sizeof(txt[0]));
}
