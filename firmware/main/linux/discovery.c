#include "discovery.h"

esp_err_t discovery_start(void)
{
    return ESP_OK;
}
