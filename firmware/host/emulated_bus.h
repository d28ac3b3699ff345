/** @file The I2C bus with the emulated sensors on it, and its faults. */
#pragma once

#include "emulated_ina3221.h"
#include "ina3221.h"

#define EMULATED_BUS_SENSORS 2

typedef struct {
    uint8_t address[EMULATED_BUS_SENSORS];
    emulated_ina3221_t sensor[EMULATED_BUS_SENSORS];
    /** So many transfers from now on get no acknowledge. */
    unsigned fail_next;
    /** No transfer works while it is set. */
    bool stuck;
    uint64_t transfers;
} emulated_bus_t;

/** The driver's view of the bus; transfers to an address with no sensor fail. */
ina3221_bus_t emulated_bus_driver(emulated_bus_t *bus);
