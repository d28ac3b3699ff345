/**
 * @file
 * TI's INA3221 at the level of its registers, in simulated time (datasheet SBOS576C).
 *
 * One converter goes round S1 B1 S2 B2 S3 B3 over the enabled channels, each conversion the mean of its input over its
 * own time; a clock off by a constant; steps of 40 uV and 8 mV; clipping at full scale; averaging as the running filter
 * it is; conversion-ready set by a whole cycle and cleared by reading Mask/Enable or writing Configuration; critical,
 * warning, summation, power-valid and timing-control alerts, as flags and at their pins; single-shot and power-down
 * modes; reset by software and by power. Not emulated: high-speed mode and the SMBus alert response.
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

/** Where the check that channel 2 comes up after channel 1 is, once after power-on or reset. */
typedef enum {
    EMULATED_INA3221_TIMING_AWAITS_CHANNEL_1,
    EMULATED_INA3221_TIMING_AWAITS_CHANNEL_2,
    EMULATED_INA3221_TIMING_DONE,
} emulated_ina3221_timing_t;

/** The alert pins; each is active low on the chip. */
typedef struct {
    /** Pulled low: a limit is exceeded (or was, while its latch is enabled and Mask/Enable was not read). */
    bool critical_low;
    bool warning_low;
    bool power_valid_high;
    bool timing_control_low;
} emulated_ina3221_pins_t;

typedef struct {
    ina3221_specimen_t specimen;
    random_t random;
    int64_t now_ns;
    uint16_t configuration;
    uint16_t mask_enable;
    uint16_t critical_limit[INA3221_CHANNELS];
    uint16_t warning_limit[INA3221_CHANNELS];
    uint16_t sum_limit;
    uint16_t power_valid_upper;
    uint16_t power_valid_lower;
    /** Results in LSB: shunt, bus of each channel in the order of conversion. */
    int16_t result[2 * INA3221_CHANNELS];
    double average[2 * INA3221_CHANNELS];
    /** The last conversion of each shunt, not averaged, and the sum of the chosen ones after each cycle. */
    int16_t single[INA3221_CHANNELS];
    int16_t sum;
    /** Flags of Mask/Enable whose condition holds now: what a pin that is not latched shows. */
    uint16_t exceeded;
    /** Power-valid is looked for anew, after a reset; until then its pin stays. */
    bool power_valid_sought;
    emulated_ina3221_timing_t timing;
    /** Conversions left until channel 2 must have its 1.2 V. */
    int timing_conversions;

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

/** Power-on reset, as after a brown-out. A software reset, written to Configuration, keeps the power-valid pin. */
void emulated_ina3221_power_on(emulated_ina3221_t *sensor);

emulated_ina3221_pins_t emulated_ina3221_pins(const emulated_ina3221_t *sensor);
