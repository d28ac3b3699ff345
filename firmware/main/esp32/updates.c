#include "updates.h"

#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"

#define TIMEOUT_MS 15000

static const char *TAG = "updates";

bool updates_on_trial(void)
{
    esp_ota_img_states_t state;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

void updates_accept(void)
{
    ESP_ERROR_CHECK_WITHOUT_ABORT(esp_ota_mark_app_valid_cancel_rollback());
}

void updates_reject(void)
{
    ESP_ERROR_CHECK_WITHOUT_ABORT(esp_ota_mark_app_invalid_rollback_and_reboot());
}

esp_err_t updates_install(const char *url)
{
    const esp_http_client_config_t http = {
        .url = url,
        .timeout_ms = TIMEOUT_MS,
        .crt_bundle_attach = esp_crt_bundle_attach,
        .keep_alive_enable = true,
    };
    const esp_https_ota_config_t ota = {.http_config = &http};
    esp_err_t result = esp_https_ota(&ota);
    if (result == ESP_OK) {
        ESP_LOGI(TAG, "installed, restarting");
        esp_restart();
    }
    return result;
}
