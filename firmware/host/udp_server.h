/** @file The meter's socket: datagrams of clients into the protocol, datagrams that are due to them. */
#pragma once

#include <stdint.h>

#include "impaired_link.h"
#include "meter_protocol.h"

#define UDP_ADDRESS_BYTES 64

typedef struct {
    int fd;
    meter_protocol_t *protocol;
    power_meter_t *meter;
    /** What the network does to datagrams on their way; seeded by the caller. */
    impaired_link_t link;
    char address[UDP_ADDRESS_BYTES];
    uint16_t port;
} udp_server_t;

/** The instant at which the server acts. */
typedef struct {
    /** The network's clock, which does not start anew when the meter reboots. */
    int64_t now_ns;
    /** The meter's. */
    int64_t meter_us;
    meter_protocol_time_t time_of_day;
} udp_server_now_t;

/**
 * Binds server->fd; sets address and port as bound.
 * @param address  IPv4 or IPv6, numeric
 * @return 0, or an errno value: EINVAL when `address` is none
 */
int udp_server_open(udp_server_t *server, const char *address, uint16_t port);

/** Takes what has arrived, at most a burst, and answers challenges. */
void udp_server_receive(udp_server_t *server, const udp_server_now_t *now);

/** Drops what has arrived, as a meter that is booting does. */
void udp_server_discard(udp_server_t *server);

/** Sends what is due; failures are left to the next datagram. */
void udp_server_send_due(udp_server_t *server, const udp_server_now_t *now);

void udp_server_close(udp_server_t *server);
