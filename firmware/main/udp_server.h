/** @file The task that answers clients: the meter's protocol on a UDP socket. */
#pragma once

#include "esp_err.h"

/** Once the network is started: before, the random numbers are not. */
esp_err_t udp_server_start(void);

/** Subscriptions that are served. */
unsigned udp_server_clients(void);

/** Lets clients calibrate for CONFIG_METER_CALIBRATION_WINDOW_S from about now on. */
void udp_server_open_calibration(void);
