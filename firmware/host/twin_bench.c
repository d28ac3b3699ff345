#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <time.h>

#include "twin.h"

#define SIMULATED_SECONDS 600
#define STEP_NS 10000000

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/** Emulated sensor, core and node model without sockets, at full speed. */
static void measure(int channels)
{
    static node_model_t node;
    static twin_t twin;
    node_error_t error = {.text = ""};
    for (int c = 0; c < channels; c++) {
        node_channel_parse(&node.channels[c], "constant:2+constant:1.5", &error);
    }
    twin_config_t config = {.specimen = {.noise_lsb = 0.5, .clock_error = 0.013, .seed = 1},
                            .supply = {.supply_volts = 5.1, .supply_ohm = 0.05, .shunt_ohm = 0.1}};
    twin_init(&twin, &config, &node);
    double start = seconds();
    for (int64_t now_ns = STEP_NS; now_ns <= SIMULATED_SECONDS * INT64_C(1000000000); now_ns += STEP_NS) {
        twin_advance(&twin, now_ns);
    }
    double used = seconds() - start;
    uint64_t cycles = twin.meter.sensors[0].cycles + twin.meter.sensors[1].cycles;
    printf("{\"channels\":%d,\"sensor_cycles_per_second\":%.0f,\"twins_per_core\":%.0f}\n", channels,
           (double)cycles / used, SIMULATED_SECONDS / used);
    node_model_destroy(&node);
}

int main(void)
{
    measure(1);
    measure(3);
    measure(6);
    return 0;
}
