#include "hosted_rig.h"

#include "cmocka_all.h"
#include "power_measurement.pb-c.h"
#include <arpa/inet.h>
#include <getopt.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static rig_t s_rig;

rig_t *rig_start(const char *option, const char *value)
{
    char *arguments[] = {"twin",        "--model", "constant:2",   "--port",      "0",
                         "--noise-lsb", "0",       (char *)option, (char *)value, NULL};
    int count = 0;
    while (arguments[count]) {
        count++;
    }
    memset(&s_rig, 0, sizeof(s_rig));
    optind = 0;
    assert_int_equal(options_parse(&s_rig.options, count, arguments), OPTIONS_RUN);
    assert_int_equal(hosted_meter_start(&s_rig.meter, &s_rig.options, 0), 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s_rig.meter.server.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s_rig.client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(s_rig.client, (struct sockaddr *)&to, sizeof(to)), 0);
    return &s_rig;
}

void rig_end(rig_t *rig)
{
    hosted_meter_stop(&rig->meter);
    close(rig->client);
}

void rig_ask(rig_t *rig)
{
    Subscribe subscribe = SUBSCRIBE__INIT;
    subscribe.version = 1;
    subscribe.lease_s = 60;
    subscribe.interval_ms = 100;
    subscribe.token = rig->token;
    uint8_t data[64] = {'1', '\0'};
    size_t length = 2 + subscribe__pack(&subscribe, data + 2);
    assert_int_equal(send(rig->client, data, length, 0), length);
}

static void take(rig_t *rig)
{
    uint8_t data[512];
    ssize_t length;
    while ((length = recv(rig->client, data, sizeof(data), 0)) >= 0) {
        PowerMeasurement *message = power_measurement__unpack(NULL, (size_t)length, data);
        assert_non_null(message);
        if (message->challenge != 0) {
            rig->challenges++;
            rig->token = message->challenge;
            rig_ask(rig);
        } else {
            assert_true(rig->count < DATAGRAMS);
            rig->datagrams[rig->count++] = (datagram_t){
                .arrived_ns = rig->now_ns,
                .sequence = message->sequence,
                .boot_id = message->boot_id,
                .timestamp_us = message->timestamp,
                .energy_uj = message->energy_uj,
                .gap_us = message->gap_us,
                .flags = message->flags,
                .sensor_errors = message->sensor_errors,
                .lease_ms = message->lease_ms,
            };
        }
        power_measurement__free_unpacked(message, NULL);
    }
}

void rig_run(rig_t *rig, double until_seconds)
{
    int64_t until_ns = llround(until_seconds * 1e9);
    while (rig->now_ns < until_ns) {
        rig->now_ns += STEP_NS;
        hosted_meter_now_t now = {.now_ns = rig->now_ns, .start_unix_us = START_UNIX_US};
        hosted_meter_receive(&rig->meter, &now);
        hosted_meter_step(&rig->meter, &now, false);
        take(rig);
    }
}

const datagram_t *rig_last(const rig_t *rig)
{
    assert_true(rig->count > 0);
    return &rig->datagrams[rig->count - 1];
}

void rig_assert_nothing_is_missing(const rig_t *rig)
{
    double expected_uj = 2 * ((double)rig_last(rig)->timestamp_us - 300000);
    if (fabs((double)rig_last(rig)->energy_uj - expected_uj) > 0.005 * expected_uj + 10000) {
        fail_msg("%lu uJ, not %.0f", (unsigned long)rig_last(rig)->energy_uj, expected_uj);
    }
}
