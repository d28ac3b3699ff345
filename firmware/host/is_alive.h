/** @file Asks a meter on this machine whether it answers: what a container's health check runs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Asks for the meter's challenge, which takes none of its slots.
 * @param port  on the loopback interface
 * @return whether anything came back within a second
 */
bool is_alive(uint16_t port);
