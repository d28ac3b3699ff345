/** @file The shunt of a twin whose user named none. */
#pragma once

#include "node_model.h"
#include "supply.h"

/**
 * 100 mOhm, as meters have; for a node that follows this machine, the largest usual shunt with which all its cores busy
 * stay in the sensor's range, else the smallest. A constant or recorded power beyond the range clips, as it would.
 * @return its resistance in Ohm
 */
double shunt_choice(const node_model_t *node, const supply_t *supply);
