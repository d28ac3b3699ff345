#define _GNU_SOURCE

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include "options.h"
#include "truth.h"
#include "udp_server.h"

enum { EXIT_USAGE = 2, EXIT_ADDRESS_TAKEN = 7 };

/** The live node is read, and simulated time caught up, so often. */
#define WAKE_NS 10000000
#define NS_PER_SECOND 1000000000

typedef struct {
    options_t options;
    twin_t twin;
    meter_protocol_t protocol;
    udp_server_t server;
    truth_t truth;
    /** The host's monotonic clock at simulated time 0. */
    int64_t start_ns;
    bool overrange_told;
} program_t;

static volatile sig_atomic_t s_stop;

static void stop(int signal_number)
{
    (void)signal_number;
    s_stop = 1;
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static int64_t simulated_now_ns(const program_t *program)
{
    return clock_ns(CLOCK_MONOTONIC) - program->start_ns;
}

/** A clipped reading is the likeliest mistake in choosing a model, so it is said once. */
static void tell_overrange(program_t *program)
{
    for (int c = 0; c < POWER_METER_CHANNELS && !program->overrange_told; c++) {
        if (program->twin.meter.channels[c].overrange_samples > 0) {
            fprintf(stderr,
                    "power-meter-twin: channel %d is beyond the sensor's range at %.2f W; a smaller --shunt-mohm "
                    "extends it\n",
                    c + 1, program->twin.watts[c]);
            program->overrange_told = true;
        }
    }
}

/** Lets the twin catch up with real time, and sends what is due. */
static void step(program_t *program, bool last)
{
    int64_t now_ns = simulated_now_ns(program);
    int64_t unix_us = (clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC) + program->start_ns + now_ns) / 1000;
    node_model_read(&program->options.node, now_ns);
    twin_advance(&program->twin, now_ns);
    meter_protocol_time_t time = {.unix_time_us = (uint64_t)unix_us};
    udp_server_send_due(&program->server, twin_meter_us(&program->twin, now_ns), &time);
    truth_write(&program->truth, &program->options.node, now_ns, unix_us, last);
    tell_overrange(program);
}

/** Wakes at whole multiples of WAKE_NS, or as soon as a datagram arrives. */
static void run(program_t *program)
{
    int64_t end_ns = program->options.exit_after_seconds > 0
                         ? (int64_t)(program->options.exit_after_seconds * NS_PER_SECOND)
                         : INT64_MAX;
    int64_t wake_ns = WAKE_NS;
    while (!s_stop) {
        int64_t left_ns = wake_ns - simulated_now_ns(program);
        if (left_ns > 0) {
            struct pollfd poll_fd = {.fd = program->server.fd, .events = POLLIN};
            struct timespec timeout = {.tv_nsec = (long)left_ns};
            if (ppoll(&poll_fd, 1, &timeout, NULL) > 0) {
                udp_server_receive(&program->server, twin_meter_us(&program->twin, simulated_now_ns(program)));
            }
            continue;
        }
        udp_server_receive(&program->server, twin_meter_us(&program->twin, simulated_now_ns(program)));
        step(program, false);
        int64_t now_ns = simulated_now_ns(program);
        if (now_ns >= end_ns) {
            return;
        }
        wake_ns = (now_ns / WAKE_NS + 1) * WAKE_NS;
    }
}

static bool start_protocol(program_t *program)
{
    meter_protocol_config_t config = {.accept_first_generation = true,
                                      .first_generation_meter = program->options.first_generation};
    if (getrandom(config.secret, sizeof(config.secret), 0) != sizeof(config.secret) ||
        getrandom(&config.boot_id, sizeof(config.boot_id), 0) != sizeof(config.boot_id)) {
        return false;
    }
    config.boot_id |= config.boot_id == 0;
    meter_protocol_init(&program->protocol, &config);
    return true;
}

static int fail_to_listen(const options_t *options, int error)
{
    if (error == EADDRINUSE) {
        fprintf(stderr,
                "power-meter-twin: port %u of %s is taken by another program; choose another --port, or 0 for a free "
                "one\n",
                options->port, options->bind_address);
        return EXIT_ADDRESS_TAKEN;
    }
    bool usage = error == EINVAL || error == EADDRNOTAVAIL || error == EACCES;
    fprintf(stderr, "power-meter-twin: cannot listen on '%s' port %u: %s\n", options->bind_address, options->port,
            error == EINVAL ? "not a numeric IPv4 or IPv6 address" : strerror(error));
    return usage ? EXIT_USAGE : EXIT_FAILURE;
}

static int serve(program_t *program)
{
    options_t *options = &program->options;
    program->server =
        (udp_server_t){.protocol = &program->protocol, .meter = &program->twin.meter, .loss = options->loss};
    random_seed(&program->server.random, ~options->seed);
    int error = udp_server_open(&program->server, options->bind_address, options->port);
    if (error != 0) {
        return fail_to_listen(options, error);
    }
    program->truth.fd = -1;
    if (options->truth_path && !truth_open(&program->truth, options->truth_path)) {
        fprintf(stderr, "power-meter-twin: cannot write the truth to '%s': %s\n", options->truth_path, strerror(errno));
        udp_server_close(&program->server);
        return EXIT_USAGE;
    }
    program->start_ns = clock_ns(CLOCK_MONOTONIC);
    step(program, true);
    printf("{\"event\":\"listening\",\"address\":\"%s\",\"port\":%u,\"boot_id\":%lu,\"simulated\":true}\n",
           program->server.address, program->server.port, (unsigned long)program->protocol.config.boot_id);
    fflush(stdout);
    run(program);
    step(program, true);
    truth_close(&program->truth);
    udp_server_close(&program->server);
    return EXIT_SUCCESS;
}

static void prepare_process(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Each process of a tree costs a descriptor. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    /* Woken in time the node's CPU is seen in short intervals; not being allowed to is no harm. */
    setpriority(PRIO_PROCESS, 0, -10);
}

int main(int argc, char **argv)
{
    static program_t program;
    prepare_process();
    switch (options_parse(&program.options, argc, argv)) {
    case OPTIONS_ANSWERED:
        return EXIT_SUCCESS;
    case OPTIONS_INVALID:
        node_model_destroy(&program.options.node);
        return EXIT_USAGE;
    default:
        break;
    }
    twin_init(&program.twin, &program.options.twin, &program.options.node);
    int code = EXIT_FAILURE;
    if (start_protocol(&program)) {
        code = serve(&program);
    } else {
        perror("power-meter-twin: no random numbers");
    }
    node_model_destroy(&program.options.node);
    return code;
}
