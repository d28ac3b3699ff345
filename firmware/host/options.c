#define _GNU_SOURCE

#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "meter_request.h"
#include "option_names.h"
#include "options_help.h"
#include "parse_number.h"
#include "shunt_choice.h"

#define MAX_METERS 10000
/** The sensor's fast mode is 400 kHz; below 200 kHz reading two sensors takes longer than their cycle. */
#define MIN_I2C_KHZ 200
#define MAX_I2C_KHZ 1000
#define MAX_PAGE_SECONDS 60
#define MAX_SPEED 100

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

static bool parse_number(int option, const char *text, double min, double max, double *value)
{
    return parse_double(text, min, max, value) ||
           invalid("--%s takes a number from %g to %g, not '%s'", option_name(option), min, max, text);
}

static bool set_number(options_t *options, int option, const char *text)
{
    ina3221_specimen_t *specimen = &options->twin.specimen;
    supply_t *supply = &options->twin.supply;
    const number_option_t numbers[] = {
        {OPTION_GAIN_ERROR, -0.9, 10, &specimen->gain_error, 1},
        {OPTION_OFFSET_UV, -160000, 160000, &specimen->offset_volts, 1e-6},
        {OPTION_NOISE_LSB, 0, 1000, &specimen->noise_lsb, 1},
        {OPTION_CLOCK_PPM, -100000, 100000, &options->twin.clock_ppm, 1},
        {OPTION_SENSOR_CLOCK_ERROR, -0.1, 0.1, &specimen->clock_error, 1},
        {OPTION_SUPPLY_VOLTS, 0.5, 26, &supply->supply_volts, 1},
        {OPTION_SUPPLY_OHM, 0, 100, &supply->supply_ohm, 1},
        {OPTION_CALIBRATION_SECONDS, 0, 1e8, &options->calibration_seconds, 1},
        {OPTION_EXIT_AFTER, 0.001, 1e8, &options->exit_after_seconds, 1},
        {OPTION_SPEED, 1, MAX_SPEED, &options->speed, 1},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const number_option_t *number = &numbers[i];
        double parsed;
        if (number->option == option) {
            if (!parse_number(option, text, number->min, number->max, &parsed)) {
                return false;
            }
            *number->value = parsed * number->unit;
            return true;
        }
    }
    return false;
}

/** A fault that is there all the time. */
static bool set_constant_fault(options_t *options, int option, const char *text)
{
    static const struct {
        int option;
        fault_kind_t kind;
        double max;
        double unit;
    } s_faults[] = {
        {OPTION_LOSS, FAULT_LOSS, 1, 1},
        {OPTION_DUPLICATE, FAULT_DUPLICATE, 1, 1},
        {OPTION_REORDER, FAULT_REORDER, 1, 1},
        {OPTION_DELAY_MS, FAULT_DELAY, 10000, 1e-3},
    };
    for (size_t i = 0; i < sizeof(s_faults) / sizeof(s_faults[0]); i++) {
        double parsed;
        if (s_faults[i].option == option) {
            return parse_number(option, text, 0, s_faults[i].max, &parsed) &&
                   (fault_schedule_always(&options->faults, s_faults[i].kind, parsed * s_faults[i].unit) ||
                    invalid("--%s: more than %d faults", option_name(option), FAULT_SCHEDULE_FAULTS));
        }
    }
    return false;
}

static bool set_integer(int option, const char *text, long long min, long long max, long long *value)
{
    return parse_integer(text, min, max, value) ||
           invalid("--%s takes a whole number from %lld to %lld, not '%s'", option_name(option), min, max, text);
}

static bool set_model(options_t *options, unsigned channel, const char *model)
{
    if (options->models[channel - 1]) {
        return invalid("channel %u has two models; add them with '+'", channel);
    }
    options->models[channel - 1] = model;
    return true;
}

/** The channel of N=TEXT; 0 where there is none, which is said. */
static unsigned channel_of(int option, const char *text, const char *what)
{
    if (text[0] < '1' || text[0] > '6' || text[1] != '=') {
        invalid("--%s takes N=%s with a channel from 1 to 6, not '%s'", option_name(option), what, text);
        return 0;
    }
    return (unsigned)(text[0] - '0');
}

/** --shunt-mohm R, or N=R. */
static bool set_shunt(options_t *options, const char *text)
{
    double *ohm = &options->twin.supply.shunt_ohm;
    double mohm;
    if (strchr(text, '=')) {
        unsigned channel = channel_of(OPTION_SHUNT_MOHM, text, "R");
        if (channel == 0) {
            return false;
        }
        ohm = &options->twin.shunt_ohm[channel - 1];
        text += 2;
    }
    if (!parse_number(OPTION_SHUNT_MOHM, text, 0.1, 10000, &mohm)) {
        return false;
    }
    *ohm = mohm * 1e-3;
    return true;
}

static bool set_fault(options_t *options, const char *text)
{
    char problem[160] = "out of memory";
    return fault_schedule_parse(&options->faults, text, problem, sizeof(problem)) || invalid("--fault: %s", problem);
}

static bool set(options_t *options, int option, const char *text)
{
    long long whole = 0;
    unsigned channel;
    switch (option) {
    case OPTION_MODEL:
        return set_model(options, 1, text);
    case OPTION_CHANNEL:
        channel = channel_of(option, text, "MODEL");
        return channel > 0 && set_model(options, channel, text + 2);
    case OPTION_NAME:
        channel = channel_of(option, text, "TEXT");
        if (channel == 0) {
            return false;
        }
        options->names[channel - 1] = text + 2;
        return true;
    case OPTION_SHUNT_MOHM:
        return set_shunt(options, text);
    case OPTION_DEFAULT_INTERVAL_MS:
        if (!set_integer(option, text, METER_REQUEST_MIN_INTERVAL_MS, METER_REQUEST_MAX_INTERVAL_MS, &whole)) {
            return false;
        }
        options->default_interval_ms = (uint32_t)whole;
        return true;
    case OPTION_PAGE_SECONDS:
        if (!set_integer(option, text, 1, MAX_PAGE_SECONDS, &whole)) {
            return false;
        }
        options->page_seconds = (uint32_t)whole;
        return true;
    case OPTION_DISPLAY:
        options->display_path = text;
        return true;
    case OPTION_PORT:
        if (!set_integer(option, text, 0, UINT16_MAX, &whole)) {
            return false;
        }
        options->port = (uint16_t)whole;
        return true;
    case OPTION_METERS:
        if (!set_integer(option, text, 1, MAX_METERS, &whole)) {
            return false;
        }
        options->meters = (unsigned)whole;
        return true;
    case OPTION_IS_ALIVE:
        if (!set_integer(option, text, 1, UINT16_MAX, &whole)) {
            return false;
        }
        options->is_alive_port = (uint16_t)whole;
        return true;
    case OPTION_SEED:
        if (!set_integer(option, text, 0, INT64_MAX, &whole)) {
            return false;
        }
        options->seed = (uint64_t)whole;
        return true;
    case OPTION_I2C_KHZ:
        if (strcmp(text, "0") != 0 && !set_integer(option, text, MIN_I2C_KHZ, MAX_I2C_KHZ, &whole)) {
            return false;
        }
        options->twin.i2c_khz = (uint32_t)whole;
        return true;
    case OPTION_BIND:
        options->bind_address = text;
        return true;
    case OPTION_TRUTH:
        options->truth_path = text;
        return true;
    case OPTION_STATE:
        options->state_path = text;
        return true;
    case OPTION_FIRST_GENERATION:
        options->first_generation = true;
        return true;
    case OPTION_REFUSE_FIRST_GENERATION:
        options->refuse_first_generation = true;
        return true;
    case OPTION_FAULT:
        return set_fault(options, text);
    case OPTION_LOSS:
    case OPTION_DUPLICATE:
    case OPTION_REORDER:
    case OPTION_DELAY_MS:
        return set_constant_fault(options, option, text);
    default:
        return set_number(options, option, text);
    }
}

bool options_make_node(const options_t *options, node_model_t *node)
{
    memset(node, 0, sizeof(*node));
    for (unsigned c = 0; c < NODE_CHANNELS; c++) {
        node_error_t error = {.text = ""};
        if (options->models[c] && !node_channel_parse(&node->channels[c], options->models[c], &error)) {
            node_model_destroy(node);
            return invalid("channel %u: %s", c + 1, error.text);
        }
    }
    return true;
}

static bool is_live(const node_model_t *node)
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        for (size_t i = 0; i < node->channels[c].part_count; i++) {
            if (node->channels[c].parts[i]->live) {
                return true;
            }
        }
    }
    return false;
}

/** What no option alone can tell. */
static bool check_whole(options_t *options)
{
    bool any = false;
    for (int c = 0; c < NODE_CHANNELS; c++) {
        any |= options->models[c] != NULL;
    }
    if (!any) {
        return invalid("nothing to meter; give --model or --channel, such as --model constant:2.5");
    }
    if (options->port != 0 && options->port + options->meters - 1 > UINT16_MAX) {
        return invalid("%u meters from port %u on go beyond port 65535", options->meters, options->port);
    }
    node_model_t node;
    if (!options_make_node(options, &node)) {
        return false;
    }
    options->twin.specimen.seed = options->seed;
    if (options->twin.supply.shunt_ohm == 0) {
        options->twin.supply.shunt_ohm = shunt_choice(&node, &options->twin.supply);
    }
    bool live = is_live(&node);
    node_model_destroy(&node);
    return !(live && options->speed > 1) ||
           invalid("--speed takes models of constant power and traces; processes and cgroups live in real time");
}

options_result_t options_parse(options_t *options, int argc, char **argv)
{
    *options = (options_t){
        .meters = 1,
        .port = 10000,
        .bind_address = "127.0.0.1",
        .seed = 1,
        .calibration_seconds = 600,
        .page_seconds = 1,
        .speed = 1,
        .names = {"channel 1", "channel 2", "channel 3", "channel 4", "channel 5", "channel 6"},
        .twin = {.specimen = {.noise_lsb = 0.5, .clock_error = 0.013},
                 .supply = {.supply_volts = 5.1, .supply_ohm = 0.05},
                 .i2c_khz = 400},
    };
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", g_option_names, NULL)) != -1;) {
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
    return options->is_alive_port || check_whole(options) ? OPTIONS_RUN : OPTIONS_INVALID;
}
