#include "oled_panel.h"

#include <string.h>

/** Control bytes (datasheet section 8.1.5.2): only commands follow, or only bytes of the picture. */
#define CONTROL_COMMANDS 0x00
#define CONTROL_PICTURE 0x40

#define COMMAND_COLUMN_LOW 0x00
#define COMMAND_COLUMN_HIGH 0x10
#define COMMAND_PAGE 0xB0
#define COMMAND_CONTRAST 0x81
#define COMMAND_COLUMNS 0xA0
#define COMMAND_ROWS 0xC0
/** Most panels are wired so that these are the right way round. */
#define COLUMNS_REVERSED 0x01
#define ROWS_REVERSED 0x08

/** Start, stop, and a byte with its acknowledge. */
#define FRAMING_BITS 2
#define BITS_PER_BYTE 9

#define POSITION_BYTES 4
/** So many unchanged bytes are sent again rather than a new position: it takes as long as 6.8 of them. */
#define BRIDGED_BYTES 6

#define PICTURE_BYTES (OLED_PAGES * OLED_WIDTH)

#define MAX_COMMAND_BYTES 2

typedef struct {
    uint8_t length;
    uint8_t bytes[MAX_COMMAND_BYTES];
} command_t;

/** Datasheet section 9 and its application note; a panel of 128x64 with its own charge pump. */
static const command_t s_commands[] = {
    {2, {0xD5, 0x80}}, /* clock */
    {2, {0xA8, 0x3F}}, /* 64 rows */
    {2, {0xD3, 0x00}}, /* no offset */
    {1, {0x40}},       /* first row */
    {2, {0x8D, 0x14}}, /* charge pump on */
    {2, {0x20, 0x02}}, /* addressed by page */
    {1, {COMMAND_COLUMNS}},
    {1, {COMMAND_ROWS}},
    {2, {0xDA, 0x12}}, /* alternating row pins */
    {2, {COMMAND_CONTRAST, 0x00}},
    {2, {0xD9, 0xF1}}, /* pre-charge, as the charge pump wants it */
    {2, {0xDB, 0x40}}, /* deselected level */
    {1, {0x2E}},       /* no scrolling */
    {1, {0xA4}},       /* what the memory holds */
    {1, {0xA6}},       /* not inverted */
    {1, {0xAF}},       /* on: sent when the memory is written, so that nobody sees what it held */
};

#define COMMANDS (sizeof(s_commands) / sizeof(s_commands[0]))

void oled_panel_init(oled_panel_t *panel, const oled_bus_t *bus, const oled_panel_config_t *config)
{
    memset(panel, 0, sizeof(*panel));
    panel->bus = *bus;
    panel->config = *config;
    oled_panel_restart(panel);
}

void oled_panel_restart(oled_panel_t *panel)
{
    panel->commands = 0;
    panel->known = 0;
    panel->search = 0;
    panel->position = -1;
    panel->changed = true;
}

bool oled_panel_dark(const oled_panel_t *panel)
{
    return panel->commands == COMMANDS - 1;
}

bool oled_panel_lit(const oled_panel_t *panel)
{
    return panel->commands == COMMANDS;
}

int64_t oled_panel_transfer_us(const oled_panel_config_t *config, size_t bytes)
{
    int64_t bits = FRAMING_BITS + BITS_PER_BYTE * (1 + (int64_t)bytes);
    return (bits * 1000 + config->clock_khz - 1) / config->clock_khz + config->gap_us;
}

static bool send(oled_panel_t *panel, const uint8_t *bytes, size_t length)
{
    panel->transfers++;
    return panel->bus.write(panel->bus.ctx, panel->config.address, bytes, length) == 0;
}

bool oled_panel_command_fits(const oled_panel_t *panel, int64_t idle_us)
{
    return oled_panel_transfer_us(&panel->config, 1 + MAX_COMMAND_BYTES) <= idle_us;
}

bool oled_panel_send_command(oled_panel_t *panel)
{
    const command_t *command = &s_commands[panel->commands];
    uint8_t bytes[1 + MAX_COMMAND_BYTES] = {CONTROL_COMMANDS, command->bytes[0], command->bytes[1]};
    if (bytes[1] == COMMAND_COLUMNS && !panel->config.upside_down) {
        bytes[1] |= COLUMNS_REVERSED;
    } else if (bytes[1] == COMMAND_ROWS && !panel->config.upside_down) {
        bytes[1] |= ROWS_REVERSED;
    } else if (bytes[1] == COMMAND_CONTRAST) {
        bytes[2] = panel->config.contrast;
    }
    bool sent = send(panel, bytes, 1u + command->length);
    panel->commands += sent;
    return sent;
}

static uint8_t byte_at(const oled_frame_t *frame, unsigned index)
{
    return frame->bytes[index / OLED_WIDTH][index % OLED_WIDTH];
}

static bool differs(const oled_panel_t *panel, unsigned index)
{
    return index >= panel->known || byte_at(&panel->frame, index) != byte_at(&panel->shown, index);
}

bool oled_panel_find_change(oled_panel_t *panel)
{
    for (unsigned i = 0; panel->changed && i < PICTURE_BYTES; i++) {
        unsigned index = (panel->search + i) % PICTURE_BYTES;
        if (differs(panel, index)) {
            panel->search = index;
            return true;
        }
    }
    panel->changed = false;
    return false;
}

static oled_transfer_t send_position(oled_panel_t *panel)
{
    unsigned column = panel->search % OLED_WIDTH;
    const uint8_t bytes[POSITION_BYTES] = {
        CONTROL_COMMANDS,
        (uint8_t)(COMMAND_PAGE | panel->search / OLED_WIDTH),
        (uint8_t)(COMMAND_COLUMN_LOW | (column & 0xF)),
        (uint8_t)(COMMAND_COLUMN_HIGH | column >> 4),
    };
    if (!send(panel, bytes, sizeof(bytes))) {
        return OLED_FAILED;
    }
    panel->position = (int)panel->search;
    return OLED_SENT;
}

/** Bytes of the picture that can be sent within `idle_us`. */
static unsigned fitting_bytes(const oled_panel_config_t *config, int64_t idle_us)
{
    if (oled_panel_transfer_us(config, 1 + OLED_CHUNK_BYTES) <= idle_us) {
        return OLED_CHUNK_BYTES;
    }
    int64_t bits = (idle_us - config->gap_us) * config->clock_khz / 1000 - FRAMING_BITS;
    int64_t bytes = bits / BITS_PER_BYTE - 2;
    return bytes > 0 ? (unsigned)bytes : 0;
}

/** The length of what is sent from `search` on: up to the last change that is near enough, within the page. */
static unsigned changed_length(const oled_panel_t *panel, unsigned limit)
{
    unsigned left_in_page = OLED_WIDTH - panel->search % OLED_WIDTH;
    unsigned length = 0;
    for (unsigned i = 0; i < limit && i < left_in_page && i <= length + BRIDGED_BYTES; i++) {
        if (differs(panel, panel->search + i)) {
            length = i + 1;
        }
    }
    return length;
}

static oled_transfer_t send_picture(oled_panel_t *panel, unsigned length)
{
    uint8_t bytes[1 + OLED_CHUNK_BYTES] = {CONTROL_PICTURE};
    unsigned first = panel->search;
    uint8_t *shown = &panel->shown.bytes[first / OLED_WIDTH][first % OLED_WIDTH];
    memcpy(&bytes[1], &panel->frame.bytes[first / OLED_WIDTH][first % OLED_WIDTH], length);
    if (!send(panel, bytes, 1 + length)) {
        return OLED_FAILED;
    }
    memcpy(shown, &bytes[1], length);
    panel->picture_bytes += length;
    panel->search = (first + length) % PICTURE_BYTES;
    if (first + length > panel->known) {
        panel->known = first + length;
    }
    /* At the end of a page the display begins the same page again. */
    panel->position = panel->search % OLED_WIDTH == 0 ? -1 : (int)panel->search;
    return OLED_SENT;
}

oled_transfer_t oled_panel_send_change(oled_panel_t *panel, int64_t idle_us)
{
    if (panel->position != (int)panel->search) {
        bool fits = oled_panel_transfer_us(&panel->config, POSITION_BYTES) <= idle_us;
        return fits ? send_position(panel) : OLED_NOTHING_FITS;
    }
    unsigned fitting = fitting_bytes(&panel->config, idle_us);
    return fitting > 0 ? send_picture(panel, changed_length(panel, fitting)) : OLED_NOTHING_FITS;
}
