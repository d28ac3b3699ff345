#define _GNU_SOURCE

#include "is_alive.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_SECONDS 1

/** Asks for every channel, since one that is not there does not answer. */
static bool ask(int fd)
{
    for (int channel = '1'; channel <= '6'; channel++) {
        /* A subscribe message of version 1 with a lease of 30 s: as long as the challenge, for less is not answered. */
        const uint8_t request[] = {(uint8_t)channel, 0, 0x08, 1, 0x10, 30};
        if (send(fd, request, sizeof(request), 0) != sizeof(request)) {
            return false;
        }
    }
    return true;
}

bool is_alive(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = LIMIT_SECONDS};
    uint8_t answer[64];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool answered = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
                    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && ask(fd) &&
                    recv(fd, answer, sizeof(answer), 0) > 0;
    if (fd >= 0) {
        close(fd);
    }
    return answered;
}
