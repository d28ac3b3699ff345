/**
 * @file
 * The pages that the display shows: one for each channel, and one for a meter that has no network or no channel yet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "oled_frame.h"

/** What a channel's page shows. */
typedef struct {
    /** 1 to 6 */
    unsigned channel;
    /** The node's name, ASCII; cut where the screen ends. */
    const char *name;
    /** Mean power of the last second, and mean current; negative: the other way. */
    int64_t power_uw;
    int64_t current_ua;
    uint32_t bus_voltage_mv;
    /** Imported since boot, and the time since boot. */
    uint64_t energy_uj;
    int64_t uptime_us;
    /** POWER_METER_FLAG_*; with POWER_METER_FLAG_OFFLINE only the energy is shown. */
    uint32_t flags;
    /** The meter's address as text; empty or NULL where it has none. */
    const char *address;
    /** Subscriptions being served. */
    unsigned clients;
} oled_channel_page_t;

void oled_page_channel(oled_frame_t *frame, const oled_channel_page_t *page);

typedef enum {
    /** No network yet, or not any more. */
    OLED_NETWORK_CONNECTING,
    /** Waits for someone to enter a Wi-Fi's name and password. */
    OLED_NETWORK_PROVISIONING,
    OLED_NETWORK_CONNECTED,
} oled_network_t;

/** What the start page shows: what is still missing. */
typedef struct {
    oled_network_t network;
    /** Where the meter is found to be provisioned, as PROV_meter_1A2B3C; or NULL. */
    const char *provisioning_name;
    /** What must be entered then; or NULL where it isn't to be shown. */
    const char *provisioning_code;
    const char *address;
    /** Whether a channel is enabled. */
    bool metering;
} oled_start_page_t;

void oled_page_start(oled_frame_t *frame, const oled_start_page_t *page);
