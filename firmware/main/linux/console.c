#include "console.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "esp_check.h"
#include "esp_console.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#define LINE_BYTES 256
#define STACK_BYTES 16384

static const char *TAG = "console";

static void run(const char *line)
{
    int result = 0;
    esp_err_t found = esp_console_run(line, &result);
    if (found == ESP_ERR_NOT_FOUND) {
        printf("no such command; try help\n");
    } else if (found == ESP_OK && result != 0) {
        printf("failed\n");
    }
    (void)fflush(stdout);
}

static void read_lines(void *arg)
{
    (void)arg;
    char line[LINE_BYTES];
    size_t length = 0;
    for (;;) {
        char c;
        if (read(STDIN_FILENO, &c, 1) <= 0) {
            vTaskDelete(NULL);
        }
        if (c == '\n') {
            line[length] = '\0';
            run(line);
            length = 0;
        } else if (length < sizeof(line) - 1) {
            line[length++] = c;
        }
    }
}

esp_err_t console_start(void)
{
    esp_console_config_t config = ESP_CONSOLE_CONFIG_DEFAULT();
    ESP_RETURN_ON_ERROR(esp_console_init(&config), TAG, "no console");
    ESP_RETURN_ON_ERROR(console_register_commands(), TAG, "no commands");
    return xTaskCreate(read_lines, "console", STACK_BYTES, NULL, 2, NULL) == pdPASS ? ESP_OK : ESP_ERR_NO_MEM;
}
