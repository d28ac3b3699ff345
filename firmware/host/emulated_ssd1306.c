#include "emulated_ssd1306.h"

#include <string.h>

#include "random.h"

/** Control byte: another control byte comes after the next byte; and whether bytes are the picture's. */
#define CONTROL_CONTINUES 0x80
#define CONTROL_PICTURE 0x40

#define ADDRESSING_HORIZONTAL 0
#define ADDRESSING_VERTICAL 1
#define ADDRESSING_PAGE 2

#define CHARGE_PUMP_ENABLED 0x04
/** Alternating row pins without left and right exchanged: how panels of 64 rows are wired. */
#define ROW_PINS_ALTERNATING 0x12

void emulated_ssd1306_power_on(emulated_ssd1306_t *display, uint8_t address, uint64_t seed)
{
    *display = (emulated_ssd1306_t){
        .address = address,
        .addressing = ADDRESSING_PAGE,
        .last_page = OLED_PAGES - 1,
        .last_column = OLED_WIDTH - 1,
        .contrast = 0x7F,
        .multiplex = OLED_HEIGHT - 1,
        .row_pins = ROW_PINS_ALTERNATING,
    };
    random_t random;
    random_seed(&random, seed);
    for (int page = 0; page < OLED_PAGES; page++) {
        for (int column = 0; column < OLED_WIDTH; column++) {
            display->memory[page][column] = (uint8_t)(random_uniform(&random) * 256);
        }
    }
}

static void step_page(emulated_ssd1306_t *display)
{
    display->page = display->page == display->last_page ? display->first_page : (uint8_t)((display->page + 1) & 7);
}

static void step_column(emulated_ssd1306_t *display, uint8_t first, uint8_t last)
{
    display->column = display->column == last ? first : (uint8_t)((display->column + 1) & 127);
}

static void take_picture_byte(emulated_ssd1306_t *display, uint8_t byte)
{
    display->picture_bytes++;
    display->memory[display->page][display->column] = byte;
    if (display->addressing == ADDRESSING_PAGE) {
        step_column(display, 0, OLED_WIDTH - 1);
    } else if (display->addressing == ADDRESSING_HORIZONTAL) {
        step_column(display, display->first_column, display->last_column);
        if (display->column == display->first_column) {
            step_page(display);
        }
    } else {
        step_page(display);
        if (display->page == display->first_page) {
            step_column(display, display->first_column, display->last_column);
        }
    }
}

/** How many bytes follow a command. */
static uint8_t arguments_of(uint8_t command)
{
    switch (command) {
    case 0x20: /* addressing */
    case 0x81: /* contrast */
    case 0x8D: /* charge pump */
    case 0xA8: /* multiplex ratio */
    case 0xD3: /* offset */
    case 0xD5: /* clock */
    case 0xD9: /* pre-charge */
    case 0xDA: /* row pins */
    case 0xDB: /* deselected level */
        return 1;
    case 0x21: /* columns */
    case 0x22: /* pages */
    case 0xA3: /* scrolled area */
        return 2;
    case 0x29: /* scrolling to right and left */
    case 0x2A:
        return 5;
    case 0x26:
    case 0x27:
        return 6;
    default:
        return 0;
    }
}

/** A command that carries its value in itself. */
static void execute_short(emulated_ssd1306_t *display, uint8_t command)
{
    if (command <= 0x0F) {
        display->column = (uint8_t)((display->column & 0x70) | command);
    } else if (command <= 0x1F) {
        display->column = (uint8_t)((display->column & 0x0F) | (command & 0x7) << 4);
    } else if (command >= 0x40 && command <= 0x7F) {
        display->start_line = command & 0x3F;
    } else if (command >= 0xB0 && command <= 0xB7) {
        display->page = command & 7;
    } else if ((command & 0xFE) == 0xA0) {
        display->columns_reversed = (command & 1) != 0;
    } else if ((command & 0xFE) == 0xA4) {
        display->all_lit = (command & 1) != 0;
    } else if ((command & 0xFE) == 0xA6) {
        display->inverted = (command & 1) != 0;
    } else if ((command & 0xFE) == 0xAE) {
        display->on = (command & 1) != 0;
    } else if ((command & 0xF0) == 0xC0) {
        display->rows_reversed = (command & 8) != 0;
    } else if (command != 0x2E && command != 0x2F && command != 0xE3) {
        display->unknown_commands++;
    }
}

static void execute_long(emulated_ssd1306_t *display)
{
    const uint8_t *arguments = display->arguments;
    switch (display->command) {
    case 0x20:
        display->addressing = arguments[0] & 3;
        break;
    case 0x21:
        display->first_column = display->column = arguments[0] & 127;
        display->last_column = arguments[1] & 127;
        break;
    case 0x22:
        display->first_page = display->page = arguments[0] & 7;
        display->last_page = arguments[1] & 7;
        break;
    case 0x81:
        display->contrast = arguments[0];
        break;
    case 0x8D:
        display->charge_pump = (arguments[0] & CHARGE_PUMP_ENABLED) != 0;
        break;
    case 0xA8:
        display->multiplex = arguments[0] & 63;
        break;
    case 0xD3:
        display->offset = arguments[0] & 63;
        break;
    case 0xDA:
        display->row_pins = arguments[0];
        break;
    default:
        break;
    }
}

static void take_command_byte(emulated_ssd1306_t *display, uint8_t byte)
{
    if (display->awaited > 0) {
        display->arguments[display->argument_count++] = byte;
        if (--display->awaited == 0) {
            execute_long(display);
        }
        return;
    }
    display->command = byte;
    display->argument_count = 0;
    display->awaited = arguments_of(byte);
    if (display->awaited == 0) {
        execute_short(display, byte);
    }
}

static void take_byte(emulated_ssd1306_t *display, uint8_t control, uint8_t byte)
{
    if (control & CONTROL_PICTURE) {
        take_picture_byte(display, byte);
    } else {
        take_command_byte(display, byte);
    }
}

int emulated_ssd1306_write(emulated_ssd1306_t *display, uint8_t address, const uint8_t *data, size_t length)
{
    if (display->unplugged || address != display->address) {
        return -1;
    }
    display->transfers++;
    uint8_t control = CONTROL_CONTINUES;
    for (size_t i = 0; i < length; i++) {
        if (control & CONTROL_CONTINUES) {
            control = data[i++];
            if (i == length) {
                break;
            }
        }
        take_byte(display, control, data[i]);
    }
    return 0;
}

/** Whether a pixel is lit, counted as the chip counts: segments and rows of the panel. */
static bool lit(const emulated_ssd1306_t *display, int segment, int row)
{
    if (!display->on || !display->charge_pump || row > display->multiplex) {
        return false;
    }
    if (display->all_lit) {
        return true;
    }
    int line = (row + display->start_line + display->offset) % OLED_HEIGHT;
    int column = display->columns_reversed ? OLED_WIDTH - 1 - segment : segment;
    bool set = display->memory[line / OLED_ROWS_PER_PAGE][column] >> (line % OLED_ROWS_PER_PAGE) & 1;
    return set != display->inverted;
}

void emulated_ssd1306_look(const emulated_ssd1306_t *display, oled_frame_t *seen)
{
    oled_frame_clear(seen);
    for (int y = 0; y < OLED_HEIGHT; y++) {
        for (int x = 0; x < OLED_WIDTH; x++) {
            /* The usual panel's last segment is at the left, its last row at the top. */
            int row = display->rows_reversed ? y : OLED_HEIGHT - 1 - y;
            if (lit(display, OLED_WIDTH - 1 - x, row)) {
                oled_frame_invert(seen, x, y, 1, 1);
            }
        }
    }
}
