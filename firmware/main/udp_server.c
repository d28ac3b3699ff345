#include "udp_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "esp_check.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "meter_config.h"
#include "meter_protocol.h"
#include "sampler.h"
#include "sdkconfig.h"
#include "task_cores.h"
#include "wall_clock.h"
#include "watchdog.h"

#define STACK_BYTES 6144
/** Datagrams taken in a row, so that a flood can't keep the clients waiting. */
#define BURST 16
/** The watchdog wants to hear from a meter without clients, too. */
#define LONGEST_WAIT_US 1000000

static const char *TAG = "udp_server";

static meter_protocol_t s_protocol;
/** The sampler's, copied for each round, so that all clients of a moment see the same counters. */
static power_meter_t s_meter;
static _Atomic unsigned s_clients;
static _Atomic bool s_calibration_asked;

static meter_endpoint_t to_endpoint(const struct sockaddr_in *address)
{
    meter_endpoint_t endpoint = {.address_length = 4, .port = ntohs(address->sin_port)};
    memcpy(endpoint.address, &address->sin_addr, 4);
    return endpoint;
}

static struct sockaddr_in from_endpoint(const meter_endpoint_t *endpoint)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
    memcpy(&address.sin_addr, endpoint->address, 4);
    return address;
}

/** A full buffer or a client that is away now says nothing about the next time. */
static void send_to(int fd, const struct sockaddr_in *to, const uint8_t *datagram, size_t length)
{
    (void)sendto(fd, datagram, length, 0, (const struct sockaddr *)to, sizeof(*to));
}

typedef struct {
    struct sockaddr_in from;
    uint8_t data[METER_REQUEST_MAX_BYTES + 1];
    size_t length;
    uint8_t answer[METER_CHALLENGE_BYTES];
    size_t answer_length;
} exchange_t;

static void act_on(power_meter_t *meter, void *arg)
{
    exchange_t *exchange = arg;
    meter_endpoint_t endpoint = to_endpoint(&exchange->from);
    exchange->answer_length = meter_protocol_receive(&s_protocol, meter, &endpoint, exchange->data, exchange->length,
                                                     esp_timer_get_time(), exchange->answer);
}

static bool receive_one(int fd)
{
    exchange_t exchange;
    socklen_t from_length = sizeof(exchange.from);
    ssize_t received =
        recvfrom(fd, exchange.data, sizeof(exchange.data), 0, (struct sockaddr *)&exchange.from, &from_length);
    if (received < 0) {
        return errno == ECONNREFUSED || errno == EINTR;
    }
    exchange.length = (size_t)received;
    /* A request may calibrate. */
    sampler_change(act_on, &exchange);
    if (exchange.answer_length > 0) {
        send_to(fd, &exchange.from, exchange.answer, exchange.answer_length);
    }
    return true;
}

static void send_due(int fd, int64_t now_us)
{
    unsigned slot = 0;
    meter_endpoint_t to;
    uint8_t datagram[METER_DATAGRAM_MAX_BYTES];
    size_t length;
    meter_protocol_time_t time = wall_clock_now();
    while ((length = meter_protocol_next_datagram(&s_protocol, &s_meter, &time, now_us, &slot, &to, datagram)) > 0) {
        struct sockaddr_in address = from_endpoint(&to);
        send_to(fd, &address, datagram, length);
    }
}

/** Returns when there is something to receive or it is `until_us`. */
static void wait_until(int fd, int64_t until_us)
{
    int64_t wait_us = until_us - esp_timer_get_time();
    wait_us = wait_us > 0 ? wait_us : 0;
    struct timeval timeout = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    (void)select(fd + 1, &readable, NULL, NULL, &timeout);
}

static void open_calibration(void)
{
    if (s_calibration_asked) {
        s_calibration_asked = false;
        s_protocol.config.calibration_until_us = esp_timer_get_time() + UDP_SERVER_CALIBRATION_S * INT64_C(1000000);
    }
}

static void serve_once(int fd)
{
    int64_t latest_us = esp_timer_get_time() + LONGEST_WAIT_US;
    int64_t due_us = meter_subscriptions_due_us(&s_protocol.subscriptions);
    wait_until(fd, due_us < latest_us ? due_us : latest_us);
    open_calibration();
    for (int i = 0; i < BURST && receive_one(fd); i++) {
    }
    sampler_snapshot(&s_meter);
    int64_t now_us = esp_timer_get_time();
    send_due(fd, now_us);
    s_clients = meter_subscriptions_count(&s_protocol.subscriptions, now_us);
}

static int open_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(CONFIG_METER_UDP_PORT)};
    address.sin_addr.s_addr = inet_addr(meter_config_listen_address());
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        ESP_LOGE(TAG, "port %d: %s", CONFIG_METER_UDP_PORT, strerror(errno));
        abort();
    }
    return fd;
}

static void serve(void *arg)
{
    (void)arg;
    int fd = open_socket();
    ESP_ERROR_CHECK(watchdog_watch_this_task());
    ESP_LOGI(TAG, "listening on port %d, boot id %08x", CONFIG_METER_UDP_PORT, (unsigned)s_protocol.config.boot_id);
    for (;;) {
        serve_once(fd);
        watchdog_feed();
    }
}

esp_err_t udp_server_start(void)
{
    meter_protocol_config_t config = {
        .accept_first_generation = meter_config_accept_first_generation(),
        .default_interval_ms = CONFIG_METER_DEFAULT_INTERVAL_MS,
    };
    if (esp_reset_reason() == ESP_RST_POWERON) {
        config.calibration_until_us = esp_timer_get_time() + CONFIG_METER_CALIBRATION_AT_POWER_ON_S * INT64_C(1000000);
    }
    esp_fill_random(config.secret, sizeof(config.secret));
    config.boot_id = esp_random() | 1;
    meter_protocol_init(&s_protocol, &config);
    BaseType_t created =
        xTaskCreatePinnedToCore(serve, "udp_server", STACK_BYTES, NULL, SERVER_PRIORITY, NULL, OTHERS_CORE);
    return created == pdPASS ? ESP_OK : ESP_ERR_NO_MEM;
}

void udp_server_open_calibration(void)
{
    s_calibration_asked = true;
}

unsigned udp_server_clients(void)
{
    return s_clients;
}
