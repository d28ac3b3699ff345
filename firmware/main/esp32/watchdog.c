#include "watchdog.h"

#include <stddef.h>

#include "esp_task_wdt.h"

esp_err_t watchdog_watch_this_task(void)
{
    return esp_task_wdt_add(NULL);
}

void watchdog_feed(void)
{
    (void)esp_task_wdt_reset();
}
