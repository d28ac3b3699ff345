#include "sampler.h"

#include "display.h"
#include "esp_attr.h"
#include "esp_check.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "i2c_bus.h"
#include "sdkconfig.h"
#include "task_cores.h"
#include "watchdog.h"

#define STACK_BYTES 4096
/** The timer and the switch to this task cost about as much. */
#define SHORTEST_SLEEP_US 60
/** The watchdog wants to hear from a meter without channels, too. */
#define LONGEST_SLEEP_US 100000

static const char *TAG = "sampler";

static power_meter_t s_meter;
/** Held during polls and changes. */
static SemaphoreHandle_t s_meter_lock;
static power_meter_t s_published;
/** Held for a copy. */
static portMUX_TYPE s_published_lock = portMUX_INITIALIZER_UNLOCKED;
static esp_timer_handle_t s_timer;
static TaskHandle_t s_task;

static void IRAM_ATTR wake(void *arg)
{
    (void)arg;
#if CONFIG_ESP_TIMER_SUPPORTS_ISR_DISPATCH_METHOD
    BaseType_t woken = pdFALSE;
    vTaskNotifyGiveFromISR(s_task, &woken);
    if (woken) {
        esp_timer_isr_dispatch_need_yield();
    }
#else
    xTaskNotifyGive(s_task);
#endif
}

static esp_err_t create_timer(void)
{
    const esp_timer_create_args_t args = {
        .callback = wake,
#if CONFIG_ESP_TIMER_SUPPORTS_ISR_DISPATCH_METHOD
        .dispatch_method = ESP_TIMER_ISR,
#endif
        .name = "sampler",
    };
    return esp_timer_create(&args, &s_timer);
}

static void sleep_until(int64_t when_us)
{
    int64_t sleep_us = when_us - esp_timer_get_time();
    if (sleep_us < SHORTEST_SLEEP_US) {
        return;
    }
    sleep_us = sleep_us < LONGEST_SLEEP_US ? sleep_us : LONGEST_SLEEP_US;
    ESP_ERROR_CHECK(esp_timer_start_once(s_timer, (uint64_t)sleep_us));
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
}

static void publish(void)
{
    taskENTER_CRITICAL(&s_published_lock);
    s_published = s_meter;
    taskEXIT_CRITICAL(&s_published_lock);
}

static int64_t poll(void)
{
    xSemaphoreTake(s_meter_lock, portMAX_DELAY);
    int64_t next_us = power_meter_poll(&s_meter, esp_timer_get_time());
    publish();
    xSemaphoreGive(s_meter_lock);
    return next_us;
}

static void sample(void *arg)
{
    (void)arg;
    ESP_ERROR_CHECK(i2c_bus_open());
    ESP_ERROR_CHECK(watchdog_watch_this_task());
    for (;;) {
        int64_t next_us = poll();
        display_send(next_us);
        sleep_until(next_us);
        watchdog_feed();
    }
}

esp_err_t sampler_init(const power_meter_config_t *config)
{
    ina3221_bus_t bus = i2c_bus_driver();
    power_meter_init(&s_meter, config, &bus);
    publish();
    s_meter_lock = xSemaphoreCreateMutex();
    return s_meter_lock != NULL ? ESP_OK : ESP_ERR_NO_MEM;
}

esp_err_t sampler_start(void)
{
    ESP_RETURN_ON_ERROR(create_timer(), TAG, "no timer");
    BaseType_t created =
        xTaskCreatePinnedToCore(sample, "sampler", STACK_BYTES, NULL, configMAX_PRIORITIES - 1, &s_task, SAMPLER_CORE);
    return created == pdPASS ? ESP_OK : ESP_ERR_NO_MEM;
}

void sampler_snapshot(power_meter_t *meter)
{
    taskENTER_CRITICAL(&s_published_lock);
    *meter = s_published;
    taskEXIT_CRITICAL(&s_published_lock);
}

void sampler_change(void (*change)(power_meter_t *meter, void *arg), void *arg)
{
    xSemaphoreTake(s_meter_lock, portMAX_DELAY);
    change(&s_meter, arg);
    publish();
    xSemaphoreGive(s_meter_lock);
}
