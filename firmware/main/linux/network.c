#include "network.h"

#include <stdio.h>

#include "sdkconfig.h"

esp_err_t network_start(void)
{
    return ESP_OK;
}

network_state_t network_state(void)
{
    return NETWORK_CONNECTED;
}

void network_address(char text[NETWORK_ADDRESS_BYTES])
{
    snprintf(text, NETWORK_ADDRESS_BYTES, "%s", CONFIG_METER_LINUX_ADDRESS);
}

const char *network_provisioning_name(void)
{
    return "";
}

const char *network_provisioning_code(void)
{
    return "";
}

esp_err_t network_forget(void)
{
    return ESP_ERR_NOT_SUPPORTED;
}
