/** @file The display's font: 5x7 pixels, with an eighth row for descenders. */
#pragma once

#include <stdint.h>

#include "oled_frame.h"

#define OLED_FONT_COLUMNS 5

/** A character's columns from the left, bit 0 the upper pixel. */
const uint8_t *oled_font_glyph(char character);

/** Columns from a character's left edge to the next one's. */
int oled_font_advance(char character);
