/** @file The I2C bus with the emulated sensors on it: the time its transfers take, and its faults. */
#pragma once

#include "emulated_ina3221.h"
#include "ina3221.h"

#define EMULATED_BUS_SENSORS 2

typedef struct {
    uint8_t address[EMULATED_BUS_SENSORS];
    emulated_ina3221_t sensor[EMULATED_BUS_SENSORS];
    /** SCL; 0: transfers take no time. */
    uint32_t clock_khz;
    /** Lets simulated time pass for the sensors, in the middle of a transfer; needed with a clock. */
    void (*pass)(void *ctx, int64_t duration_ns);
    void *ctx;
    /** So many transfers from now on get no acknowledge. */
    unsigned fail_next;
    /** No sensor acknowledges while it is set. */
    bool unacknowledged;
    /** No transfer works while it is set: a line is held low. */
    bool stuck;
    uint64_t transfers;
} emulated_bus_t;

/** The driver's view of the bus; transfers to an address with no sensor fail. */
ina3221_bus_t emulated_bus_driver(emulated_bus_t *bus);

/** The longest that so many transfers in a row may take; a caller gives up at the first that fails. */
int64_t emulated_bus_longest_ns(const emulated_bus_t *bus, int transfers);
