#include "console.h"

#include "esp_check.h"
#include "esp_console.h"
#include "task_cores.h"

static const char *TAG = "console";

esp_err_t console_start(void)
{
    esp_console_repl_t *repl = NULL;
    esp_console_repl_config_t config = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    config.prompt = "meter>";
    config.task_stack_size = 8192;
    config.task_core_id = OTHERS_CORE;
    esp_console_dev_uart_config_t uart = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    ESP_RETURN_ON_ERROR(esp_console_new_repl_uart(&uart, &config, &repl), TAG, "no console");
    ESP_RETURN_ON_ERROR(console_register_commands(), TAG, "no commands");
    return esp_console_start_repl(repl);
}
