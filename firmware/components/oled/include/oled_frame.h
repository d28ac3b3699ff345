/**
 * @file
 * A picture of 128x64 pixels in the layout of the SSD1306's memory, and text in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define OLED_WIDTH 128
#define OLED_HEIGHT 64
#define OLED_ROWS_PER_PAGE 8
#define OLED_PAGES (OLED_HEIGHT / OLED_ROWS_PER_PAGE)

/** A character's cell at scale 1: 5x7 pixels, a descender's and the space to the next; a full stop is narrower. */
#define OLED_CELL_WIDTH 6
#define OLED_CELL_HEIGHT 8
/** A small person: stands for clients. */
#define OLED_CLIENTS "\x01"

/** Each byte is a column of 8 pixels, bit 0 the upper one; a page is a row of such columns. */
typedef struct {
    uint8_t bytes[OLED_PAGES][OLED_WIDTH];
} oled_frame_t;

void oled_frame_clear(oled_frame_t *frame);

/** Whether a pixel is lit; outside the frame none is. */
bool oled_frame_pixel(const oled_frame_t *frame, int x, int y);

/** Lights all pixels of a rectangle that are dark, and darkens those that are lit; what is outside is left out. */
void oled_frame_invert(oled_frame_t *frame, int x, int y, int width, int height);

/**
 * Draws text, what is outside the frame left out. The font has ASCII and OLED_CLIENTS; anything else is a box.
 * @param x  left edge
 * @param y  upper edge
 * @param scale  pixels per pixel of the font, 1 to 3
 * @return x where text that follows starts
 */
int oled_frame_text(oled_frame_t *frame, int x, int y, int scale, const char *text);

/** How wide text is, with the space after its last character. */
int oled_frame_text_width(int scale, const char *text);
