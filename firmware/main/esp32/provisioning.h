/** @file Asks for a Wi-Fi's name and password over an access point of the meter's own. */
#pragma once

#include <stdbool.h>

#include "esp_err.h"

/**
 * Opens the access point if no credentials are stored; they are stored in NVS when they come.
 * @param provisioned  gets whether there were credentials
 */
esp_err_t provisioning_start_if_needed(bool *provisioned);
