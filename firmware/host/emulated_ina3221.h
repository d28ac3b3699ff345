/**
 * @file
 * TI's INA3221 at the level of its registers, in simulated time (datasheet SBOS576).
 *
 * Emulated: one converter going round S1 B1 S2 B2 S3 B3 over the enabled channels, each conversion the mean of its
 * input over its own time; a clock off by a constant; steps of 40 uV and 8 mV; clipping at full scale; averaging as the
 * running filter it is; conversion-ready set by a whole cycle and cleared by reading Mask/Enable or writing
 * Configuration; critical and warning alerts latched; single-shot and power-down modes; reset. Not emulated: the
 * summation, power-valid and timing-control alerts. A transfer takes no simulated time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ina3221_registers.h"
#include "random.h"

/** What is at the pins of one channel. */
typedef struct {
    double shunt_volts;
    /** At IN-, the load's side. */
    double bus_volts;
} ina3221_input_t;

/** How this specimen differs from the ideal; all 0 is ideal. */
typedef struct {
    /** Conversions take 1 + this times the typical time; the datasheet allows 0.1. */
    double clock_error;
    /** Shunt readings are 1 + this times what they should be. */
    double gain_error;
    double offset_volts;
    /** Of each conversion, in LSB, rms. */
    double noise_lsb;
    uint64_t seed;
} ina3221_specimen_t;

typedef struct {
    ina3221_specimen_t specimen;
    random_t random;
    int64_t now_ns;
    uint16_t configuration;
    uint16_t mask_enable;
    uint16_t critical_limit[INA3221_CHANNELS];
    uint16_t warning_limit[INA3221_CHANNELS];
    /** Results in LSB: shunt, bus of each channel in the order of conversion. */
    int16_t result[2 * INA3221_CHANNELS];
    double average[2 * INA3221_CHANNELS];
    bool averaging[2 * INA3221_CHANNELS];

    /** The conversion going on, as an index of result; negative: none. */
    int conversion;
    int64_t conversion_ns;
    int64_t conversion_end_ns;
    /** Of the input over the conversion so far, in V*ns. */
    double integral;
} emulated_ina3221_t;

/** A sensor that has just been powered on at simulated time 0. */
void emulated_ina3221_init(emulated_ina3221_t *sensor, const ina3221_specimen_t *specimen);

/** Lets time pass with constant inputs until `until_ns`. */
void emulated_ina3221_advance(emulated_ina3221_t *sensor, int64_t until_ns,
                              const ina3221_input_t inputs[INA3221_CHANNELS]);

uint16_t emulated_ina3221_read(emulated_ina3221_t *sensor, uint8_t reg);
void emulated_ina3221_write(emulated_ina3221_t *sensor, uint8_t reg, uint16_t value);

/** Power-on reset, as after a brown-out. */
void emulated_ina3221_reset(emulated_ina3221_t *sensor);
