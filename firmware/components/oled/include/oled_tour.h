/**
 * @file
 * The pages in turn: which one is shown in each second, and the power and current since the second before.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "oled_frame.h"
#include "oled_view.h"

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

/** All 0 at first. */
typedef struct {
    /** Channel shown, 1 to 6; 0 is the start page. */
    unsigned page;
    uint32_t page_age_s;
    oled_rate_t rates[POWER_METER_CHANNELS];
} oled_tour_t;

/**
 * Draws what is to be shown in the second that begins.
 * @param page_s  how long each page is shown, in whole seconds
 * @param uptime_us  since the meter's start
 */
void oled_tour_draw(oled_tour_t *tour, const oled_view_t *view, uint32_t page_s, int64_t uptime_us,
                    oled_frame_t *frame);

/** Nobody looked at the counters for a while: power and current begin anew. */
void oled_tour_forget_rates(oled_tour_t *tour);
