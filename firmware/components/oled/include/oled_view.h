/**
 * @file
 * What a display is told of the meter.
 */
#pragma once

#include <stdbool.h>

#include "oled_page.h"
#include "power_meter.h"

#define OLED_ADDRESS_BYTES 16
#define OLED_PROVISIONING_NAME_BYTES 24
#define OLED_PROVISIONING_CODE_BYTES 16

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
