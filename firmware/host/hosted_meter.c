#define _GNU_SOURCE

#include "hosted_meter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "exit_codes.h"

#define STORE_PERIOD_US 1000000

/** A clipped reading is the likeliest mistake in choosing a model, so it is said once. */
static void tell_overrange(hosted_meter_t *meter)
{
    for (int c = 0; c < POWER_METER_CHANNELS && !meter->overrange_told; c++) {
        if (meter->twin.meter.channels[c].overrange_samples > 0) {
            fprintf(stderr,
                    "power-meter-twin: channel %d is beyond the sensor's range at %.2f W; a smaller --shunt-mohm "
                    "extends it\n",
                    c + 1, meter->twin.watts[c]);
            meter->overrange_told = true;
        }
    }
}

/** As at every boot: another secret, another boot_id, no client. */
static bool start_protocol(hosted_meter_t *meter)
{
    meter_protocol_config_t config = {.accept_first_generation = !meter->options->refuse_first_generation,
                                      .default_interval_ms = meter->options->default_interval_ms,
                                      .first_generation_meter = meter->options->first_generation,
                                      .calibration_until_us = (int64_t)(meter->options->calibration_seconds * 1e6)};
    if (getrandom(config.secret, sizeof(config.secret), 0) != sizeof(config.secret) ||
        getrandom(&config.boot_id, sizeof(config.boot_id), 0) != sizeof(config.boot_id)) {
        perror("power-meter-twin: no random numbers");
        return false;
    }
    config.boot_id |= config.boot_id == 0;
    meter_protocol_init(&meter->protocol, &config);
    return true;
}

/** At every boot: what was kept is taken up. */
static void open_store(hosted_meter_t *meter, int64_t now_ns)
{
    if (meter->options->state_path) {
        meter_store_port_t port = state_file_port(&meter->state_file);
        meter_store_open(&meter->store, &port, &meter->twin.meter, twin_meter_us(&meter->twin, now_ns));
        meter->store_due_us = 0;
    }
}

static void update_store(hosted_meter_t *meter, int64_t now_ns)
{
    int64_t now_us = twin_meter_us(&meter->twin, now_ns);
    if (meter->options->state_path && now_us >= meter->store_due_us) {
        meter_store_update(&meter->store, &meter->twin.meter, now_us);
        meter->store_due_us = now_us + STORE_PERIOD_US;
    }
}

static void apply_state(hosted_meter_t *meter, int64_t now_ns)
{
    fault_state_t state = fault_schedule_state(&meter->options->faults, now_ns);
    meter->server.link.impairment = state.link;
    meter->twin.bus.unacknowledged = state.nack;
    meter->twin.bus.stuck = state.stuck_bus;
}

static void apply_events(hosted_meter_t *meter, int64_t now_ns)
{
    if (fault_schedule_happens(&meter->options->faults, FAULT_SENSOR_RESET, now_ns)) {
        for (int s = 0; s < EMULATED_BUS_SENSORS; s++) {
            emulated_ina3221_power_on(&meter->twin.bus.sensor[s]);
        }
    }
    if (fault_schedule_happens(&meter->options->faults, FAULT_REBOOT, now_ns) && start_protocol(meter)) {
        twin_reboot(&meter->twin, now_ns);
        open_store(meter, now_ns);
        if (meter->options->display_path) {
            hosted_display_reboot(&meter->display);
        }
        fprintf(stderr, "power-meter-twin: port %u rebooted, boot_id %lu\n", meter->server.port,
                (unsigned long)meter->protocol.config.boot_id);
    }
}

/** Every fault begins and ends at its own simulated time, however late the program woke. */
static void advance(hosted_meter_t *meter, int64_t now_ns)
{
    int64_t edge_ns;
    while ((edge_ns = fault_schedule_next_ns(&meter->options->faults, meter->faults_ns)) <= now_ns) {
        twin_advance(&meter->twin, edge_ns);
        apply_state(meter, edge_ns);
        apply_events(meter, edge_ns);
        meter->faults_ns = edge_ns;
    }
    twin_advance(&meter->twin, now_ns);
}

static udp_server_now_t server_now(const hosted_meter_t *meter, const hosted_meter_now_t *now)
{
    return (udp_server_now_t){
        .now_ns = now->now_ns,
        .meter_us = twin_meter_us(&meter->twin, now->now_ns),
        .time_of_day = {.unix_time_us = (uint64_t)(now->start_unix_us + now->now_ns / 1000)},
    };
}

void hosted_meter_receive(hosted_meter_t *meter, const hosted_meter_now_t *now)
{
    udp_server_now_t server = server_now(meter, now);
    if (twin_is_up(&meter->twin, now->now_ns)) {
        udp_server_receive(&meter->server, &server);
    } else {
        udp_server_discard(&meter->server);
    }
}

void hosted_meter_step(hosted_meter_t *meter, const hosted_meter_now_t *now, bool last)
{
    node_model_read(&meter->node, now->now_ns);
    advance(meter, now->now_ns);
    if (twin_is_up(&meter->twin, now->now_ns)) {
        udp_server_now_t server = server_now(meter, now);
        udp_server_send_due(&meter->server, &server);
        update_store(meter, now->now_ns);
    }
    truth_write(&meter->truth, &meter->node, now->now_ns, now->start_unix_us + meter->twin.now_ns / 1000, last);
    if (meter->options->display_path) {
        (void)hosted_display_write(&meter->display);
    }
    tell_overrange(meter);
}

static int fail_to_listen(const options_t *options, uint16_t port, int error)
{
    if (error == EADDRINUSE) {
        fprintf(stderr,
                "power-meter-twin: port %u of %s is taken by another program; choose another --port, or 0 for a free "
                "one\n",
                port, options->bind_address);
        return EXIT_ADDRESS_TAKEN;
    }
    bool usage = error == EINVAL || error == EADDRNOTAVAIL || error == EACCES;
    fprintf(stderr, "power-meter-twin: cannot listen on '%s' port %u: %s\n", options->bind_address, port,
            error == EINVAL ? "not a numeric IPv4 or IPv6 address" : strerror(error));
    return usage ? EXIT_USAGE : EXIT_FAILURE;
}

/** A file's path; with several meters each has its own. @return false, with errno set, when it is too long */
static bool own_path(const hosted_meter_t *meter, const char *path, char own[HOSTED_METER_PATH_BYTES])
{
    char suffix[16] = "";
    if (meter->options->meters > 1) {
        snprintf(suffix, sizeof(suffix), ".%u", meter->index + 1);
    }
    errno = ENAMETOOLONG;
    return snprintf(own, HOSTED_METER_PATH_BYTES, "%s%s", path, suffix) < HOSTED_METER_PATH_BYTES;
}

static bool open_files(hosted_meter_t *meter)
{
    const char *truth = meter->options->truth_path;
    if (truth && !(own_path(meter, truth, meter->truth_path) && truth_open(&meter->truth, meter->truth_path))) {
        fprintf(stderr, "power-meter-twin: cannot write the truth to '%s': %s\n", truth, strerror(errno));
        return false;
    }
    const char *state = meter->options->state_path;
    char own[HOSTED_METER_PATH_BYTES];
    if (state && !(own_path(meter, state, own) && state_file_open(&meter->state_file, own))) {
        fprintf(stderr, "power-meter-twin: cannot keep the state in '%s': %s\n", state, strerror(errno));
        return false;
    }
    const char *display = meter->options->display_path;
    if (display &&
        !(own_path(meter, display, meter->display_path) &&
          hosted_display_start(&meter->display, meter->options, &meter->twin, &meter->server, meter->display_path))) {
        fprintf(stderr, "power-meter-twin: cannot draw the display into '%s': %s\n", display, strerror(errno));
        return false;
    }
    return true;
}

int hosted_meter_start(hosted_meter_t *meter, const options_t *options, unsigned index)
{
    meter->options = options;
    meter->index = index;
    meter->truth.fd = -1;
    meter->server.fd = -1;
    if (!options_make_node(options, &meter->node)) {
        return EXIT_USAGE;
    }
    twin_config_t config = options->twin;
    config.specimen.seed += index;
    twin_init(&meter->twin, &config, &meter->node);
    if (!start_protocol(meter)) {
        return EXIT_FAILURE;
    }
    meter->server.protocol = &meter->protocol;
    meter->server.meter = &meter->twin.meter;
    random_seed(&meter->server.link.random, ~config.specimen.seed);
    uint16_t port = options->port == 0 ? 0 : (uint16_t)(options->port + index);
    int error = udp_server_open(&meter->server, options->bind_address, port);
    if (error != 0) {
        return fail_to_listen(options, port, error);
    }
    if (!open_files(meter)) {
        return EXIT_USAGE;
    }
    open_store(meter, 0);
    apply_state(meter, 0);
    return EXIT_SUCCESS;
}

void hosted_meter_stop(hosted_meter_t *meter)
{
    if (meter->store.port.write) {
        meter_store_flush(&meter->store, &meter->twin.meter, 0);
    }
    truth_close(&meter->truth);
    udp_server_close(&meter->server);
    node_model_destroy(&meter->node);
}
