/**
 * @file
 * An SSD1306 display of 128x64 pixels on the sensors' I2C bus: shows every enabled channel in turn, and never makes a
 * sensor wait.
 *
 * Each poll sends at most one transfer, and only one that ends before the sensors want the bus. Only what changed is
 * sent. A display that is absent, or disappears, is looked for again now and then; then it is set up and drawn anew.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oled_frame.h"
#include "oled_page.h"
#include "power_meter.h"

#define OLED_DEFAULT_ADDRESS 0x3C
/** Bytes of the picture in one transfer at most: 770 us at 400 kHz, and a gap of 35 us after it. */
#define OLED_CHUNK_BYTES 32
#define OLED_ADDRESS_BYTES 16
#define OLED_PROVISIONING_NAME_BYTES 24
#define OLED_PROVISIONING_CODE_BYTES 16

/** The bus the display is on: one attempt to write, 0 or another value for any failure. */
typedef struct {
    int (*write)(void *ctx, uint8_t address, const uint8_t *data, size_t length);
    void *ctx;
} oled_bus_t;

/** A channel as the meter knows it. */
typedef struct {
    bool enabled;
    const char *name;
    power_meter_snapshot_t snapshot;
} oled_view_channel_t;

/** What the meter knows; asked for once a second. */
typedef struct {
    oled_network_t network;
    char address[OLED_ADDRESS_BYTES];
    char provisioning_name[OLED_PROVISIONING_NAME_BYTES];
    /** Empty where it isn't to be shown. */
    char provisioning_code[OLED_PROVISIONING_CODE_BYTES];
    /** Subscriptions being served. */
    unsigned clients;
    /** Channel 1 is at index 0. */
    oled_view_channel_t channels[POWER_METER_CHANNELS];
} oled_view_t;

typedef struct {
    /** 7-bit address, usually 0x3C. */
    uint8_t address;
    /** SCL, and what the bus's driver takes between two transfers. */
    uint32_t clock_khz;
    uint32_t gap_us;
    /** How long each page is shown, in whole seconds, at least 1. */
    uint32_t page_s;
    /** 0 to 255 */
    uint8_t contrast;
    /** The display is mounted upside down. */
    bool upside_down;
    /** Fills in `view`, which is all 0; called by oled_poll(), so keep it short. */
    void (*view)(void *ctx, int64_t now_us, oled_view_t *view);
    void *ctx;
} oled_config_t;

/** At 0x3C, 400 kHz with 35 us between transfers, a second for each page; `view` must still be set. */
oled_config_t oled_default_config(void);

/** What a channel's counters were when last looked at, and what came of the difference. */
typedef struct {
    /** The counters were looked at. */
    bool seen;
    /** Twice, so there is a difference. */
    bool known;
    uint64_t time_us;
    uint64_t imported_uj;
    uint64_t exported_uj;
    uint64_t imported_uc;
    int64_t power_uw;
    int64_t current_ua;
} oled_rate_t;

typedef enum {
    /** Looked for at next_attempt_us. */
    OLED_ABSENT,
    /** Gets its commands, one a poll. */
    OLED_SETTING_UP,
    /** Its memory is written for the first time; a display that was just powered on is still dark. */
    OLED_DRAWING,
    OLED_RUNNING,
} oled_state_t;

/** One display. Set up by oled_init(); the counters may be read at any time. */
typedef struct {
    oled_bus_t bus;
    oled_config_t config;
    oled_state_t state;
    /** What it should show. */
    oled_frame_t frame;
    /** What its memory holds, up to the byte `known`; what is beyond is not known. */
    oled_frame_t shown;
    unsigned known;
    /** Where the display writes the next byte of the picture; or -1. */
    int position;
    /** Where changes are looked for first. */
    unsigned search;
    /** Whether there may be any. */
    bool changed;
    /** Next command while it is set up. */
    unsigned command;
    int64_t next_attempt_us;
    int64_t retry_us;
    int64_t next_setup_us;

    bool started;
    int64_t started_us;
    int64_t next_view_us;
    /** Channel shown, 1 to 6; 0 is the start page. */
    unsigned page;
    uint32_t page_age_s;
    oled_rate_t rates[POWER_METER_CHANNELS];

    /** Failed transfers since init. */
    uint32_t errors;
    /** How often the display was lost after it had answered. */
    uint32_t disappearances;
    /** Bytes sent of the picture, and transfers of all kinds. */
    uint64_t picture_bytes;
    uint64_t transfers;
} oled_t;

/** Prepares a display; nothing is sent before the first poll. */
void oled_init(oled_t *oled, const oled_bus_t *bus, const oled_config_t *config);

/**
 * Does one thing that is due: asks for a view and draws it, or sends one transfer.
 * @param idle_us  time from now on for which nobody else wants the bus: until the sensors' next poll
 * @return when to poll next, on the same clock: `now_us` if there is more to do, the end of the idle time if what is to
 * do doesn't fit in it
 */
int64_t oled_poll(oled_t *oled, int64_t now_us, int64_t idle_us);

/** Whether the display answered when last spoken to. */
bool oled_online(const oled_t *oled);

/** How long a transfer of so many bytes after the address takes on the bus, with the gap after it, in us. */
int64_t oled_transfer_us(const oled_config_t *config, size_t bytes);
