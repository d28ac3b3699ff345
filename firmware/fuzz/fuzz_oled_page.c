/** @file Pages of the display with any values and any text: drawn the same way each time, and nowhere else. */
#include <string.h>

#include "fuzz_target.h"
#include "oled_page.h"

/** Takes a string of any bytes. */
static const char *read_text(fuzz_input_t *input, char text[256])
{
    unsigned length = fuzz_below(input, 256);
    const uint8_t *bytes;
    size_t taken = fuzz_take(input, length, &bytes);
    memcpy(text, bytes, taken);
    text[taken] = '\0';
    return text;
}

static oled_channel_page_t read_channel(fuzz_input_t *input, char name[256], char address[256])
{
    return (oled_channel_page_t){
        .channel = 1 + fuzz_below(input, 6),
        .power_uw = (int64_t)fuzz_number(input, 8),
        .current_ua = (int64_t)fuzz_number(input, 8),
        .bus_voltage_mv = (uint32_t)fuzz_number(input, 4),
        .energy_uj = fuzz_number(input, 8),
        .uptime_us = (int64_t)fuzz_number(input, 8),
        .flags = (uint32_t)fuzz_number(input, 1),
        .clients = (unsigned)fuzz_number(input, 4),
        .name = read_text(input, name),
        .address = fuzz_below(input, 4) != 0 ? read_text(input, address) : NULL,
    };
}

static oled_start_page_t read_start(fuzz_input_t *input, char name[256], char code[256], char address[256])
{
    return (oled_start_page_t){
        .network = fuzz_below(input, 3),
        .metering = fuzz_below(input, 2),
        .provisioning_name = fuzz_below(input, 4) != 0 ? read_text(input, name) : NULL,
        .provisioning_code = fuzz_below(input, 4) != 0 ? read_text(input, code) : NULL,
        .address = fuzz_below(input, 4) != 0 ? read_text(input, address) : NULL,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    char texts[3][256];
    oled_frame_t frames[2];
    memset(&frames[0], 0x00, sizeof(frames[0]));
    memset(&frames[1], 0xff, sizeof(frames[1]));
    if (fuzz_below(&input, 2)) {
        oled_start_page_t page = read_start(&input, texts[0], texts[1], texts[2]);
        oled_page_start(&frames[0], &page);
        oled_page_start(&frames[1], &page);
    } else {
        oled_channel_page_t page = read_channel(&input, texts[0], texts[1]);
        oled_page_channel(&frames[0], &page);
        oled_page_channel(&frames[1], &page);
    }
    HOLDS(memcmp(&frames[0], &frames[1], sizeof(frames[0])) == 0);
    return 0;
}
