/* The protocol under load over real sockets. */
#include "cmocka_all.h"
#include "power_measurement.pb-c.h"
#include "protocol_rig.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static rig_t *serve(uint64_t seed)
{
    rig_t *rig = rig_start(seed);
    rig->server.protocol = &rig->protocol;
    rig->server.meter = &rig->meter;
    assert_int_equal(udp_server_open(&rig->server, "127.0.0.1", 0), 0);
    return rig;
}

static int client_of(const rig_t *rig)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(rig->server.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static udp_server_now_t at(int64_t now_us)
{
    return (udp_server_now_t){.now_ns = now_us * 1000, .meter_us = now_us};
}

static void send_request(int fd, unsigned channel, uint32_t token)
{
    uint8_t data[64];
    size_t length = rig_extended(data, channel, token, 30, false);
    assert_int_equal(send(fd, data, length, 0), length);
}

/** The next datagram, or NULL at once. */
static PowerMeasurement *next(int fd)
{
    uint8_t data[512];
    ssize_t length = recv(fd, data, sizeof(data), 0);
    return length < 0 ? NULL : power_measurement__unpack(NULL, (size_t)length, data);
}

#define CLIENTS 3000
#define CLIENT_EACH_US 20000

static void thousands_of_sockets_are_served_in_turn(void **state)
{
    (void)state;
    static int s_clients[CLIENTS];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int clients = files.rlim_cur > CLIENTS + 100 ? CLIENTS : (int)files.rlim_cur - 100;
    rig_t *rig = serve(6);
    uint32_t served = 0, streams = 0;
    for (int i = 0; i < clients; i++) {
        udp_server_now_t now = at((int64_t)i * CLIENT_EACH_US);
        s_clients[i] = client_of(rig);
        send_request(s_clients[i], 1, 0);
        udp_server_receive(&rig->server, &now);
        PowerMeasurement *challenge = next(s_clients[i]);
        assert_non_null(challenge);
        send_request(s_clients[i], 1, challenge->challenge);
        power_measurement__free_unpacked(challenge, NULL);
        udp_server_receive(&rig->server, &now);
        udp_server_send_due(&rig->server, &now);
    }
    for (int i = 0; i < clients; i++) {
        PowerMeasurement *message = next(s_clients[i]);
        streams += message != NULL;
        for (uint32_t sequence = 1; message; sequence++, served++) {
            assert_int_equal(message->sequence, sequence);
            power_measurement__free_unpacked(message, NULL);
            message = next(s_clients[i]);
        }
        close(s_clients[i]);
    }
    assert_int_equal(rig->protocol.requests, 2 * clients);
    /* 32 for 30 s each in turn, one datagram a second each. */
    uint32_t turns = (uint32_t)((clients * CLIENT_EACH_US + 30 * SECOND - 1) / (30 * SECOND));
    assert_int_equal(streams, turns * METER_SUBSCRIPTION_SLOTS);
    assert_int_equal(rig->protocol.subscriptions.refused, (uint32_t)clients - streams);
    assert_true(served >= (turns - 1) * METER_SUBSCRIPTION_SLOTS * 30);
    udp_server_close(&rig->server);
}

/** Errors of sending end nobody's subscription and keep nothing from the others. */
static void errors_of_sending_end_no_client(void **state)
{
    (void)state;
    rig_t *rig = serve(7);
    /* Not reachable from a socket on 127.0.0.1, a broadcast, another family, a port nobody listens on. */
    meter_endpoint_t unreachable[] = {
        {.address = {192, 0, 2, 1}, .address_length = 4, .port = 5000},
        {.address = {255, 255, 255, 255}, .address_length = 4, .port = 5000},
        {.address = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .address_length = 16, .port = 5000},
        {.address = {127, 0, 0, 1}, .address_length = 4, .port = 1},
    };
    for (size_t i = 0; i < 4; i++) {
        rig_ask(rig, &unreachable[i], 1, rig_token_of(rig, &unreachable[i]), 300, 0);
    }
    int client = client_of(rig);
    assert_int_equal(send(client, "2", 2, 0), 2);
    for (int64_t now_us = 0; now_us <= 100 * SECOND; now_us += SECOND) {
        udp_server_now_t now = at(now_us);
        udp_server_receive(&rig->server, &now);
        udp_server_send_due(&rig->server, &now);
    }
    unsigned got = 0;
    for (PowerMeasurement *message; (message = next(client)); got++) {
        power_measurement__free_unpacked(message, NULL);
    }
    assert_int_equal(got, 101);
    assert_int_equal(meter_subscriptions_count(&rig->protocol.subscriptions, 100 * SECOND), 5);
    for (unsigned s = 0; s < 5; s++) {
        assert_int_equal(rig->protocol.subscriptions.slots[s].sequence, 101);
    }
    close(client);
    udp_server_close(&rig->server);
}

static void an_invalid_request_is_counted_and_not_answered(void **state)
{
    (void)state;
    rig_t *rig = serve(8);
    int client = client_of(rig);
    static const struct {
        const char *data;
        size_t length;
    } s_invalid[] = {{"", 0},
                     {"0", 2},
                     {"7", 2},
                     {"-1", 3},
                     {"+1", 3},
                     {" 1", 3},
                     {"1 ", 3},
                     {"1x", 3},
                     {"0x1", 4},
                     {"1000", 5},
                     {"\0", 1},
                     {"GET / HTTP", 10},
                     {"\xff\xfe", 2},
                     {"1\0\xff\xff\xff", 5},
                     {"1\0\x08", 3},
                     {"1\0\x08\x01", 4},
                     {"99999999999", 11}};
    const size_t count = sizeof(s_invalid) / sizeof(s_invalid[0]);
    udp_server_now_t now = at(0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(send(client, s_invalid[i].data, s_invalid[i].length, 0), s_invalid[i].length);
    }
    static uint8_t s_long[METER_REQUEST_MAX_BYTES + 100] = {'1', '\0'};
    assert_int_equal(send(client, s_long, sizeof(s_long), 0), sizeof(s_long));
    udp_server_receive(&rig->server, &now);
    udp_server_send_due(&rig->server, &now);
    struct pollfd poll_fd = {.fd = client, .events = POLLIN};
    assert_int_equal(poll(&poll_fd, 1, 20), 0);
    assert_int_equal(rig->protocol.requests, count + 1);
    assert_int_equal(rig->protocol.invalid_requests, count + 1);
    assert_int_equal(meter_subscriptions_count(&rig->protocol.subscriptions, 0), 0);
    /* It is still there for a valid one. */
    assert_int_equal(send(client, "1", 2, 0), 2);
    udp_server_receive(&rig->server, &now);
    udp_server_send_due(&rig->server, &now);
    assert_int_equal(poll(&poll_fd, 1, 1000), 1);
    close(client);
    udp_server_close(&rig->server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_sockets_are_served_in_turn),
        cmocka_unit_test(errors_of_sending_end_no_client),
        cmocka_unit_test(an_invalid_request_is_counted_and_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
