#include "console.h"
#include "discovery.h"
#include "display.h"
#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "meter_config.h"
#include "network.h"
#include "reset_reason.h"
#include "sampler.h"
#include "sdkconfig.h"
#include "self_test.h"
#include "storage.h"
#include "udp_server.h"
#include "updates.h"
#include "wall_clock.h"

#define SELF_TEST_US (CONFIG_METER_SELF_TEST_SECONDS * INT64_C(1000000))

static const char *TAG = "meter";

/** Metering starts first and needs nothing of the rest; what the network lacks is tried again for ever. */
static void start(void)
{
    power_meter_config_t config = meter_config();
    ESP_ERROR_CHECK(sampler_init(&config));
    ESP_ERROR_CHECK(storage_open());
    display_init();
    ESP_ERROR_CHECK(sampler_start());
    ESP_ERROR_CHECK(console_start());
    ESP_ERROR_CHECK(network_start());
    ESP_ERROR_CHECK(udp_server_start());
    ESP_ERROR_CHECK_WITHOUT_ABORT(wall_clock_start());
    ESP_ERROR_CHECK_WITHOUT_ABORT(discovery_start());
}

/** Says so once when the meter works, and decides about an image on trial. @return whether that is done */
static bool judge(int64_t started_us)
{
    self_test_t test = self_test_run();
    bool passed = self_test_passed(&test);
    bool late = esp_timer_get_time() - started_us > SELF_TEST_US;
    if (!passed && !late) {
        return false;
    }
    esp_log_level_t level = passed ? ESP_LOG_INFO : ESP_LOG_ERROR;
    ESP_LOG_LEVEL(level, TAG, "self-test: sensors %s, address %s, energy %s", test.sensors_found ? "found" : "missing",
                  test.address_got ? "got" : "missing", test.energy_integrated ? "integrated" : "missing");
    if (updates_on_trial()) {
        if (passed) {
            updates_accept();
        } else {
            updates_reject();
        }
    }
    return true;
}

void app_main(void)
{
    int64_t started_us = esp_timer_get_time();
    ESP_LOGI(TAG, "version %s, started by %s", esp_app_get_description()->version, reset_reason());
    start();
    bool judged = false;
    for (;;) {
        vTaskDelay(pdMS_TO_TICKS(1000));
        judged = judged || judge(started_us);
        storage_update();
    }
}
