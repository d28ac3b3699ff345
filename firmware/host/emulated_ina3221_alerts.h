/** @file The emulated INA3221's alerts: their registers, flags and pins. For emulated_ina3221.c alone. */
#pragma once

#include "emulated_ina3221.h"

/** Conversions go S1 B1 S2 B2 S3 B3. */
static inline int emulated_ina3221_channel_of(int conversion)
{
    return conversion / 2;
}

static inline bool emulated_ina3221_is_bus(int conversion)
{
    return conversion % 2 == 1;
}

void emulated_ina3221_alerts_reset(emulated_ina3221_t *sensor);

/** The conversion going on has its result. @param single what it is without averaging, in LSB */
void emulated_ina3221_alerts_converted(emulated_ina3221_t *sensor, int16_t single);

/** All channels were converted. */
void emulated_ina3221_alerts_cycled(emulated_ina3221_t *sensor);

/** Registers that are not of alerts read 0. */
uint16_t emulated_ina3221_alerts_read(emulated_ina3221_t *sensor, uint8_t reg);
void emulated_ina3221_alerts_write(emulated_ina3221_t *sensor, uint8_t reg, uint16_t value);
