/** @file A node's supply: what the sensor sees when the node draws a given power. */
#pragma once

#include "emulated_ina3221.h"

typedef struct {
    double supply_volts;
    /** Of the supply and its wires, before the shunt. */
    double supply_ohm;
    double shunt_ohm;
} supply_t;

/** The most the supply can deliver to the node, in W. */
double supply_max_watts(const supply_t *supply);

/**
 * Shunt and bus voltage when `watts` arrive at the node: bus voltage times current are those watts. More than
 * the supply's maximum is taken as the maximum.
 */
ina3221_input_t supply_input(const supply_t *supply, double watts);
