/** @file Calibrations and lifetime energies, kept in flash (NVS). */
#pragma once

#include "esp_err.h"

/** Opens the flash's storage and gives the sampler's meter what is stored; before the sampler starts. */
esp_err_t storage_open(void);

/** Saves what is due; every second or so. */
void storage_update(void);
