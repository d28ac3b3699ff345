/**
 * @file
 * The SSD1306 itself: its commands, and a picture that is brought into its memory in transfers of the length that fits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oled_frame.h"

#define OLED_DEFAULT_ADDRESS 0x3C
/** Bytes of the picture in one transfer at most: 770 us at 400 kHz, and a gap of 35 us after it. */
#define OLED_CHUNK_BYTES 32

/** The bus the display is on: one attempt to write, 0 or another value for any failure. */
typedef struct {
    int (*write)(void *ctx, uint8_t address, const uint8_t *data, size_t length);
    void *ctx;
} oled_bus_t;

typedef struct {
    /** 7-bit address, usually 0x3C. */
    uint8_t address;
    /** SCL, and what the bus's driver takes between two transfers. */
    uint32_t clock_khz;
    uint32_t gap_us;
    /** 0 to 255 */
    uint8_t contrast;
    /** The display is mounted upside down. */
    bool upside_down;
} oled_panel_config_t;

/** One panel. Set up by oled_panel_init(); the counters may be read at any time. */
typedef struct {
    oled_bus_t bus;
    oled_panel_config_t config;
    /** What it should show; whoever draws sets `changed`. */
    oled_frame_t frame;
    bool changed;
    /** What its memory holds, up to the byte `known`; what is beyond is not known. */
    oled_frame_t shown;
    unsigned known;
    /** Where the display writes the next byte of the picture; or -1. */
    int position;
    /** Where changes are looked for first. */
    unsigned search;
    /** Commands it was sent since oled_panel_restart(). */
    unsigned commands;

    /** Bytes sent of the picture, and transfers of all kinds. */
    uint64_t picture_bytes;
    uint64_t transfers;
} oled_panel_t;

typedef enum {
    OLED_NOTHING_FITS,
    OLED_SENT,
    OLED_FAILED,
} oled_transfer_t;

void oled_panel_init(oled_panel_t *panel, const oled_bus_t *bus, const oled_panel_config_t *config);

/** Takes nothing for known: it gets all commands again, and the whole picture. */
void oled_panel_restart(oled_panel_t *panel);

/** Whether only the command is left that lights it, to be sent when its memory is written. */
bool oled_panel_dark(const oled_panel_t *panel);

/** Whether it got all commands. */
bool oled_panel_lit(const oled_panel_t *panel);

bool oled_panel_command_fits(const oled_panel_t *panel, int64_t idle_us);

/** Sends the next command. @return whether it was acknowledged */
bool oled_panel_send_command(oled_panel_t *panel);

/** Whether there is something of the picture to send. */
bool oled_panel_find_change(oled_panel_t *panel);

/** Sends of what oled_panel_find_change() has found as much as fits in `idle_us`, or where to write it. */
oled_transfer_t oled_panel_send_change(oled_panel_t *panel, int64_t idle_us);

/** How long a transfer of so many bytes after the address takes on the bus, with the gap after it, in us. */
int64_t oled_panel_transfer_us(const oled_panel_config_t *config, size_t bytes);
