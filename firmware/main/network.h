/** @file The network: Wi-Fi on an ESP32, the host's on the linux target. */
#pragma once

#include "esp_err.h"

typedef enum {
    NETWORK_CONNECTING,
    /** Waits for someone to enter a Wi-Fi's name and password. */
    NETWORK_PROVISIONING,
    NETWORK_CONNECTED,
} network_state_t;

/** For an IPv4 address in text. */
#define NETWORK_ADDRESS_BYTES 16

/** Connects, and from then on for ever again; or waits for credentials. Returns at once. */
esp_err_t network_start(void);

network_state_t network_state(void);

/** The address as text; empty if there is none. */
void network_address(char text[NETWORK_ADDRESS_BYTES]);

/** Where credentials are entered while it is NETWORK_PROVISIONING: the access point, and the code that it asks for. */
const char *network_provisioning_name(void);
const char *network_provisioning_code(void);

/** Forgets the credentials; the meter asks for new ones after its next start. */
esp_err_t network_forget(void);
