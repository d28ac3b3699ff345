/**
 * @file
 * How well a way of reading the INA3221 meters a load: the emulated sensor on one side, the load's own account of its
 * energy on the other.
 */
#pragma once

#include <stdint.h>

#include "ina3221.h"

typedef enum {
    /** As this firmware: each cycle is read when it is ready, and volts times amperes integrated. */
    ACCURACY_EVERY_CYCLE,
    /** The registers as they are at the time of a poll, and volts times amperes integrated. */
    ACCURACY_POLLED,
    /** As the first firmware: polled, the current's magnitude times a nominal voltage. */
    ACCURACY_POLLED_MAGNITUDE,
} accuracy_way_t;

typedef struct {
    const char *name;
    accuracy_way_t way;
    ina3221_time_t shunt_time;
    ina3221_time_t bus_time;
    /** Code of the averaging filter, 0 for none (datasheet table 7-5). */
    uint8_t averaging;
    /** Between polls. */
    uint32_t poll_us;
} accuracy_setting_t;

typedef struct {
    /** Of a cycle of three channels, by the chip's own clock. */
    double cycle_ms;
    /** Share of the time for which a channel's shunt is looked at. */
    double shunt_duty;
    /** Standard deviation of the energy of single seconds, of their mean. */
    double second_sd_ratio;
    /** Error of the whole time's energy. */
    double total_ratio;
} accuracy_result_t;

/** What the bench shows; the first is the first firmware's, the one called `chosen` this firmware's. */
extern const accuracy_setting_t g_accuracy_settings[];
extern const unsigned g_accuracy_setting_count;
const accuracy_setting_t *accuracy_chosen(void);

/**
 * Meters three channels with the same load, at 5.1 V with 0.25 Ohm before the sensor's IN-, shunts of 100 mOhm, a
 * chip's clock that is 1.3 % slow and a bus of 400 kHz.
 * @param model  of the load, as the twin takes it
 */
accuracy_result_t accuracy_measure(const accuracy_setting_t *setting, const char *model, double noise_lsb,
                                   unsigned seconds);
