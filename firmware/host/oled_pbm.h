/** @file A picture of the display as a file that image programs open: portable bitmap (PBM, P4), lit pixels white. */
#pragma once

#include <stdint.h>

#include "oled_frame.h"

#define OLED_PBM_HEADER "P4\n128 64\n"
#define OLED_PBM_BYTES (sizeof(OLED_PBM_HEADER) - 1 + OLED_WIDTH * OLED_HEIGHT / 8)

/** Makes the whole file. */
void oled_pbm(const oled_frame_t *frame, uint8_t pbm[OLED_PBM_BYTES]);
