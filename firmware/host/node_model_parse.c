#define _POSIX_C_SOURCE 200809L

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "node_model.h"
#include "parse_number.h"

#define MAX_WATTS 1e6
#define DEFAULT_IDLE_WATTS 2
#define DEFAULT_WATTS_PER_CORE 3

/** Values after the comma; those a kind does not take are refused. */
typedef struct {
    cpu_power_t power;
    bool loop;
} settings_t;

typedef struct {
    const char *name;
    bool live;
    bool traced;
    node_part_t *(*create)(const char *argument, settings_t settings, node_error_t *error);
} kind_t;

static node_part_t *create_constant(const char *argument, settings_t settings, node_error_t *error)
{
    (void)settings;
    double watts;
    if (!parse_double(argument, 0, MAX_WATTS, &watts)) {
        return node_part_fail(error, "'%s' is no power in watts", argument);
    }
    return constant_part_create(watts, error);
}

static node_part_t *create_trace(const char *argument, settings_t settings, node_error_t *error)
{
    return trace_part_create(argument, settings.loop, error);
}

static node_part_t *create_process(const char *argument, settings_t settings, node_error_t *error)
{
    long long pid;
    if (!parse_integer(argument, 1, INT_MAX, &pid)) {
        return node_part_fail(error, "'%s' is no process id", argument);
    }
    return process_part_create((int)pid, settings.power, error);
}

static node_part_t *create_cgroup(const char *argument, settings_t settings, node_error_t *error)
{
    return cgroup_part_create(argument, settings.power, error);
}

static const kind_t s_kinds[] = {
    {.name = "constant:", .create = create_constant},
    {.name = "trace:", .traced = true, .create = create_trace},
    {.name = "process:", .live = true, .create = create_process},
    {.name = "cgroup:", .live = true, .create = create_cgroup},
};

static const kind_t *kind_of(const char *text)
{
    for (size_t i = 0; i < sizeof(s_kinds) / sizeof(s_kinds[0]); i++) {
        if (strncmp(text, s_kinds[i].name, strlen(s_kinds[i].name)) == 0) {
            return &s_kinds[i];
        }
    }
    return NULL;
}

/** Takes `name=value`. */
static bool set(const kind_t *kind, settings_t *settings, char *text)
{
    char *value = strchr(text, '=');
    if (!value) {
        return false;
    }
    *value++ = '\0';
    if (kind->live && strcmp(text, "idle_watts") == 0) {
        return parse_double(value, 0, MAX_WATTS, &settings->power.idle_watts);
    }
    if (kind->live && strcmp(text, "watts_per_core") == 0) {
        return parse_double(value, 0, MAX_WATTS, &settings->power.watts_per_core);
    }
    long long loop;
    if (kind->traced && strcmp(text, "loop") == 0 && parse_integer(value, 0, 1, &loop)) {
        settings->loop = loop == 1;
        return true;
    }
    return false;
}

static node_part_t *parse_part(char *text, node_error_t *error)
{
    const kind_t *kind = kind_of(text);
    if (!kind) {
        return node_part_fail(error, "'%s' is no model: constant:WATTS, trace:FILE, process:PID or cgroup:PATH", text);
    }
    settings_t settings = {
        .power = {.idle_watts = DEFAULT_IDLE_WATTS, .watts_per_core = DEFAULT_WATTS_PER_CORE},
    };
    char *rest = NULL;
    char *argument = strtok_r(text + strlen(kind->name), ",", &rest);
    for (char *setting; (setting = strtok_r(NULL, ",", &rest));) {
        char *shown = strdup(setting);
        bool valid = shown && set(kind, &settings, setting);
        if (!valid) {
            node_part_fail(error, "'%s' is no setting of a %.*s model", shown ? shown : "", (int)strlen(kind->name) - 1,
                           kind->name);
        }
        free(shown);
        if (!valid) {
            return NULL;
        }
    }
    if (!argument) {
        return node_part_fail(error, "'%s' lacks its value", text);
    }
    return kind->create(argument, settings, error);
}

/** The '+' before the next part: one inside a path or a number is none. */
static char *next_plus(char *text)
{
    for (char *plus = strchr(text, '+'); plus; plus = strchr(plus + 1, '+')) {
        if (kind_of(plus + 1)) {
            return plus;
        }
    }
    return NULL;
}

bool node_channel_parse(node_channel_t *channel, const char *text, node_error_t *error)
{
    char *copy = strdup(text);
    if (!copy) {
        node_part_fail(error, "out of memory");
        return false;
    }
    bool valid = true;
    for (char *part = copy; valid && part;) {
        char *plus = next_plus(part);
        if (plus) {
            *plus = '\0';
        }
        valid = channel->part_count < NODE_CHANNEL_PARTS;
        if (!valid) {
            node_part_fail(error, "more than %d parts in one channel", NODE_CHANNEL_PARTS);
            break;
        }
        node_part_t *made = parse_part(part, error);
        valid = made != NULL;
        if (valid) {
            channel->parts[channel->part_count++] = made;
        }
        part = plus ? plus + 1 : NULL;
    }
    free(copy);
    return valid;
}
