/* The emulated display against the datasheet (SSD1306, rev. 1.5); the tests name its sections. */
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "emulated_ssd1306.h"

#define ADDRESS 0x3C

static void start(emulated_ssd1306_t *display)
{
    emulated_ssd1306_power_on(display, ADDRESS, 1);
    memset(display->memory, 0, sizeof(display->memory));
}

#define WRITE(display, ...)                                                                   \
    assert_int_equal(emulated_ssd1306_write(display, ADDRESS, (const uint8_t[]){__VA_ARGS__}, \
                                            sizeof((const uint8_t[]){__VA_ARGS__})),          \
                     0)

static void assert_lit(const emulated_ssd1306_t *display, int x, int y, int pixels)
{
    oled_frame_t seen;
    emulated_ssd1306_look(display, &seen);
    int count = 0;
    for (int row = 0; row < OLED_HEIGHT; row++) {
        for (int column = 0; column < OLED_WIDTH; column++) {
            count += oled_frame_pixel(&seen, column, row);
        }
    }
    assert_int_equal(count, pixels);
    assert_int_equal(oled_frame_pixel(&seen, x, y), pixels > 0);
}

/** Section 8.1.5.1: Co = 0 holds until the stop, Co = 1 for one byte. */
static void control_bytes_say_what_follows(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x80, 0xB3, 0x80, 0x05, 0xC0, 0xAA, 0x40, 0xBB, 0xCC);
    assert_memory_equal(&display.memory[3][5], ((const uint8_t[]){0xAA, 0xBB, 0xCC}), 3);
    WRITE(&display, 0x00, 0xB0, 0x81, 0x40);
    assert_int_equal(display.contrast, 0x40);
    assert_int_equal(display.picture_bytes, 3);
    WRITE(&display, 0x80);
    assert_int_equal(display.transfers, 3);
    assert_int_not_equal(emulated_ssd1306_write(&display, 0x3D, (const uint8_t[]){0x00, 0xAF}, 2), 0);
    display.unplugged = true;
    assert_int_not_equal(emulated_ssd1306_write(&display, ADDRESS, (const uint8_t[]){0x00, 0xAF}, 2), 0);
    assert_false(display.on);
    assert_int_equal(display.unknown_commands, 0);
    display.unplugged = false;
    WRITE(&display, 0x00, 0xE0);
    assert_int_equal(display.unknown_commands, 1);
}

/** Section 10.1.3: the page stays, the column begins anew. */
static void page_addressing_stays_in_its_page(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x00, 0xB2, 0x0E, 0x17);
    WRITE(&display, 0x40, 1, 2, 3);
    assert_int_equal(display.memory[2][126], 1);
    assert_int_equal(display.memory[2][127], 2);
    assert_int_equal(display.memory[2][0], 3);
}

/** Same section: along the row, then the next page, and from the end of the window to its start. */
static void horizontal_addressing_fills_row_by_row(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x00, 0x20, 0x00, 0x21, 10, 11, 0x22, 6, 7);
    WRITE(&display, 0x40, 1, 2, 3, 4, 5);
    assert_memory_equal(&display.memory[6][10], ((const uint8_t[]){5, 2}), 2);
    assert_memory_equal(&display.memory[7][10], ((const uint8_t[]){3, 4}), 2);
}

static void vertical_addressing_fills_column_by_column(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x00, 0x20, 0x01, 0x21, 10, 11, 0x22, 6, 7);
    WRITE(&display, 0x40, 1, 2, 3, 4, 5);
    assert_memory_equal(&display.memory[6][10], ((const uint8_t[]){5, 3}), 2);
    assert_memory_equal(&display.memory[7][10], ((const uint8_t[]){2, 4}), 2);
}

/** Sections 9 and 10.1, and the charge pump's application note: nothing is seen before both are on. */
static void what_is_seen_depends_on_commands(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x00, 0xA1, 0xC8, 0xB1, 0x03, 0x10);
    WRITE(&display, 0x40, 0x04);
    assert_lit(&display, 0, 0, 0);
    WRITE(&display, 0x00, 0xAF);
    assert_lit(&display, 0, 0, 0);
    WRITE(&display, 0x00, 0x8D, 0x14);
    assert_lit(&display, 3, 10, 1);
    WRITE(&display, 0x00, 0xA0);
    assert_lit(&display, 124, 10, 1);
    WRITE(&display, 0x00, 0xA1, 0xC0);
    assert_lit(&display, 3, 53, 1);
    WRITE(&display, 0x00, 0xC8, 0x43);
    assert_lit(&display, 3, 7, 1);
    WRITE(&display, 0x00, 0xD3, 0x05);
    assert_lit(&display, 3, 2, 1);
    WRITE(&display, 0x00, 0x40, 0xD3, 0x00, 0xA7);
    assert_lit(&display, 0, 0, OLED_WIDTH * OLED_HEIGHT - 1);
    WRITE(&display, 0x00, 0xA6, 0xA5, 0xA8, 0x1F);
    assert_lit(&display, 0, 0, OLED_WIDTH * OLED_HEIGHT / 2);
    WRITE(&display, 0x00, 0xAE);
    assert_lit(&display, 0, 0, 0);
}

/** Table 9-2 has commands with up to six arguments: none of them is taken for a command. */
static void arguments_are_no_commands(void **state)
{
    (void)state;
    emulated_ssd1306_t display;
    start(&display);
    WRITE(&display, 0x00, 0x26, 0xAF, 0xAF, 0xAF, 0xAF, 0xAF, 0xAF);
    WRITE(&display, 0x00, 0x29, 0xAF, 0xAF, 0xAF, 0xAF, 0xAF);
    WRITE(&display, 0x00, 0xA3, 0xAF, 0xAF, 0xD5, 0xAF, 0xD9, 0xAF, 0xDA, 0x02, 0xDB, 0xAF, 0x2E, 0x2F, 0xE3);
    assert_false(display.on);
    assert_int_equal(display.row_pins, 0x02);
    assert_int_equal(display.unknown_commands, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_bytes_say_what_follows),
        cmocka_unit_test(page_addressing_stays_in_its_page),
        cmocka_unit_test(horizontal_addressing_fills_row_by_row),
        cmocka_unit_test(vertical_addressing_fills_column_by_column),
        cmocka_unit_test(what_is_seen_depends_on_commands),
        cmocka_unit_test(arguments_are_no_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
