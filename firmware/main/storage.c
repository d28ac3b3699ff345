#include "storage.h"

#include <stdio.h>

#include "esp_check.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "meter_store.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "sampler.h"

#define NAMESPACE "meter"
#define KEY_BYTES 16

static const char *TAG = "storage";

static nvs_handle_t s_nvs;
static meter_store_t s_store;
/** A copy to save from, while sampling goes on. */
static power_meter_t s_meter;
static SemaphoreHandle_t s_lock;

static const char *slot_key(unsigned slot, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "record%u", slot);
    return key;
}

static int read_slot(void *ctx, unsigned slot, uint8_t *data, size_t capacity, size_t *length)
{
    (void)ctx;
    char key[KEY_BYTES];
    *length = capacity;
    esp_err_t result = nvs_get_blob(s_nvs, slot_key(slot, key), data, length);
    if (result == ESP_ERR_NVS_NOT_FOUND) {
        *length = 0;
        return 0;
    }
    return result == ESP_OK ? 0 : -1;
}

static int write_slot(void *ctx, unsigned slot, const uint8_t *data, size_t length)
{
    (void)ctx;
    char key[KEY_BYTES];
    return nvs_set_blob(s_nvs, slot_key(slot, key), data, length) == ESP_OK && nvs_commit(s_nvs) == ESP_OK ? 0 : -1;
}

static void save(bool (*save_store)(meter_store_t *store, const power_meter_t *meter, int64_t now_us))
{
    xSemaphoreTake(s_lock, portMAX_DELAY);
    sampler_snapshot(&s_meter);
    if (!save_store(&s_store, &s_meter, esp_timer_get_time())) {
        ESP_LOGE(TAG, "calibration and lifetime energy could not be saved");
    }
    xSemaphoreGive(s_lock);
}

/** Before a restart that was asked for. */
static void flush(void)
{
    save(meter_store_flush);
}

static void load(power_meter_t *meter, void *arg)
{
    (void)arg;
    const meter_store_port_t port = {.read = read_slot, .write = write_slot};
    meter_store_open(&s_store, &port, meter, esp_timer_get_time());
}

/** A storage that is damaged or of a newer version is lost; the meter meters without it. */
static esp_err_t open_flash(void)
{
    if (nvs_flash_init() == ESP_OK) {
        return ESP_OK;
    }
    ESP_LOGE(TAG, "the storage can't be read and is erased");
    ESP_RETURN_ON_ERROR(nvs_flash_erase(), TAG, "not erased");
    return nvs_flash_init();
}

esp_err_t storage_open(void)
{
    s_lock = xSemaphoreCreateMutex();
    ESP_RETURN_ON_FALSE(s_lock != NULL, ESP_ERR_NO_MEM, TAG, "no mutex");
    ESP_RETURN_ON_ERROR(open_flash(), TAG, "no flash");
    ESP_RETURN_ON_ERROR(nvs_open(NAMESPACE, NVS_READWRITE, &s_nvs), TAG, "no storage");
    sampler_change(load, NULL);
    return esp_register_shutdown_handler(flush);
}

void storage_update(void)
{
    save(meter_store_update);
}
