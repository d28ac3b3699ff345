#define _GNU_SOURCE

#include "udp_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** Datagrams taken in a row, so that a flood cannot keep the meter from its sensors. */
#define BURST 64

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} socket_address_t;

static bool parse(const char *text, uint16_t port, socket_address_t *address, socklen_t *length)
{
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        *length = sizeof(address->v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        *length = sizeof(address->v6);
        return true;
    }
    return false;
}

static meter_endpoint_t to_endpoint(const socket_address_t *address)
{
    meter_endpoint_t endpoint = {.address_length = 4};
    if (address->any.sa_family == AF_INET6) {
        endpoint.address_length = 16;
        endpoint.port = ntohs(address->v6.sin6_port);
        memcpy(endpoint.address, &address->v6.sin6_addr, 16);
    } else {
        endpoint.port = ntohs(address->v4.sin_port);
        memcpy(endpoint.address, &address->v4.sin_addr, 4);
    }
    return endpoint;
}

static socklen_t from_endpoint(const meter_endpoint_t *endpoint, socket_address_t *address)
{
    memset(address, 0, sizeof(*address));
    if (endpoint->address_length == 16) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(endpoint->port);
        memcpy(&address->v6.sin6_addr, endpoint->address, 16);
        return sizeof(address->v6);
    }
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(endpoint->port);
    memcpy(&address->v4.sin_addr, endpoint->address, 4);
    return sizeof(address->v4);
}

static int open_socket(udp_server_t *server, const socket_address_t *address, socklen_t length)
{
    server->fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->fd < 0 || bind(server->fd, &address->any, length) != 0) {
        return errno;
    }
    socket_address_t bound = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t bound_length = sizeof(bound);
    if (getsockname(server->fd, &bound.any, &bound_length) != 0) {
        return errno;
    }
    bool v6 = bound.any.sa_family == AF_INET6;
    server->port = ntohs(v6 ? bound.v6.sin6_port : bound.v4.sin_port);
    const void *bytes = v6 ? (const void *)&bound.v6.sin6_addr : (const void *)&bound.v4.sin_addr;
    return inet_ntop(bound.any.sa_family, bytes, server->address, sizeof(server->address)) ? 0 : errno;
}

static void transmit(void *ctx, const meter_endpoint_t *to, const uint8_t *data, size_t length)
{
    udp_server_t *server = ctx;
    socket_address_t address;
    socklen_t address_length = from_endpoint(to, &address);
    /* A full buffer or an unreachable client now says nothing about the next time. */
    (void)sendto(server->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL, &address.any, address_length);
}

int udp_server_open(udp_server_t *server, const char *address, uint16_t port)
{
    server->link.transmit = transmit;
    server->link.ctx = server;
    socket_address_t wanted;
    socklen_t length;
    if (!parse(address, port, &wanted, &length)) {
        return EINVAL;
    }
    int error = open_socket(server, &wanted, length);
    if (error != 0) {
        udp_server_close(server);
    }
    return error;
}

void udp_server_receive(udp_server_t *server, const udp_server_now_t *now)
{
    for (int i = 0; i < BURST; i++) {
        uint8_t data[METER_REQUEST_MAX_BYTES + 1];
        uint8_t answer[METER_CHALLENGE_BYTES];
        socket_address_t from = {.any = {.sa_family = AF_UNSPEC}};
        socklen_t length = sizeof(from);
        ssize_t received = recvfrom(server->fd, data, sizeof(data), 0, &from.any, &length);
        if (received < 0 && errno != EINTR && errno != ECONNREFUSED) {
            return;
        }
        if (received < 0 || impaired_link_loses(&server->link)) {
            continue;
        }
        meter_endpoint_t endpoint = to_endpoint(&from);
        size_t bytes = meter_protocol_receive(server->protocol, server->meter, &endpoint, data, (size_t)received,
                                              now->meter_us, answer);
        if (bytes > 0) {
            impaired_link_send(&server->link, now->now_ns, &endpoint, answer, bytes);
        }
    }
}

void udp_server_discard(udp_server_t *server)
{
    uint8_t byte;
    for (int i = 0; i < BURST; i++) {
        if (recv(server->fd, &byte, sizeof(byte), 0) < 0 && errno != EINTR && errno != ECONNREFUSED) {
            return;
        }
    }
}

void udp_server_send_due(udp_server_t *server, const udp_server_now_t *now)
{
    unsigned slot = 0;
    meter_endpoint_t to;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    size_t bytes;
    while ((bytes = meter_protocol_next_datagram(server->protocol, server->meter, &now->time_of_day, now->meter_us,
                                                 &slot, &to, datagram)) > 0) {
        impaired_link_send(&server->link, now->now_ns, &to, datagram, bytes);
    }
    impaired_link_flush(&server->link, now->now_ns);
}

void udp_server_close(udp_server_t *server)
{
    if (server->fd >= 0) {
        close(server->fd);
        server->fd = -1;
    }
}
