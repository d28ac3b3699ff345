/** @file An emulated INA3221 without errors, and what it is shown; for tests. */
#pragma once

#include "emulated_ina3221.h"

#define ONE_CHANNEL 0x4000
#define ALL_CHANNELS 0x7000
#define FAST 0x0007 /* 140 us each, continuous shunt and bus, no averaging */

static const ina3221_input_t s_inputs[3] = {{0.010, 5.0}, {0.020, 4.0}, {-0.030, 3.0}};

static inline emulated_ina3221_t ideal(void)
{
    emulated_ina3221_t sensor;
    emulated_ina3221_init(&sensor, &(ina3221_specimen_t){0});
    return sensor;
}

/** A voltage register in its steps. */
static inline int raw(emulated_ina3221_t *sensor, uint8_t reg)
{
    return (int16_t)emulated_ina3221_read(sensor, reg) / 8;
}
