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

/** The page that a row is in; negative above the frame. */
static int page_of(int y)
{
    return y >= 0 ? y / OLED_ROWS_PER_PAGE : (y + 1) / OLED_ROWS_PER_PAGE - 1;
}

/** Those of a page's rows, as bits, that are below `y`'s upper edge. */
static uint8_t rows_from(int page, int y)
{
    int above = y - page * OLED_ROWS_PER_PAGE;
    if (above <= 0) {
        return UINT8_MAX;
    }
    return above < OLED_ROWS_PER_PAGE ? (uint8_t)(UINT8_MAX << above) : 0;
}

void oled_frame_invert(oled_frame_t *frame, int x, int y, int width, int height)
{
    for (int page = 0; page < OLED_PAGES; page++) {
        uint8_t rows = (uint8_t)(rows_from(page, y) & ~rows_from(page, y + height));
        for (int column = x; rows != 0 && column < x + width; column++) {
            if (inside(column, 0)) {
                frame->bytes[page][column] ^= rows;
            }
        }
    }
}

/** A glyph's column with each pixel `scale` times. */
static uint32_t stretched(uint8_t glyph_column, int scale)
{
    if (scale == 1) {
        return glyph_column;
    }
    uint32_t dot = (1u << scale) - 1;
    uint32_t pixels = 0;
    for (int shift = 0; glyph_column != 0; shift += scale, glyph_column >>= 1) {
        if (glyph_column & 1) {
            pixels |= dot << shift;
        }
    }
    return pixels;
}

/** Lights the pixels of a column, from `page` on downwards. */
static void draw_column(oled_frame_t *frame, int x, int page, uint32_t pixels)
{
    for (; pixels != 0 && page < OLED_PAGES; page++, pixels >>= OLED_ROWS_PER_PAGE) {
        if (page >= 0 && inside(x, 0)) {
            frame->bytes[page][x] |= (uint8_t)pixels;
        }
    }
}

static void draw_glyph(oled_frame_t *frame, int x, int y, int scale, const uint8_t *glyph)
{
    int page = page_of(y);
    for (int column = 0; column < OLED_FONT_COLUMNS; column++) {
        /* Three times eight pixels and what they are moved down within a page: 31 bits. */
        uint32_t pixels = stretched(glyph[column], scale) << (y - page * OLED_ROWS_PER_PAGE);
        for (int i = 0; i < scale; i++) {
            draw_column(frame, x + column * scale + i, page, pixels);
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
