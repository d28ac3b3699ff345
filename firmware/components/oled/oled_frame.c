#include "oled_frame.h"

#include <stddef.h>
#include <string.h>

#include "oled_font.h"

void oled_frame_clear(oled_frame_t *frame)
{
    memset(frame, 0, sizeof(*frame));
}

static bool inside(int x, int y)
{
    return x >= 0 && x < OLED_WIDTH && y >= 0 && y < OLED_HEIGHT;
}

bool oled_frame_pixel(const oled_frame_t *frame, int x, int y)
{
    return inside(x, y) && (frame->bytes[y / OLED_ROWS_PER_PAGE][x] >> (y % OLED_ROWS_PER_PAGE) & 1) != 0;
}

void oled_frame_invert(oled_frame_t *frame, int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++) {
        for (int column = x; column < x + width; column++) {
            if (inside(column, row)) {
                frame->bytes[row / OLED_ROWS_PER_PAGE][column] ^= (uint8_t)(1u << (row % OLED_ROWS_PER_PAGE));
            }
        }
    }
}

/** Lights a square. */
static void draw_dot(oled_frame_t *frame, int x, int y, int size)
{
    for (int row = y; row < y + size; row++) {
        for (int column = x; column < x + size; column++) {
            if (inside(column, row)) {
                frame->bytes[row / OLED_ROWS_PER_PAGE][column] |= (uint8_t)(1u << (row % OLED_ROWS_PER_PAGE));
            }
        }
    }
}

static void draw_glyph(oled_frame_t *frame, int x, int y, int scale, const uint8_t *glyph)
{
    for (int column = 0; column < OLED_FONT_COLUMNS; column++) {
        for (int row = 0; row < OLED_CELL_HEIGHT; row++) {
            if (glyph[column] >> row & 1) {
                draw_dot(frame, x + column * scale, y + row * scale, scale);
            }
        }
    }
}

int oled_frame_text(oled_frame_t *frame, int x, int y, int scale, const char *text)
{
    for (; *text != '\0'; text++) {
        draw_glyph(frame, x, y, scale, oled_font_glyph(*text));
        x += oled_font_advance(*text) * scale;
    }
    return x;
}

int oled_frame_text_width(int scale, const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++) {
        width += oled_font_advance(*text) * scale;
    }
    return width;
}
