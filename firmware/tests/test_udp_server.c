/* The meter's socket on loopback, with a real client socket. */
#include "cmocka_all.h"
#include "power_measurement.pb-c.h"
#include "udp_server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    power_meter_t meter;
    meter_protocol_t protocol;
    udp_server_t server;
    int client;
} rig_t;

static int no_read(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

static int no_write(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    (void)ctx, (void)address, (void)reg, (void)value;
    return -1;
}

static void start(rig_t *rig, const char *address)
{
    memset(rig, 0, sizeof(*rig));
    ina3221_bus_t bus = {.read_register = no_read, .write_register = no_write};
    power_meter_config_t config = power_meter_default_config();
    config.channels[0].enabled = true;
    power_meter_init(&rig->meter, &config, &bus);
    meter_protocol_init(&rig->protocol, &(meter_protocol_config_t){.boot_id = 1, .accept_first_generation = true});
    rig->server = (udp_server_t){.protocol = &rig->protocol, .meter = &rig->meter};
    random_seed(&rig->server.link.random, 1);
    assert_int_equal(udp_server_open(&rig->server, address, 0), 0);
    assert_string_equal(rig->server.address, address);

    bool v6 = strchr(address, ':') != NULL;
    struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(rig->server.port)};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(rig->server.port)};
    to4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to6.sin6_addr = in6addr_loopback;
    rig->client = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(
        connect(rig->client, v6 ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4, v6 ? sizeof(to6) : sizeof(to4)),
        0);
}

static void end(rig_t *rig)
{
    udp_server_close(&rig->server);
    close(rig->client);
}

static void receive(rig_t *rig, int64_t now_us)
{
    udp_server_receive(&rig->server, &(udp_server_now_t){.now_ns = now_us * 1000, .meter_us = now_us});
}

static void send_due(rig_t *rig, int64_t now_us, uint64_t unix_time_us)
{
    udp_server_send_due(&rig->server, &(udp_server_now_t){.now_ns = now_us * 1000,
                                                          .meter_us = now_us,
                                                          .time_of_day = {.unix_time_us = unix_time_us}});
}

static void ask(rig_t *rig, uint32_t token, int64_t now_us)
{
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.lease_s = 60;
    subscribe.token = token;
    uint8_t data[64] = {'1', '\0'};
    size_t length = 2 + subscribe__pack(&subscribe, data + 2);
    assert_int_equal(send(rig->client, data, length, 0), length);
    receive(rig, now_us);
}

/** The client's next datagram, or NULL if none comes soon. */
static PowerMeasurement *answer(const rig_t *rig)
{
    struct pollfd poll_fd = {.fd = rig->client, .events = POLLIN};
    uint8_t data[512];
    if (poll(&poll_fd, 1, 50) <= 0) {
        return NULL;
    }
    ssize_t length = recv(rig->client, data, sizeof(data), 0);
    return length < 0 ? NULL : power_measurement__unpack(NULL, (size_t)length, data);
}

static void subscribes_over(const char *address)
{
    rig_t rig;
    const uint64_t unix_time_us = 1700000000000000;
    start(&rig, address);
    ask(&rig, 0, 0);
    PowerMeasurement *message = answer(&rig);
    assert_non_null(message);
    uint32_t token = message->challenge;
    assert_int_not_equal(token, 0);
    power_measurement__free_unpacked(message, NULL);
    ask(&rig, token, 1000);
    send_due(&rig, 1000, unix_time_us);
    message = answer(&rig);
    assert_non_null(message);
    assert_int_equal(message->sequence, 1);
    assert_int_equal(message->lease_ms, 60000);
    assert_true(message->unix_time_us == unix_time_us);
    power_measurement__free_unpacked(message, NULL);
    end(&rig);
}

static void subscribes_over_ipv4(void **state)
{
    (void)state;
    subscribes_over("127.0.0.1");
}

static void subscribes_over_ipv6(void **state)
{
    (void)state;
    udp_server_t probe = {.fd = -1};
    if (udp_server_open(&probe, "::1", 0) != 0) {
        skip();
    }
    udp_server_close(&probe);
    subscribes_over("::1");
}

static void a_client_that_went_away_harms_no_one(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, "127.0.0.1");
    assert_int_equal(send(rig.client, "1", 2, 0), 2);
    receive(&rig, 0);
    close(rig.client);
    for (int64_t now_us = 0; now_us < 10000000; now_us += 1000000) {
        send_due(&rig, now_us, 0);
        receive(&rig, now_us);
    }
    assert_int_equal(meter_subscriptions_count(&rig.protocol.subscriptions, 10000000), 1);
    udp_server_close(&rig.server);
}

static void lost_datagrams_do_not_arrive(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, "127.0.0.1");
    rig.server.link.impairment.loss = 1;
    ask(&rig, 0, 0);
    assert_null(answer(&rig));
    assert_int_equal(rig.protocol.requests, 0);
    end(&rig);
}

static void taken_and_impossible_addresses_are_told(void **state)
{
    (void)state;
    rig_t rig;
    start(&rig, "127.0.0.1");
    udp_server_t other = {.fd = -1};
    assert_int_equal(udp_server_open(&other, "127.0.0.1", rig.server.port), EADDRINUSE);
    assert_int_equal(udp_server_open(&other, "localhost", 0), EINVAL);
    assert_int_equal(udp_server_open(&other, "192.0.2.1", 0), EADDRNOTAVAIL);
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subscribes_over_ipv4),
        cmocka_unit_test(subscribes_over_ipv6),
        cmocka_unit_test(a_client_that_went_away_harms_no_one),
        cmocka_unit_test(lost_datagrams_do_not_arrive),
        cmocka_unit_test(taken_and_impossible_addresses_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
