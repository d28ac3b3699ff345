/** @file Numbers as a person reads them: few digits, an SI prefix, never longer than what is drawn has room for. */
#pragma once

#include <stdint.h>

/** "-999.999" is the longest. */
#define OLED_NUMBER_BYTES 9
/** A prefix and the unit. */
#define OLED_UNIT_BYTES 3

typedef struct {
    char number[OLED_NUMBER_BYTES];
    char unit[OLED_UNIT_BYTES];
} oled_quantity_t;

/**
 * @param micro  the value in millionths of the unit
 * @param unit  a letter
 * @param digits  significant digits at most: 4 to 6
 * @param finest  the power of ten of the finest step shown, 0 to -6: -3 for thousandths
 */
oled_quantity_t oled_quantity(int64_t micro, char unit, int digits, int finest);
