/**
 * @file
 * Solomon Systech's SSD1306 on I2C, on a panel of 128x64 pixels: its memory, all three addressing modes, and the
 * commands that decide what a person sees (datasheet rev. 1.5, sections 8.1.5, 9 and 10). Not emulated: scrolling,
 * fading and zooming, timing and brightness.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oled_frame.h"

#define EMULATED_SSD1306_ARGUMENTS 6

typedef struct {
    /** 7-bit address. */
    uint8_t address;
    /** Unplugged while it is set: nothing acknowledges. */
    bool unplugged;

    uint8_t memory[OLED_PAGES][OLED_WIDTH];
    /** 0 horizontal, 1 vertical, 2 page. */
    uint8_t addressing;
    uint8_t page;
    uint8_t column;
    uint8_t first_page;
    uint8_t last_page;
    uint8_t first_column;
    uint8_t last_column;

    bool on;
    bool charge_pump;
    /** All pixels lit, whatever the memory holds. */
    bool all_lit;
    bool inverted;
    bool columns_reversed;
    bool rows_reversed;
    uint8_t start_line;
    uint8_t offset;
    uint8_t contrast;
    /** Rows less one. */
    uint8_t multiplex;
    uint8_t row_pins;

    /** The command whose arguments are awaited, and those that came. */
    uint8_t command;
    uint8_t awaited;
    uint8_t argument_count;
    uint8_t arguments[EMULATED_SSD1306_ARGUMENTS];

    /** Transfers acknowledged, bytes of the picture in them, commands that the datasheet doesn't know. */
    uint64_t transfers;
    uint64_t picture_bytes;
    uint64_t unknown_commands;
} emulated_ssd1306_t;

/** Powers it on: registers as after reset, the memory at random. */
void emulated_ssd1306_power_on(emulated_ssd1306_t *display, uint8_t address, uint64_t seed);

/** One transfer to an address. @return 0 when the display acknowledged */
int emulated_ssd1306_write(emulated_ssd1306_t *display, uint8_t address, const uint8_t *data, size_t length);

/** What a person in front of the panel sees. */
void emulated_ssd1306_look(const emulated_ssd1306_t *display, oled_frame_t *seen);
