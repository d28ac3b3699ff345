/** @file The meter's socket: datagrams of clients into the protocol, datagrams that are due to them. */
#pragma once

#include <stdint.h>

#include "meter_protocol.h"
#include "random.h"

#define UDP_ADDRESS_BYTES 64

typedef struct {
    int fd;
    meter_protocol_t *protocol;
    const power_meter_t *meter;
    /** Each datagram in or out is lost with this probability. */
    double loss;
    random_t random;
    char address[UDP_ADDRESS_BYTES];
    uint16_t port;
} udp_server_t;

/**
 * Binds server->fd; sets address and port as bound.
 * @param address  IPv4 or IPv6, numeric
 * @return 0, or an errno value: EINVAL when `address` is none
 */
int udp_server_open(udp_server_t *server, const char *address, uint16_t port);

/** Takes what has arrived, at most a burst, and answers challenges. */
void udp_server_receive(udp_server_t *server, int64_t meter_us);

/** Sends what is due; failures are left to the next datagram. */
void udp_server_send_due(udp_server_t *server, int64_t meter_us, const meter_protocol_time_t *time);

void udp_server_close(udp_server_t *server);
