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
#include <stdint.h>

#include "oled_panel.h"
#include "oled_tour.h"
#include "oled_view.h"

typedef struct {
    oled_panel_config_t panel;
    /** How long each page is shown, in whole seconds, at least 1. */
    uint32_t page_s;
    /** Fills in `view`, which is all 0; called by oled_poll(), so keep it short. */
    void (*view)(void *ctx, int64_t now_us, oled_view_t *view);
    void *ctx;
} oled_config_t;

/** At 0x3C, 400 kHz with 35 us between transfers, a second for each page; `view` must still be set. */
oled_config_t oled_default_config(void);

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
    oled_panel_t panel;
    oled_tour_t tour;
    uint32_t page_s;
    void (*view)(void *ctx, int64_t now_us, oled_view_t *view);
    void *ctx;
    oled_state_t state;
    int64_t next_attempt_us;
    int64_t retry_us;
    int64_t next_setup_us;
    bool started;
    int64_t started_us;
    int64_t next_view_us;

    /** Failed transfers since init. */
    uint32_t errors;
    /** How often the display was lost after it had answered. */
    uint32_t disappearances;
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
