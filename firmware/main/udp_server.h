/** @file The task that answers clients: the meter's protocol on a UDP socket. */
#pragma once

#include "esp_err.h"

/** Once the network is started: before, the random numbers are not. */
esp_err_t udp_server_start(void);

/** Subscriptions that are served. */
unsigned udp_server_clients(void);

#define UDP_SERVER_CALIBRATION_S 600

/** Lets clients calibrate for UDP_SERVER_CALIBRATION_S from about now on. */
void udp_server_open_calibration(void);
