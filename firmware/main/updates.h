/** @file Updates over the network: a new image is on trial until it has passed the self-test. */
#pragma once

#include <stdbool.h>

#include "esp_err.h"

/** Whether the running image is new and not yet accepted: a restart now goes back to the one before. */
bool updates_on_trial(void);

void updates_accept(void);

/** Goes back to the image before; doesn't return if there is one. */
void updates_reject(void);

/** Fetches an image over HTTPS, from a server whose certificate is known, and restarts with it. */
esp_err_t updates_install(const char *url);
