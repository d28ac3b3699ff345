/** @file A line of text that is put together piece by piece; what doesn't fit is left out. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define OLED_TEXT_BYTES 64

typedef struct {
    size_t length;
    char text[OLED_TEXT_BYTES];
} oled_text_t;

void oled_text_add(oled_text_t *line, const char *text);

/** Adds a number, with zeros in front up to `digits`. */
void oled_text_add_number(oled_text_t *line, uint64_t number, int digits);
