#define _GNU_SOURCE

#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options_help.h"
#include "parse_number.h"
#include "shunt_choice.h"

enum {
    OPTION_MODEL = 256,
    OPTION_CHANNEL,
    OPTION_PORT,
    OPTION_BIND,
    OPTION_LOSS,
    OPTION_FIRST_GENERATION,
    OPTION_SEED,
    OPTION_GAIN_ERROR,
    OPTION_OFFSET_UV,
    OPTION_NOISE_LSB,
    OPTION_CLOCK_PPM,
    OPTION_SENSOR_CLOCK_ERROR,
    OPTION_SHUNT_MOHM,
    OPTION_SUPPLY_VOLTS,
    OPTION_SUPPLY_OHM,
    OPTION_TRUTH,
    OPTION_EXIT_AFTER,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option s_options[] = {
    {"model", required_argument, NULL, OPTION_MODEL},
    {"channel", required_argument, NULL, OPTION_CHANNEL},
    {"port", required_argument, NULL, OPTION_PORT},
    {"bind", required_argument, NULL, OPTION_BIND},
    {"loss", required_argument, NULL, OPTION_LOSS},
    {"first-generation", no_argument, NULL, OPTION_FIRST_GENERATION},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"gain-error", required_argument, NULL, OPTION_GAIN_ERROR},
    {"offset-uv", required_argument, NULL, OPTION_OFFSET_UV},
    {"noise-lsb", required_argument, NULL, OPTION_NOISE_LSB},
    {"clock-ppm", required_argument, NULL, OPTION_CLOCK_PPM},
    {"sensor-clock-error", required_argument, NULL, OPTION_SENSOR_CLOCK_ERROR},
    {"shunt-mohm", required_argument, NULL, OPTION_SHUNT_MOHM},
    {"supply-volts", required_argument, NULL, OPTION_SUPPLY_VOLTS},
    {"supply-ohm", required_argument, NULL, OPTION_SUPPLY_OHM},
    {"truth", required_argument, NULL, OPTION_TRUTH},
    {"exit-after", required_argument, NULL, OPTION_EXIT_AFTER},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

/** Options that are one number: where it goes, in which range, and in which unit the option is. */
typedef struct {
    int option;
    double min;
    double max;
    double *value;
    double unit;
} number_option_t;

static bool invalid(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool invalid(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("power-meter-twin: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\nTry 'power-meter-twin --help'.\n", stderr);
    va_end(arguments);
    return false;
}

static const char *name_of(int option)
{
    for (const struct option *known = s_options; known->name; known++) {
        if (known->val == option) {
            return known->name;
        }
    }
    return "?";
}

static bool set_number(options_t *options, int option, const char *text)
{
    ina3221_specimen_t *specimen = &options->twin.specimen;
    supply_t *supply = &options->twin.supply;
    const number_option_t numbers[] = {
        {OPTION_LOSS, 0, 1, &options->loss, 1},
        {OPTION_GAIN_ERROR, -0.9, 10, &specimen->gain_error, 1},
        {OPTION_OFFSET_UV, -160000, 160000, &specimen->offset_volts, 1e-6},
        {OPTION_NOISE_LSB, 0, 1000, &specimen->noise_lsb, 1},
        {OPTION_CLOCK_PPM, -100000, 100000, &options->twin.clock_ppm, 1},
        {OPTION_SENSOR_CLOCK_ERROR, -0.1, 0.1, &specimen->clock_error, 1},
        {OPTION_SHUNT_MOHM, 0.1, 10000, &supply->shunt_ohm, 1e-3},
        {OPTION_SUPPLY_VOLTS, 0.5, 26, &supply->supply_volts, 1},
        {OPTION_SUPPLY_OHM, 0, 100, &supply->supply_ohm, 1},
        {OPTION_EXIT_AFTER, 0.001, 1e8, &options->exit_after_seconds, 1},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const number_option_t *number = &numbers[i];
        if (number->option != option) {
            continue;
        }
        double parsed;
        if (!parse_double(text, number->min, number->max, &parsed)) {
            return invalid("--%s takes a number from %g to %g, not '%s'", name_of(option), number->min, number->max,
                           text);
        }
        *number->value = parsed * number->unit;
        return true;
    }
    return false;
}

static bool set_integer(int option, const char *text, long long max, long long *value)
{
    return parse_integer(text, 0, max, value) ||
           invalid("--%s takes a whole number from 0 to %lld, not '%s'", name_of(option), max, text);
}

static bool set_channel(options_t *options, unsigned channel, const char *model)
{
    node_channel_t *place = &options->node.channels[channel - 1];
    node_error_t error = {.text = ""};
    if (place->part_count > 0) {
        return invalid("channel %u has two models; add them with '+'", channel);
    }
    return node_channel_parse(place, model, &error) || invalid("channel %u: %s", channel, error.text);
}

static bool set(options_t *options, int option, const char *text)
{
    long long whole = 0;
    switch (option) {
    case OPTION_MODEL:
        return set_channel(options, 1, text);
    case OPTION_CHANNEL:
        if (text[0] < '1' || text[0] > '6' || text[1] != '=') {
            return invalid("--channel takes N=MODEL with a channel from 1 to 6, not '%s'", text);
        }
        return set_channel(options, (unsigned)(text[0] - '0'), text + 2);
    case OPTION_PORT:
        if (!set_integer(option, text, UINT16_MAX, &whole)) {
            return false;
        }
        options->port = (uint16_t)whole;
        return true;
    case OPTION_SEED:
        if (!set_integer(option, text, INT64_MAX, &whole)) {
            return false;
        }
        options->seed = (uint64_t)whole;
        return true;
    case OPTION_BIND:
        options->bind_address = text;
        return true;
    case OPTION_TRUTH:
        options->truth_path = text;
        return true;
    case OPTION_FIRST_GENERATION:
        options->first_generation = true;
        return true;
    default:
        return set_number(options, option, text);
    }
}

static bool check_whole(const options_t *options)
{
    size_t parts = 0;
    for (int c = 0; c < NODE_CHANNELS; c++) {
        parts += options->node.channels[c].part_count;
    }
    return parts > 0 || invalid("nothing to meter; give --model or --channel, such as --model constant:2.5");
}

options_result_t options_parse(options_t *options, int argc, char **argv)
{
    *options = (options_t){
        .port = 10000,
        .bind_address = "127.0.0.1",
        .seed = 1,
        .twin = {.specimen = {.noise_lsb = 0.5, .clock_error = 0.013},
                 .supply = {.supply_volts = 5.1, .supply_ohm = 0.05}},
    };
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", s_options, NULL)) != -1;) {
        switch (option) {
        case OPTION_HELP:
            fputs(g_options_help, stdout);
            return OPTIONS_ANSWERED;
        case OPTION_VERSION:
            puts("power-meter-twin " PM_VERSION);
            return OPTIONS_ANSWERED;
        case ':':
            invalid("%s needs a value", argv[optind - 1]);
            return OPTIONS_INVALID;
        case '?':
            invalid("there is no option '%s'", argv[optind - 1]);
            return OPTIONS_INVALID;
        default:
            if (!set(options, option, optarg)) {
                return OPTIONS_INVALID;
            }
        }
    }
    if (optind < argc) {
        invalid("'%s' is no option", argv[optind]);
        return OPTIONS_INVALID;
    }
    options->twin.specimen.seed = options->seed;
    if (options->twin.supply.shunt_ohm == 0) {
        options->twin.supply.shunt_ohm = shunt_choice(&options->node, &options->twin.supply);
    }
    return check_whole(options) ? OPTIONS_RUN : OPTIONS_INVALID;
}
