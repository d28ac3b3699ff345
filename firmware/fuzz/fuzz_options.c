/**
 * @file
 * Any command line, one argument a line: a twin that runs with what was asked for, or a message for the user.
 */
#include <getopt.h>
#include <math.h>
#include <string.h>

#include "fuzz_target.h"
#include "options.h"

#define MAX_ARGUMENTS 40
#define SIMULATED_NS 40000000

/** Splits at line ends. @return the number of arguments; `arguments[0]` is the program's name */
static int split(char *text, char *arguments[MAX_ARGUMENTS + 2])
{
    int count = 0;
    arguments[count++] = "power-meter-twin";
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line && count <= MAX_ARGUMENTS; line = strtok_r(NULL, "\n", &rest)) {
        arguments[count++] = line;
    }
    arguments[count] = NULL;
    return count;
}

static void check(const options_t *options)
{
    HOLDS(options->meters >= 1 && options->port + (options->port != 0 ? options->meters - 1 : 0) <= UINT16_MAX);
    HOLDS(options->twin.supply.shunt_ohm > 0 && options->twin.supply.supply_volts > 0);
    HOLDS(options->twin.specimen.noise_lsb >= 0 && isfinite(options->twin.specimen.gain_error));
    HOLDS(options->exit_after_seconds >= 0);
    HOLDS(options->faults.count <= FAULT_SCHEDULE_FAULTS);
}

static void run(const options_t *options)
{
    static twin_t s_twin;
    node_model_t node;
    HOLDS(options_make_node(options, &node));
    twin_init(&s_twin, &options->twin, &node);
    for (int64_t now_ns = SIMULATED_NS / 2; now_ns <= SIMULATED_NS; now_ns += SIMULATED_NS / 2) {
        node_model_read(&node, now_ns);
        twin_advance(&s_twin, now_ns);
    }
    for (unsigned channel = 1; channel <= NODE_CHANNELS; channel++) {
        if (power_meter_has_channel(&s_twin.meter, channel)) {
            power_meter_snapshot_t snapshot =
                power_meter_snapshot(&s_twin.meter, channel, twin_meter_us(&s_twin, SIMULATED_NS));
            HOLDS(snapshot.samples > 0 && snapshot.sensor_errors == 0);
        }
    }
    node_model_destroy(&node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    char *text = fuzz_text(&input);
    char *arguments[MAX_ARGUMENTS + 2];
    int count = split(text, arguments);
    /* glibc: 0 makes getopt_long() forget the command line before. */
    optind = 0;
    static options_t s_options;
    char *said = NULL;
    size_t said_length = 0;
    FILE *terminal = stderr;
    stderr = open_memstream(&said, &said_length);
    options_result_t result = options_parse(&s_options, count, arguments);
    fclose(stderr);
    stderr = terminal;
    HOLDS(result != OPTIONS_INVALID || said_length > 0);
    free(said);
    /* Who only asks whether a twin is alive simulates nothing. */
    if (result == OPTIONS_RUN && s_options.is_alive_port == 0) {
        check(&s_options);
        run(&s_options);
    }
    free(text);
    return 0;
}
