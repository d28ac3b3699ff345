#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "exit_codes.h"
#include "hosted_meter.h"
#include "is_alive.h"

/** Live nodes are read, and simulated time caught up, so often. */
#define WAKE_NS 10000000
/** With --speed it wakes more often, but not more often than so. */
#define LEAST_WAKE_NS 1000000
#define NS_PER_SECOND 1000000000
#define EVENTS 64

typedef struct {
    options_t options;
    hosted_meter_t *meters;
    /** Those that were started, if only in part. */
    unsigned count;
    int epoll_fd;
    int timer_fd;
    /** The host's monotonic clock at simulated time 0. */
    int64_t start_ns;
    /** How far the meters have come. */
    int64_t stepped_ns;
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

static hosted_meter_now_t now(const program_t *program)
{
    int64_t monotonic_ns = clock_ns(CLOCK_MONOTONIC);
    return (hosted_meter_now_t){
        .now_ns = (int64_t)((double)(monotonic_ns - program->start_ns) * program->options.speed),
        .start_unix_us = (clock_ns(CLOCK_REALTIME) - monotonic_ns + program->start_ns) / 1000,
    };
}

static void step_to(program_t *program, const hosted_meter_now_t *moment, bool last)
{
    for (unsigned i = 0; i < program->count; i++) {
        hosted_meter_step(&program->meters[i], moment, last);
    }
    program->stepped_ns = moment->now_ns;
}

static void step(program_t *program, bool last)
{
    hosted_meter_now_t end = now(program);
    hosted_meter_now_t moment = end;
    /* Faster than real, each of the steps that time would have been given, so that every datagram is sent when due. */
    while (program->options.speed > 1 && program->stepped_ns + WAKE_NS < end.now_ns) {
        moment.now_ns = program->stepped_ns + WAKE_NS;
        step_to(program, &moment, false);
    }
    step_to(program, &end, last);
}

/** Sets the timer to a whole multiple of the period that is half of one away or more: live nodes are read no closer. */
static void set_timer(program_t *program)
{
    int64_t period_ns = (int64_t)(WAKE_NS / program->options.speed);
    period_ns = period_ns > LEAST_WAKE_NS ? period_ns : LEAST_WAKE_NS;
    int64_t real_ns = clock_ns(CLOCK_MONOTONIC) - program->start_ns;
    int64_t wake_ns = program->start_ns + ((real_ns + period_ns / 2) / period_ns + 1) * period_ns;
    struct itimerspec timer = {
        .it_value = {.tv_sec = wake_ns / NS_PER_SECOND, .tv_nsec = wake_ns % NS_PER_SECOND},
    };
    timerfd_settime(program->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

static void run(program_t *program)
{
    double exit_seconds = program->options.exit_after_seconds;
    int64_t end_ns = exit_seconds > 0 ? (int64_t)(exit_seconds * NS_PER_SECOND) : INT64_MAX;
    set_timer(program);
    while (!s_stop) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(program->epoll_fd, events, EVENTS, -1);
        bool woken = program->options.speed > 1;
        if (woken) {
            step(program, false);
        }
        for (int i = 0; i < count; i++) {
            hosted_meter_t *meter = events[i].data.ptr;
            woken |= meter == NULL;
            if (meter) {
                hosted_meter_now_t moment = now(program);
                hosted_meter_receive(meter, &moment);
            }
        }
        if (woken) {
            step(program, false);
            if (now(program).now_ns >= end_ns) {
                return;
            }
            set_timer(program);
        }
    }
}

/** Watches a descriptor; `meter` is whose it is. */
static bool watch(const program_t *program, int fd, hosted_meter_t *meter)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = meter};
    return fd >= 0 && epoll_ctl(program->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int start(program_t *program)
{
    program->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    program->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    program->meters = calloc(program->options.meters, sizeof(*program->meters));
    if (!program->meters || !watch(program, program->timer_fd, NULL)) {
        perror("power-meter-twin");
        return EXIT_FAILURE;
    }
    while (program->count < program->options.meters) {
        hosted_meter_t *meter = &program->meters[program->count];
        int code = hosted_meter_start(meter, &program->options, program->count++);
        if (code != EXIT_SUCCESS) {
            return code;
        }
        if (!watch(program, meter->server.fd, meter)) {
            perror("power-meter-twin");
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}

/** The one line on stdout. Several meters are listed behind what stands for the first of them. */
static void tell_ready(const program_t *program)
{
    const hosted_meter_t *first = &program->meters[0];
    printf("{\"event\":\"listening\",\"address\":\"%s\",\"port\":%u,\"boot_id\":%lu,\"simulated\":true",
           first->server.address, first->server.port, (unsigned long)first->protocol.config.boot_id);
    for (unsigned i = 0; program->count > 1 && i < program->count; i++) {
        const hosted_meter_t *meter = &program->meters[i];
        printf("%s{\"port\":%u,\"boot_id\":%lu}", i == 0 ? ",\"meters\":[" : ",", meter->server.port,
               (unsigned long)meter->protocol.config.boot_id);
    }
    puts(program->count > 1 ? "]}" : "}");
    (void)fflush(stdout);
}

static void prepare_process(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Each meter, and each process of a tree, costs a descriptor. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    /* Woken in time the node's CPU is seen in short intervals; not being allowed to is no harm. */
    setpriority(PRIO_PROCESS, 0, -10);
}

static int serve(program_t *program)
{
    int code = start(program);
    if (code == EXIT_SUCCESS) {
        program->start_ns = clock_ns(CLOCK_MONOTONIC);
        step(program, true);
        tell_ready(program);
        run(program);
        step(program, true);
    }
    for (unsigned i = 0; i < program->count; i++) {
        hosted_meter_stop(&program->meters[i]);
    }
    free(program->meters);
    return code;
}

int main(int argc, char **argv)
{
    static program_t program;
    prepare_process();
    switch (options_parse(&program.options, argc, argv)) {
    case OPTIONS_ANSWERED:
        return EXIT_SUCCESS;
    case OPTIONS_INVALID:
        return EXIT_USAGE;
    default:
        break;
    }
    uint16_t port = program.options.is_alive_port;
    if (port) {
        return is_alive(port) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    return serve(&program);
}
