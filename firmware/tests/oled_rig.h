/** @file The display's driver on an emulated panel; for tests. */
#pragma once

#include "emulated_ssd1306.h"
#include "oled.h"
#include <stddef.h>
#include <stdint.h>

#define S INT64_C(1000000)
#define MS INT64_C(1000)
#define FOR_EVER (INT64_MAX / 2)

typedef struct {
    oled_t oled;
    oled_config_t config;
    emulated_ssd1306_t panel;
    oled_view_t view;
    unsigned views;
    int64_t now_us;
    /** Of the last transfer. */
    size_t length;
    unsigned writes;
    /** What all of them took. */
    int64_t bus_us;
    /** This transfer, counted from 0, fails. */
    unsigned failing_write;
} rig_t;

/** A channel that the view has from now on. */
void rig_enable(rig_t *rig, unsigned channel, const char *name);

/** A panel that has just got power, and a driver that knows nothing of it yet. */
void rig_start(rig_t *rig);

/** Counters of channels grow as at so many watts; each channel draws its number times as much. */
void rig_meter(rig_t *rig, double watts);

/** Polls as the sampler does, with an idle bus: each transfer takes its time. */
void rig_run_until(rig_t *rig, int64_t until_us);

/** What the driver drew last is on the panel. */
void rig_assert_shown(const rig_t *rig);
void rig_assert_dark(const rig_t *rig);

/** The frame of a channel at a whole second, as the page's own tests know it. */
void rig_assert_channel_shown(const rig_t *rig, unsigned channel, const char *name, int64_t second);
