/**
 * @file
 * The display of a meter of this program: the firmware's driver and an emulated panel on the bus of the twin's sensors,
 * and the picture that a person would see, in a file.
 */
#pragma once

#include "emulated_ssd1306.h"
#include "oled.h"
#include "options.h"
#include "udp_server.h"

typedef struct {
    const options_t *options;
    twin_t *twin;
    const udp_server_t *server;
    oled_t oled;
    emulated_ssd1306_t panel;
    /** Where the picture goes, and the last one that went there. */
    const char *path;
    oled_frame_t written;
} hosted_display_t;

/**
 * Powers the panel on, on the twin's bus.
 * @param path  must stay where it is, as all else
 * @return false, with errno set, when no picture can be written there
 */
bool hosted_display_start(hosted_display_t *display, const options_t *options, twin_t *twin, const udp_server_t *server,
                          const char *path);

/** As at every boot: the firmware knows nothing of the panel, which stays on. */
void hosted_display_reboot(hosted_display_t *display);

/** Writes what is seen now, if it is something new: a reader finds a whole picture at any time. */
bool hosted_display_write(hosted_display_t *display);
