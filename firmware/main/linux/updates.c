#include "updates.h"

bool updates_on_trial(void)
{
    return false;
}

void updates_accept(void)
{
}

void updates_reject(void)
{
}

esp_err_t updates_install(const char *url)
{
    (void)url;
    return ESP_ERR_NOT_SUPPORTED;
}
