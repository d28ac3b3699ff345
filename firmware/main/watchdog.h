/** @file The task watchdog: a task that stops feeding it restarts the meter. Nothing of it on the linux target. */
#pragma once

#include "esp_err.h"

esp_err_t watchdog_watch_this_task(void);

/** At least every CONFIG_ESP_TASK_WDT_TIMEOUT_S seconds. */
void watchdog_feed(void);
